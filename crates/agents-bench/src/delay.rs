//! How soon is something known that happened? The real watchdog, and the store that `agents status` reads.

use std::time::{Duration, Instant};

use agents_names::AgentName;
use agents_store::Reader;
use agents_watchdog::store_ledger::parse_state;
use serde::Serialize;

use crate::bed::Bed;
use crate::error::Error;
use crate::machine;
use crate::series::Series;

/// Between an event and its trace in the store, in milliseconds.
#[derive(Debug, Serialize)]
pub struct Delays {
    /// A program was killed, and what becomes of its agent is decided.
    pub death: Series,
    /// A program reported a turn, the start of the reporting process included.
    pub report: Series,
}

/// The longest that is waited for.
const LIMIT: Duration = Duration::from_secs(20);
/// Between two events: each is news of its own.
const APART: Duration = Duration::from_millis(1500);

/// Measures so many of each, each with another agent.
pub fn measure(bed: &Bed, times: usize) -> Result<Delays, Error> {
    let times = times.min(bed.agents);
    let mut report = Vec::new();
    for number in 0..times {
        std::thread::sleep(APART);
        report.push(one_report(bed, number)?);
    }
    let mut death = Vec::new();
    for number in (0..times).rev() {
        std::thread::sleep(APART);
        death.push(one_death(bed, number)?);
    }
    Ok(Delays { death: Series::of(death), report: Series::of(report) })
}

fn reader(bed: &Bed) -> Result<Reader, Error> {
    let reader = Reader::of(&bed.state_dir())?;
    reader.ok_or_else(|| Error::failed("the store", "there is none"))
}

/// Waits until the store says so.
fn until(what: &str, mut is_so: impl FnMut() -> Result<bool, Error>) -> Result<Duration, Error> {
    let began = Instant::now();
    while !is_so()? {
        if began.elapsed() > LIMIT {
            return Err(Error::failed(what, "it is not in the store"));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(began.elapsed())
}

fn one_death(bed: &Bed, number: usize) -> Result<Duration, Error> {
    let name = format!("a{number:04}");
    let reader = reader(bed)?;
    let seq = reader.last_seq()?;
    let launcher = bed.launcher(&name);
    let program = launcher.and_then(|launcher| machine::children(launcher).first().copied());
    let program = program.and_then(|pid| i32::try_from(pid).ok());
    let program = program.and_then(rustix::process::Pid::from_raw);
    let Some(program) = program else {
        return Err(Error::failed("the program of an agent", "it does not run"));
    };
    rustix::process::kill_process(program, rustix::process::Signal::KILL)
        .map_err(|error| Error::failed("killing a program", error))?;
    until("the end of a program", || {
        let entries = reader.journal_since(seq, 100)?;
        Ok(entries.iter().any(|it| it.entry.subject.as_deref() == Some(name.as_str())))
    })
}

fn one_report(bed: &Bed, number: usize) -> Result<Duration, Error> {
    let name = format!("a{number:04}");
    let reader = reader(bed)?;
    let run = bed.tmux(&["display-message", "-p", "-t", &format!("=bn-{name}:"), "#{@agents_run}"]);
    let payload = serde_json::json!({
        "hook_event_name": "UserPromptSubmit", "session_id": format!("s-{name}"), "prompt": "go on",
    });
    let began = Instant::now();
    let mut command = bed.command(&["report", "claude", &payload.to_string()]);
    command.env("AGENTS_STATE", bed.state_dir()).env("AGENTS_NAME", &name);
    command.env("AGENTS_RUN", run.trim());
    let mut child = command.spawn()?;
    let agent = AgentName::new(&name)?;
    let mut looked = None;
    until("a report", || {
        // The state of a large fleet takes milliseconds to read.
        let revision = Some(reader.revision()?);
        if std::mem::replace(&mut looked, revision) == revision {
            return Ok(false);
        }
        let Some(document) = reader.load_state()? else { return Ok(false) };
        let state = parse_state(&document)?.state;
        let standing = state.members.get(&agent).and_then(|member| member.standing.as_ref());
        Ok(standing.is_some_and(|standing| standing.by.contains("UserPromptSubmit")))
    })?;
    let span = began.elapsed();
    child.wait()?;
    Ok(span)
}
