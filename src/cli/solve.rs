//! Matching instances at the terminal: solve a folder, check a matching against it.

use super::{EXIT_INPUT, Failure};
use crate::instances::{self, FileError, Folder, Instance, Stats, Wanted};
use clap::{Args, ValueEnum};
use passerelle_engine::matching::ENGINE_VERSION;
use passerelle_engine::solver::{Matching, optimal, rematch, stable, verify};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Exit code of a check that has found something.
const EXIT_WRONG: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mode {
    /// Trainee-optimal stable matching; groups compare pairs.
    Stable,
    /// Trainee-optimal stable matching; groups compare seats.
    StableSeats,
    /// The matching of greatest weight under all caps and minimums.
    Optimal,
}

impl Mode {
    /// The rule of stable matching; nothing for the optimal one.
    fn variant(self) -> Option<stable::Variant> {
        match self {
            Self::Stable => Some(stable::Variant::Merit),
            Self::StableSeats => Some(stable::Variant::Seats),
            Self::Optimal => None,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct SolveArgs {
    /// Folder with an instance (format gsp-match-1).
    folder: PathBuf,
    #[arg(long, value_enum)]
    mode: Mode,
    /// Solve what shocks of shocks.jsonl leave; several one after the other.
    #[arg(long)]
    shock: Vec<String>,
    /// The matching from before the shock: with it an optimal matching keeps and places again whom it can.
    #[arg(long, requires = "shock")]
    before: Option<PathBuf>,
    /// Added to the weight of every pair; for the optimal matching.
    #[arg(long, default_value_t = 0)]
    bonus: u32,
    /// File for the matching.
    #[arg(long)]
    out: Option<PathBuf>,
    /// File for the prices that prove an optimal matching.
    #[arg(long)]
    certificate: Option<PathBuf>,
    /// File for what the run cost and gave, as JSON.
    #[arg(long)]
    stats: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Folder with an instance (format gsp-match-1).
    folder: PathBuf,
    /// The matching to check.
    matching: PathBuf,
    #[arg(long, value_enum)]
    mode: Mode,
    /// The shocks that the matching answers.
    #[arg(long)]
    shock: Vec<String>,
    /// The bonus with which an optimal matching was asked for.
    #[arg(long, default_value_t = 0)]
    bonus: u32,
    /// The prices that prove an optimal matching.
    #[arg(long)]
    certificate: Option<PathBuf>,
    /// File for what the run cost and gave, as JSON.
    #[arg(long)]
    stats: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CandidatesArgs {
    /// Folder with an instance (format gsp-match-1).
    folder: PathBuf,
    /// Roles that a trainee has at most.
    #[arg(long, default_value_t = 50)]
    top: usize,
    /// File for the candidates.
    #[arg(long)]
    out: Option<PathBuf>,
    /// File for what the run cost and gave, as JSON.
    #[arg(long)]
    stats: Option<PathBuf>,
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
}

/// `passerelle candidates`
pub(super) fn candidates(args: &CandidatesArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let (seekers, posts) = Folder::new(&args.folder).people()?;
    let loaded = begun.elapsed();
    let found = passerelle_engine::solver::candidates::find(&seekers, &posts, args.top, args.threads.into());
    let solved = begun.elapsed();
    if let Some(out) = &args.out {
        instances::write_candidates(out, &found)?;
    }
    let stats = Stats {
        load_s: loaded.as_secs_f64(),
        solve_s: (solved - loaded).as_secs_f64(),
        total_s: begun.elapsed().as_secs_f64(),
        peak_rss_bytes: instances::peak_rss_bytes(),
        candidates: Some(found.found.len() as u64),
        threads: args.threads.into(),
        engine_version: ENGINE_VERSION.into(),
        ..Stats::default()
    };
    write_stats(args.stats.as_deref(), &stats)?;
    println!(
        "{} candidates of {} trainees; read in {:.3} s, found in {:.3} s",
        found.found.len(),
        seekers.len(),
        stats.load_s,
        stats.solve_s
    );
    Ok(())
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Failure::new(EXIT_INPUT, error.to_string())
    }
}

fn load(folder: &Path, shocks: &[String], wanted: Wanted) -> Result<Instance, Failure> {
    let folder = Folder::new(folder);
    let mut instance = folder.read(wanted)?;
    for id in shocks {
        let shock = folder.shock(id)?;
        instance = instances::shocked(instance, &shock).map_err(|problem| Failure::new(EXIT_INPUT, format!("shock {id}: {problem}")))?;
    }
    Ok(instance)
}

fn write_stats(file: Option<&Path>, stats: &Stats) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    let text = serde_json::to_string_pretty(stats).map_err(|error| Failure::new(super::EXIT_FAILURE, error.to_string()))?;
    std::fs::write(file, text + "\n").map_err(|error| FileError::new(file, None, error).into())
}

/// `passerelle solve`
pub(super) fn solve(args: &SolveArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let wanted = if args.mode == Mode::Optimal { Wanted::Weights } else { Wanted::Stable };
    let instance = load(&args.folder, &args.shock, wanted)?;
    let problem = &instance.problem;
    let before = args.before.as_ref().map(|file| instances::read_matching(file, problem.trainees())).transpose()?;
    if before.is_some() && (args.bonus > 0 || args.certificate.is_some()) {
        return Err(Failure::new(EXIT_INPUT, "--before has a worth of its own for every pair: leave --bonus and --certificate out"));
    }
    let loaded = begun.elapsed();
    let unsolved = |unsolved: optimal::Unsolved| Failure::new(EXIT_INPUT, unsolved.to_string());
    let (matching, prices): (Matching, _) = match (args.mode.variant(), &before) {
        (Some(variant), _) => (stable::solve(problem, variant), None),
        (None, Some(before)) => (rematch::solve(problem, before, None).map_err(unsolved)?.matching, None),
        (None, None) => {
            let solution = optimal::solve(problem, args.bonus).map_err(unsolved)?;
            (solution.matching, Some(solution.prices))
        }
    };
    let solved = begun.elapsed();
    if let Some(out) = &args.out {
        instances::write_matching(out, &matching)?;
    }
    match (&args.certificate, &prices) {
        (Some(file), Some(prices)) => instances::write_prices(file, &instance, prices)?,
        (Some(_), None) => {
            return Err(Failure::new(super::EXIT_INPUT, "a stable matching is its own certificate: leave --certificate out"));
        }
        (None, _) => {}
    }
    let (matched, weight) = verify::weight(problem, &matching);
    let weighed = args.mode == Mode::Optimal;
    let objective = match &before {
        Some(before) if weighed => rematch::objective(problem, before, &matching),
        _ => weight + matched * u64::from(args.bonus),
    };
    let stats = Stats {
        load_s: loaded.as_secs_f64(),
        solve_s: (solved - loaded).as_secs_f64(),
        total_s: begun.elapsed().as_secs_f64(),
        peak_rss_bytes: instances::peak_rss_bytes(),
        matched,
        weight: weighed.then_some(weight),
        objective: if weighed { i64::try_from(objective).ok() } else { None },
        threads: 1,
        engine_version: ENGINE_VERSION.into(),
        ..Stats::default()
    };
    write_stats(args.stats.as_deref(), &stats)?;
    let worth = stats.weight.map(|weight| format!(", weight {weight}")).unwrap_or_default();
    if let Some(before) = &before {
        let moves = rematch::moves(problem, before, &matching);
        println!(
            "kept {}, displaced {} (placed again {}), moved {}, lost {}, newly placed {}",
            moves.kept, moves.displaced, moves.placed_again, moves.moved, moves.lost, moves.newly_placed
        );
    }
    println!("{matched} matched{worth}; read in {:.3} s, solved in {:.3} s", stats.load_s, stats.solve_s);
    Ok(())
}

/// `passerelle check`
pub(super) fn check(args: &CheckArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let instance = load(&args.folder, &args.shock, Wanted::Weights)?;
    let (problem, groups) = (&instance.problem, &instance.groups);
    let matching = instances::read_matching(&args.matching, problem.trainees())?;
    let prices = match (args.mode, &args.certificate) {
        (Mode::Optimal, Some(file)) => Some(instances::read_prices(file, &instance)?),
        (Mode::Optimal, None) => {
            return Err(Failure::new(EXIT_INPUT, "an optimal matching is checked by its prices: name them with --certificate"));
        }
        _ => None,
    };
    let loaded = begun.elapsed();
    let violations = match (args.mode.variant(), &prices) {
        (Some(variant), _) => verify::stable(problem, &matching, variant),
        (None, Some(prices)) => verify::optimal(problem, &matching, prices, args.bonus),
        (None, None) => vec![],
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
        threads: 1,
        engine_version: ENGINE_VERSION.into(),
        ..Stats::default()
    };
    write_stats(args.stats.as_deref(), &stats)?;
    let number = |trainee_side: bool, group: u32| groups.iter().position(|place| *place == (trainee_side, group)).unwrap_or_default();
    let said = |violation: &verify::Violation| match *violation {
        verify::Violation::WrongLength => "names another number of trainees than the instance has".to_owned(),
        verify::Violation::NotAPair { trainee, role } => format!("trainee {trainee} and role {role} are no pair"),
        verify::Violation::TraineeGroupOver { group } => format!("group {} is over its cap", number(true, group)),
        verify::Violation::RoleGroupOver { group } => format!("group {} is over its cap", number(false, group)),
        verify::Violation::RoleOver { role } => format!("role {role} has more people than seats"),
        verify::Violation::Blocking { trainee, role } => format!("trainee {trainee} and role {role} would both rather have each other"),
        verify::Violation::TraineeGroupShort { group } => format!("group {} is below its minimum", number(true, group)),
        verify::Violation::RoleGroupShort { group } => format!("group {} is below its minimum", number(false, group)),
        verify::Violation::Gains { trainee, role } => format!("at these prices trainee {trainee} gains more with role {role}"),
        verify::Violation::GainsOutside { trainee } => format!("at these prices trainee {trainee} gains more outside"),
        verify::Violation::TraineeGroupPrice { group } => format!("the price of group {} does not fit its count", number(true, group)),
        verify::Violation::RoleGroupPrice { group } => format!("the price of group {} does not fit its count", number(false, group)),
        verify::Violation::RolePrice { role } => format!("the price of role {role} does not fit its count"),
        verify::Violation::PricesLength => "there is not one price a role and a group".to_owned(),
    };
    if violations.is_empty() {
        let verdict = if args.mode == Mode::Optimal { "optimal" } else { "stable" };
        println!("{matched} matched, weight {weight}; {verdict}; checked in {:.3} s", stats.solve_s);
        for short in verify::short(problem, &matching) {
            let group = number(short.trainee_side, short.group);
            println!("group {group} has {} of at least {}: stable matchings know no minimums", short.has, short.min);
        }
        return Ok(());
    }
    let lines: Vec<String> = violations.iter().map(said).collect();
    let more = if violations.len() >= verify::LISTED { ", or more" } else { "" };
    Err(Failure::new(EXIT_WRONG, format!("{} violations{more}:\n{}", lines.len(), lines.join("\n"))))
}
