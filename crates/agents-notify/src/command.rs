//! How does a message get to a command? As JSON on its standard input, in a process group of its own, with a limit on
//! the time; no text of the message stands on a command line.

use std::collections::BTreeSet;
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::Failure;

/// How long a command may take.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Between two looks whether it has ended.
const LOOKS_EVERY: Duration = Duration::from_millis(20);
/// How much of what it prints is kept.
const KEPT: u64 = 4096;
/// How long its output is waited for once it has ended: a child of its own may hold the pipe.
const OUTPUT_PATIENCE: Duration = Duration::from_millis(300);

/// The commands that run now: whoever ends ends them, so that nothing is left of a fleet that went down.
#[derive(Debug, Clone, Default)]
pub struct Commands(Arc<Mutex<BTreeSet<u32>>>);

impl Commands {
    /// Kills each of them, with all of its process group.
    pub fn end_all(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().for_each(|id| kill_group(*id));
    }

    fn begun(&self, child: &Child) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(child.id());
    }

    /// Whether it has ended. Nobody kills it meanwhile: once waited for, its number may be another's.
    fn try_wait(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = child.try_wait()?;
        if status.is_some() {
            running.remove(&child.id());
        }
        Ok(status)
    }

    fn end(&self, child: &mut Child) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.remove(&child.id());
        // It was not waited for yet, so the number is still its own.
        kill_group(child.id());
        drop(child.wait());
    }
}

/// Runs the command line and returns what it printed. Blocks for at most `limit` and a little more.
pub(crate) fn run(
    command: &str,
    dir: &Path,
    input: &str,
    limit: Duration,
    commands: &Commands,
) -> Result<String, Failure> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .current_dir(dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::passing(format!("the command cannot be started: {error}")))?;
    commands.begun(&child);
    feed(&mut child, input);
    let (said, heard) = mpsc::channel();
    collect(child.stdout.take(), said.clone());
    collect(child.stderr.take(), said);
    let status = await_end(&mut child, limit, commands);
    if status.is_none() {
        commands.end(&mut child);
    }
    let mut output = String::new();
    let until = Instant::now() + OUTPUT_PATIENCE;
    while let Ok(part) = heard.recv_timeout(until.saturating_duration_since(Instant::now())) {
        output.push_str(&part);
    }
    let output = output.trim().to_owned();
    match status {
        Some(status) if status.success() => Ok(output),
        Some(status) => {
            Err(Failure::passing(format!("the command {}{}", how(status), told(&output))))
        }
        None => Err(Failure::passing(format!(
            "the command did not end within {} s, and was ended{}",
            limit.as_secs_f32(),
            told(&output)
        ))),
    }
}

/// In a thread: a command that does not read must not keep us.
fn feed(child: &mut Child, input: &str) {
    let Some(mut pipe) = child.stdin.take() else { return };
    let input = input.to_owned();
    std::thread::spawn(move || {
        // Whoever needs no details closes its end.
        drop(pipe.write_all(input.as_bytes()).and_then(|()| pipe.write_all(b"\n")));
    });
}

fn collect(pipe: Option<impl std::io::Read + Send + 'static>, said: mpsc::Sender<String>) {
    let Some(mut pipe) = pipe else { return };
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.by_ref().take(KEPT).read_to_end(&mut bytes);
        // What is left is read and dropped, so that the command is not held up by a full pipe.
        let sent = said.send(String::from_utf8_lossy(&bytes).into_owned());
        drop((read, sent, std::io::copy(&mut pipe, &mut std::io::sink())));
    });
}

fn await_end(child: &mut Child, limit: Duration, commands: &Commands) -> Option<ExitStatus> {
    let until = Instant::now() + limit;
    loop {
        match commands.try_wait(child) {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(LOOKS_EVERY),
            Ok(None) | Err(_) => return None,
        }
    }
}

fn kill_group(id: u32) {
    let group = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

fn told(output: &str) -> String {
    let row = output.replace(|c: char| c.is_control(), " ");
    if row.is_empty() { row } else { format!(": {}", row.chars().take(300).collect::<String>()) }
}

#[cfg(test)]
mod tests;
