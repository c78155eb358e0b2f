//! What does `ps` tell about processes?

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::{Process, ProcessError, StartMark};

#[cfg(test)]
mod tests;

/// The names that BSD, macOS and procps share; `lstart` last, because it is several words.
const COLUMNS: &str = "pid=,ppid=,pgid=,stat=,time=,lstart=";
const LIMIT: Duration = Duration::from_secs(5);

/// Every process.
pub(super) fn rows() -> Result<Vec<Process>, ProcessError> {
    parse(&ps(&["-axo", COLUMNS])?)
}

/// One process; `None` when `ps` lists none.
pub(super) fn row(pid: u32) -> Result<Option<Process>, ProcessError> {
    let rows = parse(&ps(&["-o", COLUMNS, "-p", &pid.to_string()])?)?;
    Ok(rows.into_iter().find(|row| row.pid == pid))
}

fn ps(words: &[&str]) -> Result<String, ProcessError> {
    let unreadable = |source| ProcessError::Unreadable { from: "`ps`", source };
    let mut child = Command::new("ps")
        .args(words)
        // Dates and numbers in one language.
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(unreadable)?;
    let Some(mut stdout) = child.stdout.take() else {
        return Err(unreadable(io::ErrorKind::BrokenPipe.into()));
    };
    let (done, answer) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.read_to_end(&mut bytes).map(|_| bytes);
        // Nobody listens after the limit.
        let _ = done.send(read);
    });
    let read = answer.recv_timeout(LIMIT);
    if read.is_err() {
        // It may have ended this very moment.
        let _ = child.kill();
    }
    let status = child.wait().map_err(unreadable)?;
    let Ok(read) = read else {
        return Err(ProcessError::TimedOut { seconds: LIMIT.as_secs() });
    };
    let text = String::from_utf8_lossy(&read.map_err(unreadable)?).into_owned();
    // 1 is also the answer of a `ps` that was asked for one process and found none.
    if matches!(status.code(), Some(0 | 1)) {
        Ok(text)
    } else {
        Err(ProcessError::NotUnderstood { line: format!("exit {status}") })
    }
}

/// No environment: no command that all systems share tells it, and macOS hides it from others.
#[cfg(not(target_os = "linux"))]
pub(super) fn environment(_: u32) -> Option<Vec<u8>> {
    None
}

fn parse(text: &str) -> Result<Vec<Process>, ProcessError> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            parse_line(line).ok_or_else(|| ProcessError::NotUnderstood { line: line.to_owned() })
        })
        .collect()
}

fn parse_line(line: &str) -> Option<Process> {
    let mut words = line.split_ascii_whitespace();
    let pid = words.next()?.parse().ok()?;
    let parent = words.next()?.parse().ok()?;
    let group = words.next()?.parse().ok()?;
    let ended = words.next()?.starts_with('Z');
    let cpu = cpu_time(words.next()?)?;
    let date: Vec<&str> = words.collect();
    // `Mon Jan  1 10:00:00 2024`
    if date.len() != 5 {
        return None;
    }
    // The sessions that `ps` prints are addresses on some systems.
    let (session, start) = (None, StartMark::Date(date.join(" ")));
    Some(Process { pid, parent, group, session, start, cpu, ended })
}

/// Reads `[[days-]hours:]minutes:seconds[.hundredths]`.
fn cpu_time(text: &str) -> Option<Duration> {
    let (days, clock) = match text.split_once('-') {
        Some((days, clock)) => (days.parse::<u64>().ok()?, clock),
        None => (0, text),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts = clock.split(':').map(|part| part.parse::<u64>().ok());
    let parts = parts.collect::<Option<Vec<u64>>>()?;
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let seconds = parts.iter().fold(0, |sum, part| sum * 60 + part) + days * 86_400;
    let milliseconds: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(Duration::from_secs(seconds) + Duration::from_millis(milliseconds))
}
