//! Does this tmux, on this machine, do what the drivers rely on?

use std::path::Path;

use super::bench::Outcome;
use super::real_bench::RealBench;
use super::{CHECKS, check};

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// Its number, `t4` for example, and the driver: `t4 one-shot`.
    pub id: String,
    /// What should be so, in words.
    pub what: String,
    pub passed: bool,
    /// What was found instead; empty when it passed.
    pub detail: String,
}

/// Carries out the whole suite on the given tmux program, with both drivers, each check on a server of its
/// own in a temporary folder. No other server is touched.
pub async fn conformance(tmux: &Path) -> Vec<CheckResult> {
    let mut results = Vec::new();
    // Most of a check is waiting for tmux, so a few at a time take little more than one.
    for names in CHECKS.chunks(4) {
        let at = |index: usize| names.get(index).copied();
        let (a, b, c, d) = tokio::join!(
            both(tmux, at(0)),
            both(tmux, at(1)),
            both(tmux, at(2)),
            both(tmux, at(3))
        );
        results.extend([a, b, c, d].into_iter().flatten());
    }
    results
}

async fn both(tmux: &Path, name: Option<&'static str>) -> Vec<CheckResult> {
    let Some(name) = name else { return Vec::new() };
    let one_shot = async {
        let mut bench = RealBench::one_shot(tmux).await?;
        check(name, &mut bench).await
    };
    let control = async {
        let mut bench = RealBench::control_mode(tmux).await?;
        check(name, &mut bench).await
    };
    let (one_shot, control) = tokio::join!(one_shot, control);
    vec![result(name, "one-shot", one_shot), result(name, "control mode", control)]
}

fn result(name: &str, driver: &str, outcome: Outcome) -> CheckResult {
    let (number, what) = match name.split_once('_') {
        Some((number, what)) if number.contains(|c: char| c.is_ascii_digit()) => (number, what),
        Some(_) | None => ("-", name),
    };
    CheckResult {
        id: format!("{number} {driver}"),
        what: what.replace('_', " "),
        passed: outcome.is_ok(),
        detail: outcome.err().unwrap_or_default(),
    }
}
