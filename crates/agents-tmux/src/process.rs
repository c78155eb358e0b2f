//! Is a process still the one that was seen before?

use std::fs;

use rustix::process::{Pid, test_kill_process};

/// The unit of `/proc`'s start times, the same on every Linux that we are built for.
const TICKS_PER_SECOND: u64 = 100;

/// The process of that id, when it can be told that it is a tmux.
///
/// A process id is used again after its process has ended, so the id alone proves nothing. The name is
/// asked of `/proc` where there is one, else of `ps`.
pub(crate) fn tmux_process(pid: u32) -> Option<Pid> {
    let found = i32::try_from(pid).ok().and_then(Pid::from_raw)?;
    // A process of another user is not our server either.
    test_kill_process(found).ok()?;
    let name = name_in_proc(pid).or_else(|| name_from_ps(pid))?;
    // `ps` may write a path, Linux writes `tmux: server`.
    let file = name.rsplit('/').next().unwrap_or_default();
    file.starts_with("tmux").then_some(found)
}

/// Seconds since 1970 at which the process started; `None` where there is no `/proc`.
pub(crate) fn start_time(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may contain anything; the fields are counted from its end.
    let ticks: u64 = stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(19)?.parse().ok()?;
    let system = fs::read_to_string("/proc/stat").ok()?;
    let boot = system.lines().find_map(|line| line.strip_prefix("btime "))?;
    Some(boot.trim().parse::<u64>().ok()? + ticks / TICKS_PER_SECOND)
}

fn name_in_proc(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (before, after) = stat.rsplit_once(')')?;
    // An ended process that nobody has waited for still has a name, but serves no one.
    let is_alive = !after.trim_start().starts_with(['Z', 'X']);
    is_alive.then(|| before.split_once('(').map(|(_, name)| name.to_owned()))?
}

fn name_from_ps(pid: u32) -> Option<String> {
    let output = std::process::Command::new("ps")
        .args(["-o", "stat=", "-o", "comm=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (state, name) = text.trim().split_once(char::is_whitespace)?;
    (!state.starts_with('Z')).then(|| name.trim().to_owned())
}
