//! `passerelle check`

use super::{EXIT_INPUT, Failure, Mode, load, write_stats};
use crate::instances::{self, Folder, Instance, Stats, Wanted};
use clap::Args;
use passerelle_engine::matching::ENGINE_VERSION;
use passerelle_engine::solver::{rematch, verify};
use std::path::PathBuf;
use std::time::Instant;

/// Exit code of a check that has found something.
const EXIT_WRONG: u8 = 1;

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    /// Folder with an instance (format gsp-match-1).
    folder: PathBuf,
    /// The matching to check.
    matching: PathBuf,
    #[arg(long, value_enum)]
    mode: Mode,
    /// The shocks that the matching answers.
    #[arg(long)]
    shock: Vec<String>,
    /// The matching from before the shock, if it was solved with one.
    #[arg(long, requires = "shock")]
    before: Option<PathBuf>,
    /// The matching answers an integer programme: its caps, couples and shared caps are checked, and not whether
    /// another is better.
    #[arg(long)]
    integer: bool,
    /// The bonus with which an optimal matching was asked for.
    #[arg(long, default_value_t = 0)]
    bonus: u32,
    /// What proves the matching: prices of an optimal one, cutoffs of a stable one.
    #[arg(long)]
    certificate: Option<PathBuf>,
    /// File for what the run cost and gave, as JSON.
    #[arg(long)]
    stats: Option<PathBuf>,
    /// Threads; the verdict does not depend on their number.
    #[arg(long, default_value = "1", value_parser = super::threads)]
    threads: usize,
}

/// Judges a matching by the definitions.
///
/// # Errors
/// Everything that is wrong with it, or a file that is not right.
pub(in crate::cli) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let (instance, ties) = load(&Folder::new(&args.folder), &args.shock, Wanted::Weights, args.integer && args.mode == Mode::Optimal)?;
    let problem = &instance.problem;
    let matching = instances::read_matching(&args.matching, problem.trainees())?;
    let before = args.before.as_ref().map(|file| instances::read_matching(file, problem.trainees())).transpose()?;
    let (mut prices, mut cutoffs) = (None, None);
    match (args.mode, &args.certificate) {
        (Mode::Optimal, Some(file)) => prices = Some(instances::read_prices(file, &instance)?),
        (Mode::Optimal, None) if !args.integer => {
            return Err(Failure::new(EXIT_INPUT, "an optimal matching is checked by its prices: name them with --certificate"));
        }
        (_, Some(file)) => cutoffs = Some(instances::read_cutoffs(file, &instance)?),
        (_, None) => {}
    }
    if args.integer && args.certificate.is_some() {
        return Err(Failure::new(EXIT_INPUT, "an integer programme has no prices: leave --certificate out"));
    }
    let loaded = begun.elapsed();
    let violations = match (args.mode.variant(), &prices) {
        (Some(variant), _) => {
            let mut found = verify::stable(problem, &matching, variant, args.threads);
            if let Some(cutoffs) = cutoffs.filter(|_| found.is_empty()) {
                found = verify::certificate(problem, &matching, variant, &cutoffs);
            }
            found
        }
        (None, Some(prices)) => match &before {
            Some(before) => rematch::verify(problem, before, &matching, prices),
            None => verify::optimal(problem, &matching, prices, args.bonus),
        },
        (None, None) => verify::tied(problem, &matching, &ties),
    };
    let checked = begun.elapsed();
    let (matched, weight) = verify::weight(problem, &matching);
    let stats = Stats {
        load_s: loaded.as_secs_f64(),
        solve_s: (checked - loaded).as_secs_f64(),
        total_s: begun.elapsed().as_secs_f64(),
        peak_rss_bytes: instances::peak_rss_bytes(),
        matched,
        weight: Some(weight),
        blocking_pairs: Some(violations.iter().filter(|violation| matches!(violation, verify::Violation::Blocking { .. })).count()),
        threads: args.threads,
        engine_version: ENGINE_VERSION.into(),
        ..Stats::default()
    };
    write_stats(args.stats.as_deref(), &stats)?;
    if violations.is_empty() {
        let verdict = match args.mode {
            Mode::Optimal if args.integer => "within all caps",
            Mode::Optimal => "optimal",
            Mode::Stable | Mode::StableSeats => "stable",
        };
        println!("{matched} matched, weight {weight}; {verdict}; checked in {:.3} s", stats.solve_s);
        for short in verify::short(problem, &matching) {
            let group = number(&instance, short.trainee_side, short.group);
            println!("group {group} has {} of at least {}: stable matchings know no minimums", short.has, short.min);
        }
        return Ok(());
    }
    let lines: Vec<String> = violations.iter().map(|violation| said(&instance, violation)).collect();
    let more = if violations.len() >= verify::LISTED { ", or more" } else { "" };
    Err(Failure::new(EXIT_WRONG, format!("{} violations{more}:\n{}", lines.len(), lines.join("\n"))))
}

/// The number of a group in its file.
fn number(instance: &Instance, trainee_side: bool, group: u32) -> usize {
    instance.groups.iter().position(|place| *place == (trainee_side, group)).unwrap_or_default()
}

fn said(instance: &Instance, violation: &verify::Violation) -> String {
    use verify::Violation;
    let number = |side: bool, group: u32| number(instance, side, group);
    match *violation {
        Violation::WrongLength => "names another number of trainees than the instance has".to_owned(),
        Violation::NotAPair { trainee, role } => format!("trainee {trainee} and role {role} are no pair"),
        Violation::TraineeGroupOver { group } => format!("group {} is over its cap", number(true, group)),
        Violation::RoleGroupOver { group } => format!("group {} is over its cap", number(false, group)),
        Violation::RoleOver { role } => format!("role {role} has more people than seats"),
        Violation::Blocking { trainee, role } => format!("trainee {trainee} and role {role} would both rather have each other"),
        Violation::TraineeGroupShort { group } => format!("group {} is below its minimum", number(true, group)),
        Violation::RoleGroupShort { group } => format!("group {} is below its minimum", number(false, group)),
        Violation::Gains { trainee, role } => format!("at these prices trainee {trainee} gains more with role {role}"),
        Violation::GainsOutside { trainee } => format!("at these prices trainee {trainee} gains more outside"),
        Violation::TraineeGroupPrice { group } => format!("the price of group {} does not fit its count", number(true, group)),
        Violation::RoleGroupPrice { group } => format!("the price of group {} does not fit its count", number(false, group)),
        Violation::RolePrice { role } => format!("the price of role {role} does not fit its count"),
        Violation::PricesLength => "there is not one price a role and a group".to_owned(),
        Violation::RoleCutoff { role } => format!("the certificate says another cutoff of role {role} than the matching"),
        Violation::DoorCutoff { group } => format!("the certificate says another last of group {} than the matching", number(true, group)),
        Violation::Apart { one, other } => format!("trainees {one} and {other} are a couple and not in one subdivision"),
        Violation::SharedOver { cap } => format!("more people than {cap} are at roles that share so many seats"),
        Violation::CutoffsLength => "there is not one cutoff a role and a group of trainees".to_owned(),
    }
}
