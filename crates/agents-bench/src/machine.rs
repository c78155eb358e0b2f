//! How much did a process compute, and what was started on this machine meanwhile?

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// The kernel counts in hundredths of a second in `/proc/<pid>/stat` on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// Waits until the wall clock has come to another second.
pub fn until_next_second() {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let rest = Duration::from_nanos(u64::from(1_000_000_000 - passed.subsec_nanos()));
    std::thread::sleep(rest);
}

/// The processor time of this process, all its threads together; to the nanosecond.
pub fn own_cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The processor time of the first thread of a process, to the nanosecond; zero once it has gone.
///
/// tmux and the program itself have one thread that works, so this is the whole of it.
pub fn cpu(pid: u32) -> Duration {
    let text = fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    nanoseconds.map_or_else(|| stat(pid).map_or(Duration::ZERO, |it| it.cpu), Duration::from_nanos)
}

/// The processor time of all threads of a process, to the nanosecond.
pub fn cpu_of_threads(pid: u32) -> Duration {
    threads(pid).into_iter().map(|thread| cpu_at(&format!("/proc/{pid}/task/{thread}"))).sum()
}

/// How often the threads of a process were given a processor.
pub fn switches(pid: u32) -> u64 {
    let of = |thread: u32| {
        let text = fs::read_to_string(format!("/proc/{pid}/task/{thread}/schedstat"));
        text.ok()?.split_whitespace().nth(2)?.parse::<u64>().ok()
    };
    threads(pid).into_iter().filter_map(of).sum()
}

fn threads(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

fn cpu_at(folder: &str) -> Duration {
    let text = fs::read_to_string(format!("{folder}/schedstat")).unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse().ok());
    nanoseconds.map_or(Duration::ZERO, Duration::from_nanos)
}

/// The processor time of children of this process that ended; in steps of 10 ms, so it is read over several runs.
pub fn ended_children_cpu() -> Duration {
    stat(std::process::id()).map_or(Duration::ZERO, |it| it.children_cpu)
}

/// Resident memory in KiB.
pub fn resident_kib(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let row = text.lines().find_map(|row| row.strip_prefix("VmRSS:"));
    row.and_then(|row| row.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// How many descriptors a process has open.
pub fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// Processes and threads that the machine has started since it booted, by anybody.
pub fn started_on_machine() -> u64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let row = text.lines().find_map(|row| row.strip_prefix("processes "));
    row.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

/// The processor time of the whole machine, everybody's work included.
pub fn machine_cpu() -> Duration {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let row = text.lines().next().unwrap_or_default();
    let fields: Vec<u32> =
        row.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    // user, nice, system, irq, softirq: all but idle and waiting.
    let busy: u32 = [0, 1, 2, 5, 6].iter().filter_map(|at| fields.get(*at)).sum();
    TICK * busy
}

/// What the machine is, in words.
pub fn description() -> String {
    let first_word = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = first_word("/proc/cpuinfo")
        .lines()
        .find_map(|row| row.strip_prefix("model name")?.split_once(": ").map(|it| it.1.to_owned()))
        .unwrap_or_else(|| "unknown processor".to_owned());
    let kernel = first_word("/proc/sys/kernel/osrelease");
    format!("{cores} cores, {model}, Linux {}", kernel.trim())
}

/// The load averages of 1, 5 and 15 minutes.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// What `/proc/<pid>/stat` tells.
struct Stat {
    parent: u32,
    cpu: Duration,
    children_cpu: Duration,
    /// Page faults of children that ended and were waited for.
    children_faults: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold anything, brackets too. The manual counts from 1; after the name comes field 3.
    let words: Vec<&str> = text[text.rfind(')')? + 1..].split_whitespace().collect();
    let field = |number: usize| words.get(number - 3)?.parse::<u64>().ok();
    let ticks = |first: usize| Some(TICK * u32::try_from(field(first)? + field(first + 1)?).ok()?);
    Some(Stat {
        parent: u32::try_from(field(4)?).ok()?,
        cpu: ticks(14)?,
        children_cpu: ticks(16)?,
        children_faults: field(11)?,
    })
}

/// The processes whose parent is `pid`.
pub fn children(pid: u32) -> BTreeSet<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return BTreeSet::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|child| stat(*child).is_some_and(|it| it.parent == pid)).collect()
}

/// Proves that some processes started no others: each child that lives is in the list, and one that came and
/// went has left page faults with its parent, since no program begins without any.
#[derive(PartialEq, Eq)]
pub struct Offspring(Vec<(u32, BTreeSet<u32>, Option<u64>)>);

impl Offspring {
    /// What these processes have started up to now.
    pub fn of(parents: &[u32]) -> Self {
        let one = |pid: &u32| (*pid, children(*pid), stat(*pid).map(|it| it.children_faults));
        Self(parents.iter().map(one).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_came_and_went_is_noticed() {
        let own = [std::process::id()];
        let before = Offspring::of(&own);
        assert!(before == Offspring::of(&own));
        std::process::Command::new("true").status().unwrap();
        assert!(before != Offspring::of(&own));
    }

    #[test]
    fn own_work_is_counted_the_same_by_both_clocks() {
        let (own, threads) = (own_cpu(), cpu(std::process::id()));
        assert!(own >= threads || threads - own < Duration::from_millis(50));
        assert!(own > Duration::ZERO && threads > Duration::ZERO);
        assert!(resident_kib(std::process::id()) > 100);
    }
}
