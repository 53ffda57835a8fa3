//! What a run cost and gave, for programs.

use serde::Serialize;

/// Times in seconds, memory in bytes.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Stats {
    pub load_s: f64,
    /// Of that, the file of pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs_s: Option<f64>,
    pub solve_s: f64,
    pub total_s: f64,
    /// The most memory that the process has had; nothing where the system does not say.
    pub peak_rss_bytes: Option<u64>,
    pub matched: u64,
    /// Candidate pairs that were found, where candidates were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidates: Option<u64>,
    /// Sum of the weights of the matched pairs; nothing where weights were not read.
    pub weight: Option<u64>,
    pub objective: Option<i64>,
    /// No matching has a greater objective; of an integer programme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<u64>,
    pub blocking_pairs: Option<usize>,
    pub threads: usize,
    pub engine_version: String,
}

/// The most memory that this process has had so far, as the kernel of Linux tells it.
pub fn peak_rss_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
