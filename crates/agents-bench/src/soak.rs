//! Does a watchdog grow that runs for long, with deaths to heal and floods to bound?

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agents_store::{EntryKind, Reader};
use rustix::fs::OFlags;

use crate::bed::Bed;
use crate::error::Error;
use crate::machine;
use crate::verbs::Runs;

/// Logs are cut all the time, and a short restart delay keeps the deaths apart from each other.
const KEYS: &str = "log_megabytes = 1\n";
/// Between two deaths; each is of another agent.
const DIES_EVERY: Duration = Duration::from_secs(10);
/// Between two floods, each of so many bytes at one terminal.
const FLOODS_EVERY: Duration = Duration::from_secs(30);
const FLOOD: usize = 4 << 20;
/// A flood of which its terminal takes no more is over.
const FLOODS_WITHIN: Duration = Duration::from_secs(5);
/// Between two times at which every terminal prints a row.
const PRINTS_EVERY: Duration = Duration::from_secs(15);
/// Between two looks at the watchdog.
const LOOKS_EVERY: Duration = Duration::from_secs(5);
/// So much may the watchdog grow between the first and the last tenth of the time, in KiB.
const GROWS_AT_MOST: u64 = 2048;

/// One look.
#[derive(Debug, Clone, Copy)]
struct Look {
    kib: u64,
    descriptors: usize,
}

/// What was done to the fleet.
#[derive(Debug, Default)]
struct Done {
    deaths: usize,
    floods: usize,
    bytes: usize,
    prints: usize,
}

/// Lets a fleet live for so long.
///
/// # Errors
/// When the watchdog died, grew by more than it may, keeps more descriptors than at first, or has not healed everybody.
pub fn run(agents: usize, program: &Path, span: Duration) -> Result<(), Error> {
    let bed = Bed::with(agents, program, KEYS)?;
    Runs::default().run(&bed, &["up"])?;
    bed.settle()?;
    let watchdog =
        bed.watchdog().ok_or_else(|| Error::failed("the watchdog", "it does not run"))?;
    let load = machine::load();
    let cpu = machine::cpu_of_threads(watchdog);
    let (looks, done) = live(&bed, watchdog, span)?;
    bed.settle()?;
    if bed.watchdog() != Some(watchdog) {
        return Err(Error::failed("the watchdog", "it is another one than at first"));
    }
    let cpu = machine::cpu_of_threads(watchdog).saturating_sub(cpu);
    let healed = healed(&bed)?;
    println!(
        "{agents} agents for {} s: {} deaths, {healed} starts to heal them, {} floods ({} MB), {} rows from each; load {load}, then {}",
        span.as_secs(),
        done.deaths,
        done.floods,
        done.bytes / 1_000_000,
        done.prints,
        machine::load(),
    );
    println!(
        "the watchdog used {:.1} ms of processor time per second; the server has {} KiB",
        cpu.as_secs_f64() * 1e3 / span.as_secs_f64(),
        bed.server().map_or(0, machine::resident_kib),
    );
    judge(&looks, &done, healed)
}

fn live(bed: &Bed, watchdog: u32, span: Duration) -> Result<(Vec<Look>, Done), Error> {
    let (began, mut looks, mut done) = (Instant::now(), Vec::new(), Done::default());
    let (mut dies, mut floods, mut prints, mut looked) = (began, began, began, began);
    let is_due = |next: &mut Instant, every: Duration| {
        let is_due = Instant::now() >= *next;
        if is_due {
            *next += every;
        }
        is_due
    };
    while began.elapsed() < span {
        if is_due(&mut dies, DIES_EVERY) && span.saturating_sub(began.elapsed()) > 2 * DIES_EVERY {
            kill(bed, done.deaths % bed.agents);
            done.deaths += 1;
        }
        if is_due(&mut floods, FLOODS_EVERY) {
            // From the other end, so that it is not one that just died.
            let number = bed.agents - 1 - done.floods % bed.agents;
            done.bytes += flood(bed.terminal(&name(number)));
            done.floods += 1;
        }
        if is_due(&mut prints, PRINTS_EVERY) {
            bed.print_in_every_pane();
            done.prints += 1;
        }
        if is_due(&mut looked, LOOKS_EVERY) {
            let look = Look {
                kib: machine::resident_kib(watchdog),
                descriptors: machine::descriptors(watchdog),
            };
            if look.kib == 0 {
                return Err(Error::failed("the watchdog", "it has ended"));
            }
            looks.push(look);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((looks, done))
}

fn name(number: usize) -> String {
    format!("a{number:04}")
}

/// Kills the program of an agent, as want of memory would.
fn kill(bed: &Bed, number: usize) {
    let launcher = bed.launcher(&name(number));
    let program = launcher.and_then(|launcher| machine::children(launcher).first().copied());
    let program = program.and_then(|pid| i32::try_from(pid).ok());
    if let Some(pid) = program.and_then(rustix::process::Pid::from_raw) {
        // One that has just gone has died, too.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// Writes to a terminal as its program would; how many bytes it took.
fn flood(terminal: Option<PathBuf>) -> usize {
    let nonblocking = i32::from_ne_bytes(OFlags::NONBLOCK.bits().to_ne_bytes());
    let open =
        |path: PathBuf| OpenOptions::new().write(true).custom_flags(nonblocking).open(path).ok();
    let Some(mut terminal) = terminal.and_then(open) else { return 0 };
    let row =
        [b"a row of a build that prints a great deal, again and again\r\n".as_slice(); 64].concat();
    let (began, mut written) = (Instant::now(), 0);
    while written < FLOOD && began.elapsed() < FLOODS_WITHIN {
        match terminal.write(&row) {
            Ok(bytes) => written += bytes,
            Err(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    written
}

/// The starts that the journal tells of, beyond the first of each agent.
fn healed(bed: &Bed) -> Result<usize, Error> {
    let reader = Reader::of(&bed.state_dir())?;
    let reader = reader.ok_or_else(|| Error::failed("the store", "there is none"))?;
    let (mut seq, mut starts) = (0, 0);
    loop {
        let entries = reader.journal_since(seq, 1000)?;
        let Some(last) = entries.last() else { break };
        seq = last.seq;
        let is_start = |body: &str| body.contains("\"text\":\"start ");
        starts += entries
            .iter()
            .filter(|it| it.entry.kind == EntryKind::Action && is_start(&it.entry.body))
            .count();
    }
    Ok(starts.saturating_sub(bed.agents))
}

fn judge(looks: &[Look], done: &Done, healed: usize) -> Result<(), Error> {
    let tenth = (looks.len() / 10).max(1);
    // The first tenth fills what is kept for each agent; the growth is counted from there.
    let parts: Vec<&[Look]> = looks.chunks(tenth).filter(|part| part.len() == tenth).collect();
    for (at, part) in parts.iter().enumerate() {
        println!("part {:>2}: {} KiB, {} descriptors", at + 1, kib(part), descriptors(part));
    }
    let (Some(first), Some(last)) = (parts.get(1.min(parts.len() - 1)), parts.last()) else {
        return Err(Error::failed("the soak", "it was too short for two looks"));
    };
    let growth = kib(last).saturating_sub(kib(first));
    println!("the watchdog grew by {growth} KiB; {GROWS_AT_MOST} are allowed");
    if growth >= GROWS_AT_MOST {
        return Err(Error::failed("the soak", format!("the watchdog grew by {growth} KiB")));
    }
    if descriptors(last) != descriptors(first) {
        let told = format!("{} descriptors became {}", descriptors(first), descriptors(last));
        return Err(Error::failed("the soak", told));
    }
    if healed != done.deaths {
        let told = format!("{} deaths and {healed} starts", done.deaths);
        return Err(Error::failed("the soak", told));
    }
    Ok(())
}

fn median<T: Ord + Copy + Default>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn kib(part: &[Look]) -> u64 {
    median(part.iter().map(|look| look.kib).collect())
}

fn descriptors(part: &[Look]) -> usize {
    median(part.iter().map(|look| look.descriptors).collect())
}
