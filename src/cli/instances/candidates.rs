//! `passerelle candidates`

use super::{Failure, write_stats};
use crate::instances::{self, Folder, Stats};
use clap::Args;
use passerelle_engine::matching::ENGINE_VERSION;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Debug, Args)]
pub(in crate::cli) struct CandidatesArgs {
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
    /// Threads; the result does not depend on their number.
    #[arg(long, default_value = "1", value_parser = super::threads)]
    threads: usize,
}

/// The best eligible roles of every trainee.
///
/// # Errors
/// When a file is not right, or cannot be written.
pub(in crate::cli) fn candidates(args: &CandidatesArgs) -> Result<(), Failure> {
    let begun = Instant::now();
    let (seekers, posts) = Folder::new(&args.folder).people()?;
    let loaded = begun.elapsed();
    let found = passerelle_engine::solver::candidates::find(&seekers, &posts, args.top, args.threads);
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
        threads: args.threads,
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
