//! `passerelle solve`

use super::{EXIT_INPUT, Failure, Mode, load, write_stats};
use crate::instances::{self, Folder, Instance, Stats, Wanted};
use clap::Args;
use passerelle_engine::matching::ENGINE_VERSION;
use passerelle_engine::solver::conflict::{self, Bound};
use passerelle_engine::solver::cutoffs::Cutoffs;
use passerelle_engine::solver::integer::{self, Ties};
use passerelle_engine::solver::optimal::{self, Prices, Unsolved};
use passerelle_engine::solver::{Matching, Problem, rematch, stable, verify};
use std::path::PathBuf;
use std::time::Instant;

#[derive(Debug, Args)]
pub(in crate::cli) struct SolveArgs {
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
    /// The prices of the matching from before: with them only what the shock has struck is worked on. Without
    /// them they are worked out again from the matching.
    #[arg(long, requires = "before")]
    before_certificate: Option<PathBuf>,
    /// Added to the weight of every pair; for the optimal matching.
    #[arg(long, default_value_t = 0)]
    bonus: u32,
    /// Hand couples.csv, and shared caps that cross others, to an integer programme; for the optimal matching.
    #[arg(long)]
    integer: bool,
    /// File for the matching.
    #[arg(long)]
    out: Option<PathBuf>,
    /// File for what proves the matching: prices of an optimal one, cutoffs of a stable one.
    #[arg(long)]
    certificate: Option<PathBuf>,
    /// File for what the run cost and gave, as JSON.
    #[arg(long)]
    stats: Option<PathBuf>,
    /// Threads; the result does not depend on their number.
    #[arg(long, default_value = "1", value_parser = super::threads)]
    threads: usize,
}

/// What was found, and what proves it.
struct Found {
    matching: Matching,
    proof: Proof,
}

enum Proof {
    Prices(Prices),
    /// Cutoffs are made from the matching when they are asked for.
    Stable(stable::Variant),
    /// No better one is worth more than this.
    Bound(u64),
}

/// Passes over all pairs in which the prices of a matching from before must come out.
const PRICE_PASSES: usize = 100;

/// Solves an instance.
///
/// # Errors
/// When a file is not right, when minimums cannot be met, or when the instance is none that can be solved.
pub(in crate::cli) fn solve(args: &SolveArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let wanted = if args.mode == Mode::Optimal { Wanted::Weights } else { Wanted::Stable };
    let folder = Folder::new(&args.folder);
    let (mut instance, ties) = load(&folder, &args.shock, wanted, args.integer && args.mode == Mode::Optimal)?;
    let before = args.before.as_ref().map(|file| instances::read_matching(file, instance.problem.trainees())).transpose()?;
    if before.is_some() && (args.bonus > 0 || args.integer) {
        let said = "--before has a worth of its own for every pair: leave --bonus and --integer out";
        return Err(Failure::new(EXIT_INPUT, said));
    }
    let tied = !ties.couples.is_empty() || !ties.shared.is_empty();
    if args.certificate.is_some() && tied {
        return Err(Failure::new(EXIT_INPUT, "an integer programme has a bound and no prices: leave --certificate out"));
    }
    // Prices of before belong to the instance of before, and are believed when they prove its matching.
    let unshocked = match &before {
        Some(_) if args.mode == Mode::Optimal => Some(load(&folder, &[], wanted, false)?.0),
        _ => None,
    };
    let given = match (&args.before_certificate, &unshocked, &before) {
        (Some(file), Some(unshocked), Some(before)) => {
            let prices = instances::read_prices(file, unshocked)?;
            if !verify::optimal(&unshocked.problem, before, &prices, 0).is_empty() {
                let said = format!("{}: these prices do not prove the matching of --before", file.display());
                return Err(Failure::new(EXIT_INPUT, said));
            }
            Some(prices)
        }
        _ => None,
    };
    let loaded = begun.elapsed();
    // Prices that are not given are part of the work.
    let prices = match (given, &unshocked, &before) {
        (None, Some(unshocked), Some(before)) => optimal::prices_of(&unshocked.problem, before, PRICE_PASSES),
        (given, _, _) => given,
    };
    let found = find(args, &instance.problem, &ties, before.as_ref(), prices.as_ref())
        .map_err(|failed| Failure::new(EXIT_INPUT, said(&failed, &mut instance)))?;
    let solved = begun.elapsed();
    let problem = &instance.problem;
    if let Some(out) = &args.out {
        instances::write_matching(out, &found.matching)?;
    }
    match (&args.certificate, &found.proof) {
        (Some(file), Proof::Prices(prices)) => instances::write_prices(file, &instance, prices)?,
        (Some(file), Proof::Stable(variant)) => {
            instances::write_cutoffs(file, &instance, &Cutoffs::of(problem, &found.matching, *variant))?;
        }
        (Some(_), Proof::Bound(_)) | (None, _) => {}
    }
    let (matched, weight) = verify::weight(problem, &found.matching);
    let weighed = args.mode == Mode::Optimal;
    let objective = match &before {
        Some(before) if weighed => rematch::objective(problem, before, &found.matching),
        _ => weight + matched * u64::from(args.bonus),
    };
    let bound = if let Proof::Bound(bound) = found.proof { Some(bound) } else { None };
    let stats = Stats {
        load_s: loaded.as_secs_f64(),
        pairs_s: Some(instance.reading_pairs.as_secs_f64()),
        solve_s: (solved - loaded).as_secs_f64(),
        total_s: begun.elapsed().as_secs_f64(),
        peak_rss_bytes: instances::peak_rss_bytes(),
        matched,
        weight: weighed.then_some(weight),
        objective: if weighed { i64::try_from(objective).ok() } else { None },
        bound,
        // A stable matching is solved for having none; `passerelle check` counts them.
        threads: args.threads,
        engine_version: ENGINE_VERSION.into(),
        ..Stats::default()
    };
    write_stats(args.stats.as_deref(), &stats)?;
    if let Some(before) = &before {
        let moves = rematch::moves(problem, before, &found.matching);
        println!(
            "kept {}, displaced {} (placed again {}), moved {}, lost {}, newly placed {}",
            moves.kept, moves.displaced, moves.placed_again, moves.moved, moves.lost, moves.newly_placed
        );
    }
    if let Some(bound) = bound {
        println!(
            "worth {objective}; none is worth more than {bound} (a gap of {:.2} %)",
            100.0 * (bound - objective) as f64 / bound.max(1) as f64
        );
    }
    let worth = stats.weight.map(|weight| format!(", weight {weight}")).unwrap_or_default();
    println!("{matched} matched{worth}; read in {:.3} s, solved in {:.3} s", stats.load_s, stats.solve_s);
    Ok(())
}

fn find(
    args: &SolveArgs,
    problem: &Problem,
    ties: &Ties,
    before: Option<&Matching>,
    prices: Option<&Prices>,
) -> Result<Found, integer::Failed> {
    if let Some(variant) = args.mode.variant() {
        return Ok(Found { matching: stable::solve(problem, variant), proof: Proof::Stable(variant) });
    }
    if !ties.couples.is_empty() || !ties.shared.is_empty() {
        let bounded = integer::solve(problem, args.bonus, ties)?;
        return Ok(Found { matching: bounded.matching, proof: Proof::Bound(bounded.bound) });
    }
    let solution = match before {
        Some(before) => rematch::solve(problem, before, prices, args.threads),
        None => optimal::solve(problem, args.bonus),
    };
    let solution = solution.map_err(integer::Failed::Unsolved)?;
    Ok(Found { matching: solution.matching, proof: Proof::Prices(solution.prices) })
}

/// Why nothing was found; where minimums cannot be met, which of them and what stands against them.
fn said(failed: &integer::Failed, instance: &mut Instance) -> String {
    let conflict = match failed {
        integer::Failed::Unsolved(Unsolved::Infeasible) => conflict::find(&instance.problem),
        _ => None,
    };
    let Some(conflict) = conflict else { return failed.to_string() };
    let number = |bound: &Bound| {
        let place = (bound.trainee_side, bound.group);
        instance.groups.iter().position(|own| *own == place).unwrap_or_default()
    };
    let list = |bounds: &[Bound], word: &str| -> Vec<String> {
        bounds.iter().map(|bound| format!("group {} {word} {}", number(bound), bound.places)).collect()
    };
    let mut allowed = list(&conflict.caps, "takes at most");
    for (count, word) in [(conflict.seats, "seats"), (conflict.trainees, "trainees"), (conflict.pairs, "pairs")] {
        if count > 0 {
            allowed.push(format!("{count} {word}"));
        }
    }
    let allowed = if allowed.is_empty() { "nothing can be used for them".to_owned() } else { allowed.join(", ") };
    format!(
        "{failed}. Together {} ({}), and at most {} can be had: {allowed}. Lower one of the minimums, or allow more",
        conflict.asked(),
        list(&conflict.minimums, "needs at least").join(", "),
        conflict.allowed(),
    )
}
