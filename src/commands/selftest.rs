//! `agents selftest`: does this program, on this machine, still judge and type as it should? Needs no config.

use agents_decide::activity::{Activity, ActivityState, judge};
use agents_decide::corpus;
use agents_decide::limit::reset::table;

use crate::app::{App, find_program, print};
use crate::cli::Selftest;
use crate::error::{Error, code};
use crate::operate::runtime;

mod samples;
#[cfg(test)]
mod tests;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// Which part of the program: `detector`, `screens`, `reset times` or `tmux`.
    pub part: &'static str,
    pub name: String,
    pub passed: bool,
    /// What was found instead; empty when it passed.
    pub detail: String,
}

pub fn run(app: &App, selftest: &Selftest) -> Result<u8, Error> {
    let mut checks = detector()?;
    checks.extend(screens()?);
    checks.extend(reset_times());
    let mut skipped = Vec::new();
    match find_program("tmux") {
        Ok(tmux) => checks.extend(conformance(&tmux)?),
        Err(_) => skipped.push("tmux: skipped: no tmux"),
    }
    let failed = checks.iter().filter(|check| !check.passed).count();
    let passed = checks.len() - failed;
    if app.json {
        let data = serde_json::json!({
            "schema": "agents.selftest/1",
            "passed": passed,
            "failed": failed,
            "skipped": skipped,
            "checks": checks,
        });
        print(&data.to_string())?;
    } else {
        let mut lines = report(&checks, selftest.verbose);
        lines.extend(skipped.iter().map(|part| (*part).to_owned()));
        lines.push(format!("{passed} passed, {failed} failed"));
        print(&lines.join("\n"))?;
    }
    Ok(if failed == 0 { code::DONE } else { code::FAILED })
}

/// The named samples, the failures, and a line with the counts of each part; with `verbose` every check.
fn report(checks: &[Check], verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for part in PARTS {
        let of_part: Vec<&Check> = checks.iter().filter(|check| check.part == *part).collect();
        let shown = |check: &&&Check| verbose || !check.passed || *part == DETECTOR;
        lines.extend(of_part.iter().filter(shown).map(|check| line(check)));
        let passed = of_part.iter().filter(|check| check.passed).count();
        if *part != DETECTOR && !of_part.is_empty() {
            let word = if passed == of_part.len() { "PASS" } else { "FAIL" };
            lines.push(format!("{word}: {part}: {passed} of {}", of_part.len()));
        }
    }
    lines
}

fn line(check: &Check) -> String {
    let name = match check.part {
        DETECTOR => check.name.clone(),
        part => format!("{part}: {}", check.name),
    };
    if check.passed { format!("PASS: {name}") } else { format!("FAIL: {name}: {}", check.detail) }
}

const DETECTOR: &str = "detector";
const SCREENS: &str = "screens";
const RESET_TIMES: &str = "reset times";
const TMUX: &str = "tmux";
const PARTS: &[&str] = &[DETECTOR, SCREENS, RESET_TIMES, TMUX];

/// The samples of the original program's selftest, judged by the activity machine itself.
fn detector() -> Result<Vec<Check>, Error> {
    let fleet = samples::fleet()?;
    let judged = samples::SAMPLES.iter().map(|sample| {
        let state = ActivityState::default();
        let seen = samples::seen(sample.screen);
        let backend = fleet.backend_of(&fleet.agents[0]);
        let (_, found, _) =
            judge(&state, backend, (&seen, None).into(), &fleet.timing, samples::now());
        let passed = (found == Activity::Active) == sample.active;
        let detail = if passed { String::new() } else { format!("judged {found:?}") };
        Check { part: DETECTOR, name: sample.name.to_owned(), passed, detail }
    });
    Ok(judged.collect())
}

fn screens() -> Result<Vec<Check>, Error> {
    let results = corpus::run()
        .map_err(|error| Error::Failed(format!("a built-in pattern is broken: {error}")))?;
    let checks = results.into_iter().map(|result| {
        let passed = result.expected == result.found;
        let detail =
            format!("is {}, was read as {}", result.expected.as_str(), result.found.as_str());
        Check {
            part: SCREENS,
            name: result.name,
            passed,
            detail: if passed { String::new() } else { detail },
        }
    });
    Ok(checks.collect())
}

fn reset_times() -> Vec<Check> {
    let checks = table::run().into_iter().map(|result| {
        let passed = result.expected == result.found;
        let words = |time: Option<chrono::DateTime<chrono::Utc>>| {
            time.map_or("no time".to_owned(), |time| time.to_rfc3339())
        };
        let detail =
            format!("means {}, was read as {}", words(result.expected), words(result.found));
        Check {
            part: RESET_TIMES,
            name: result.text,
            passed,
            detail: if passed { String::new() } else { detail },
        }
    });
    checks.collect()
}

/// The suite of the tmux drivers, on servers of its own.
pub fn conformance(tmux: &std::path::Path) -> Result<Vec<Check>, Error> {
    let results = runtime()?.block_on(agents_tmux::conformance(tmux));
    let checks = results.into_iter().map(|result| Check {
        part: TMUX,
        name: format!("{} {}", result.id, result.what),
        passed: result.passed,
        detail: result.detail,
    });
    Ok(checks.collect())
}
