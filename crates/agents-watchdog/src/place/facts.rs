//! What do the files and processes of a member tell?

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_config::{Agent, Fleet, PromptSource};
use agents_decide::{ExitSeen, ProcessesSeen, RunId, Seen};
use agents_names::{AgentName, SessionName};

use crate::launch::{RunFiles, StartRecord};
use crate::observe::phase::read_regular;
use crate::process;

/// How much of a log's end is looked at for the last words of a program.
const LOG_TAIL: u64 = 4096;
const LAST_ROWS: usize = 5;
const LAST_ROW_LENGTH: usize = 120;

/// The session log of a session.
pub(crate) fn log_file(fleet: &Fleet, session: &SessionName) -> PathBuf {
    fleet.log_dir.join(format!("{session}.log"))
}

/// How the run ended, if its launcher recorded that.
pub(crate) fn exit(files: &RunFiles, name: &AgentName, run: RunId, log: &Path) -> Option<ExitSeen> {
    let end = files.end(name, run)?;
    Some(ExitSeen {
        run,
        code: end.code,
        signal: end.signal,
        alive: Duration::from_millis(end.alive_ms),
        failure: end.failure,
        session_closed: end.session_closed,
        last_output: last_rows(log),
    })
}

/// The last readable rows of a log, without control sequences.
fn last_rows(log: &Path) -> Vec<String> {
    // A pipe in the place of the log would make the opening wait.
    if !std::fs::metadata(log).is_ok_and(|it| it.is_file()) {
        return Vec::new();
    }
    let Ok(mut file) = File::open(log) else { return Vec::new() };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::new();
    let from = SeekFrom::Start(length.saturating_sub(LOG_TAIL));
    if file.seek(from).and_then(|_| file.take(LOG_TAIL).read_to_end(&mut bytes)).is_err() {
        return Vec::new();
    }
    let text = crate::harmless::text(&String::from_utf8_lossy(&bytes));
    let text = crate::redacted::redacted(&text);
    let rows: Vec<&str> = text.lines().map(str::trim).filter(|row| !row.is_empty()).collect();
    let last = rows[rows.len().saturating_sub(LAST_ROWS)..].iter();
    // A program that paints its whole screen leaves rows that mean nothing without their places.
    last.map(|row| row.chars().take(LAST_ROW_LENGTH).collect()).collect()
}

/// What is left of the run's processes; `Absent` when nothing is, or nothing was recorded.
///
/// While the run lives its launcher does nothing but wait, and is not counted.
pub(crate) fn processes(
    start: Option<&StartRecord>,
    table: Option<&process::Table>,
    lives: bool,
) -> Seen<ProcessesSeen> {
    let Some(start) = start else { return Seen::Absent };
    let Some(table) = table else {
        return Seen::Unknown("the process table cannot be read".to_owned());
    };
    let mut roots: Vec<u32> = roots(start, table);
    if lives && start.program != 0 {
        roots.retain(|pid| *pid != start.launcher);
    }
    let tree = table.tree(&roots);
    if tree.processes.is_empty() {
        return Seen::Absent;
    }
    let digest = tree.processes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, (pid, _)| {
        (hash ^ u64::from(*pid)).wrapping_mul(0x0100_0000_01b3)
    });
    Seen::Known(ProcessesSeen {
        cpu_ms: u64::try_from(tree.cpu.as_millis()).unwrap_or(u64::MAX),
        digest,
        count: u32::try_from(tree.processes.len()).unwrap_or(u32::MAX),
    })
}

/// The processes that a run began with, unless their ids belong to somebody else by now.
pub(crate) fn roots(start: &StartRecord, table: &process::Table) -> Vec<u32> {
    let is_other = |pid: u32, mark: Option<&process::StartMark>| {
        let now = table.process(pid).map(|process| &process.start);
        matches!((now, mark), (Some(now), Some(mark)) if now.is_same(mark) == Some(false))
    };
    [(start.launcher, start.launcher_mark.as_ref()), (start.program, start.program_mark.as_ref())]
        .into_iter()
        .filter(|(pid, mark)| *pid > 1 && !is_other(*pid, *mark))
        .map(|(pid, _)| pid)
        .collect()
}

/// Why a start would fail now.
pub(crate) fn unstartable(fleet: &Fleet, name: &AgentName) -> Option<String> {
    let (dir, create_dir) = match (fleet.agent(name), fleet.service(name)) {
        (Some(agent), _) => (&agent.dir, agent.create_dir),
        (None, Some(service)) => (&service.dir, service.create_dir),
        (None, None) => return None,
    };
    if !create_dir && !dir.is_dir() {
        let dir = dir.display();
        return Some(format!(
            "its working directory {dir} does not exist (`create_dir = true` makes it)"
        ));
    }
    let log = log_file(fleet, &fleet.session_prefix.session_of(name));
    if log.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        return Some(format!(
            "something that is no plain file stands in the place of its log {}: delete or move away what is there",
            log.display()
        ));
    }
    let agent = fleet.agent(name)?;
    if fleet.backends.get(&agent.backend).is_none_or(agents_config::Backend::is_missing) {
        let backend = &agent.backend;
        return Some(format!("the config has no backend `{backend}` any more: put it back"));
    }
    let missing = prompt_files(agent).into_iter().find(|file| !file.is_file())?;
    Some(format!("its prompt file {} does not exist", missing.display()))
}

fn prompt_files(agent: &Agent) -> Vec<&Path> {
    match &agent.prompt {
        PromptSource::Loop { template, role_file } => {
            template.iter().map(PathBuf::as_path).chain([role_file.as_path()]).collect()
        }
        PromptSource::File(file) => vec![file],
        PromptSource::Text(_) => Vec::new(),
    }
}

/// The conversation that `<state>/<name>.id` names; the file is written by others.
pub(crate) fn resume_id(fleet: &Fleet, name: &AgentName) -> Option<String> {
    let text = read_regular(&fleet.state_dir().join(format!("{name}.id"))).ok()??;
    let id = text.trim();
    (!id.is_empty() && id.len() < 512 && !id.contains(char::is_control)).then(|| id.to_owned())
}

/// The wake prompt as one line.
pub(crate) fn wake_text(agent: &Agent) -> Option<String> {
    let text = read_regular(&agent.wake.as_ref()?.prompt_file).ok()??;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}
