//! When is a log so long that what it holds is put aside, and how? Otherwise one agent that prints without end fills the
//! disk over night, and with it every other agent's.

use std::fs::File;
use std::io::{Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_tmux::Driver;
use rustix::fs::OFlags;

use crate::place::log_file;
use crate::run::Reign;

/// By ticks, so less often where these are rarer.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// A log that was put aside may be a flood's, which adds 14 MB in that time.
const FLOODS_LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// A log is a flood's as long as it would be too long again after so many of these looks: the longest pause between two ticks
/// that an idle fleet has, in seconds.
const LOOKS_OF_A_FLOOD: u64 = 30;

/// So much of the end of a log that cannot be put aside stays in it, if it may be twice as long: the last words are those
/// that tell what happened.
const LAST_WORDS: u64 = 1 << 20;

/// When the logs were looked at last, and who does it.
#[derive(Debug, Default)]
pub(crate) struct LongLogs {
    looked_at: Option<Instant>,
    /// Copying takes longer than a tick may. With its end the thread that follows a flood ends.
    under_way: Option<(JoinHandle<()>, Sender<()>)>,
    /// What that thread could not put aside.
    lost: Option<Receiver<Lost>>,
}

/// A log that was cut, and what it held could not be kept: a log that nothing bounds is worse.
#[derive(Debug, PartialEq, Eq)]
struct Lost {
    log: PathBuf,
    aside: PathBuf,
    why: String,
    /// How many bytes of its end are in it again.
    kept: usize,
    /// Something stands in the place of what is put aside.
    is_blocked: bool,
}

impl Lost {
    fn told(&self) -> String {
        let (log, aside, why) = (self.log.display(), self.aside.display(), &self.why);
        let way_out = if self.is_blocked { "; delete or move away what is there" } else { "" };
        let but = match self.kept {
            0 => String::new(),
            kept => format!(" but for its last {kept} bytes"),
        };
        format!(
            "{log} was too long and was cut, and what it held is lost{but}, since it cannot be put aside in {aside}: \
             {why}{way_out}"
        )
    }
}

impl LongLogs {
    fn is_due(&self) -> bool {
        let is_time = self.looked_at.is_none_or(|at| at.elapsed() >= LOOKED_AT_EVERY);
        is_time && self.under_way.as_ref().is_none_or(|(thread, _)| thread.is_finished())
    }
}

impl<D: Driver> Reign<D> {
    /// Puts aside what is in the logs that have grown beyond `log_megabytes`, beside the ticks.
    pub(crate) fn shorten_logs(&mut self) {
        self.tell_lost();
        if !self.engine.supervises || !self.long_logs.is_due() {
            return;
        }
        let fleet = self.desk.fleet(self.config.fleet());
        let (logs, most) = (logs_of(&fleet), u64::from(fleet.timing.log_megabytes) << 20);
        let (alive, ends) = channel();
        let (say, lost) = channel();
        let work = move || follow(logs, most, &ends, &say);
        self.long_logs.lost = Some(lost);
        self.long_logs.looked_at = Some(Instant::now());
        let thread = std::thread::Builder::new().spawn(work).ok();
        self.long_logs.under_way = thread.map(|thread| (thread, alive));
    }

    fn tell_lost(&mut self) {
        let lost: Vec<Lost> = self.long_logs.lost.iter().flat_map(Receiver::try_iter).collect();
        for lost in lost {
            if lost.is_blocked {
                self.alarm_of_log(&lost.aside, None, lost.told());
            } else {
                tracing::warn!("{}", lost.told());
            }
        }
    }
}

/// Puts aside what is too long, and those that grow fast again and again, until none does or the other side is gone.
fn follow(mut logs: Vec<PathBuf>, most: u64, ends: &Receiver<()>, say: &Sender<Lost>) {
    logs.retain(|log| shorten(log, most, Told::Aloud, say));
    while !logs.is_empty() {
        let before: Vec<u64> = logs.iter().map(|log| length(log)).collect();
        if ends.recv_timeout(FLOODS_LOOKED_AT_EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        let mut before = before.into_iter();
        logs.retain(|log| is_flood(before.next().unwrap_or(0), length(log), most));
        for log in &logs {
            shorten(log, most, Told::Once, say);
        }
    }
}

/// The logs of the fleet, those of tasks and the watchdog's own among them.
fn logs_of(fleet: &Fleet) -> Vec<PathBuf> {
    let agents = fleet.agents.iter().filter(|it| it.log).map(|it| it.session.clone());
    let services = fleet.services.iter().filter(|it| it.log).map(|it| it.session.clone());
    let own = fleet.session_prefix.watchdog_session();
    agents.chain(services).chain([own]).map(|session| log_file(fleet, &session)).collect()
}

fn length(log: &Path) -> u64 {
    log.symlink_metadata().map_or(0, |it| it.len())
}

/// Whether a log that grew so between two looks is too long again before the next tick may come.
fn is_flood(before: u64, now: u64, most: u64) -> bool {
    now.saturating_sub(before).saturating_mul(LOOKS_OF_A_FLOOD) > most
}

/// Puts a log aside where it is too long; whether it was.
fn shorten(log: &Path, most: u64, told: Told, say: &Sender<Lost>) -> bool {
    let aside = match put_aside(log, most) {
        Ok(None) => return false,
        Ok(Some(Ok(aside))) => aside,
        Ok(Some(Err(lost))) => {
            // Nobody listens any more once the watchdog ends.
            drop(say.send(lost));
            return true;
        }
        Err(error) => {
            tracing::warn!("{} stays long: {error}", log.display());
            return false;
        }
    };
    match told {
        Told::Aloud => tracing::info!(
            "{} was longer than {} MiB; what it held to its end is in {}",
            log.display(),
            most >> 20,
            aside.display()
        ),
        Told::Once => tracing::debug!("{} was too long again", log.display()),
    }
    true
}

/// A flood puts its log aside every few seconds, all night.
#[derive(Clone, Copy)]
enum Told {
    Aloud,
    /// Before.
    Once,
}

/// Moves the end of a log that is longer than `most` bytes to `<log>.1`, in place of what was there, and empties the log,
/// also where that end cannot be kept.
///
/// Whoever writes to it has it open, and appends: so it is emptied and not replaced. A kill in between leaves it whole.
/// What is printed between the last byte read and the cut, some microseconds, is in neither.
fn put_aside(log: &Path, most: u64) -> std::io::Result<Option<Result<PathBuf, Lost>>> {
    let seen = match std::fs::symlink_metadata(log) {
        Ok(seen) if seen.is_file() && seen.len() > most => seen,
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if seen.nlink() > 1 {
        // Somebody keeps it under another name, where it stays whole. A log without a file is opened again.
        std::fs::remove_file(log)?;
        return Ok(None);
    }
    let mut file = File::options().read(true).write(true).custom_flags(plain()).open(log)?;
    file.seek(SeekFrom::Start(seen.len() - most))?;
    let mut name = log.as_os_str().to_owned();
    name.push(".1");
    let aside = PathBuf::from(name);
    // What prints faster than this copies is not followed for ever.
    let kept = keep((&file).take(most * 2), &aside);
    let last_words =
        if kept.is_err() { end_of(&file, LAST_WORDS.min(most / 2)) } else { Vec::new() };
    file.set_len(0)?;
    let again = say_again(log, &last_words);
    // A log that was just written is a sign of work, and this is none.
    file.set_modified(seen.modified()?)?;
    Ok(Some(match kept {
        Ok(()) => Ok(aside),
        Err(error) => {
            let blocks = blocks(&aside);
            let why = blocks.map_or_else(|| error.to_string(), str::to_owned);
            let kept = again.map_or(0, |()| last_words.len());
            Err(Lost { log: log.to_owned(), aside, why, kept, is_blocked: blocks.is_some() })
        }
    }))
}

/// The last bytes of a file, whole lines of them where there are any; none where it cannot be read.
fn end_of(mut file: &File, most: u64) -> Vec<u8> {
    let mut end = Vec::new();
    let from = file.metadata().map_or(0, |seen| seen.len().saturating_sub(most));
    let read = file.seek(SeekFrom::Start(from)).and_then(|_| file.take(most).read_to_end(&mut end));
    if read.is_err() {
        return Vec::new();
    }
    let first = end.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    end.split_off(first)
}

/// Writes to the end of a log, as those do that have it open.
fn say_again(log: &Path, words: &[u8]) -> std::io::Result<()> {
    if words.is_empty() {
        return Ok(());
    }
    let mut log = File::options().append(true).custom_flags(plain()).open(log)?;
    log.write_all(words)
}

/// A pipe in its place would make the opening wait, and a link leads to a file that is not ours.
fn plain() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed()
}

/// Writes what is read to a plain file, in place of what that held.
fn keep(mut end: impl Read, aside: &Path) -> std::io::Result<()> {
    if aside.symlink_metadata().is_ok_and(|seen| seen.is_file() && seen.nlink() > 1) {
        // What it held is kept under its other name.
        std::fs::remove_file(aside)?;
    }
    let mut kept = File::options();
    kept.write(true).create(true).truncate(false).mode(0o600).custom_flags(plain());
    let mut kept = kept.open(aside)?;
    if !kept.metadata()?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    kept.set_len(0)?;
    std::io::copy(&mut end, &mut kept)?;
    kept.flush()
}

/// What stands in the place of a plain file, if it is seen to be something else.
fn blocks(aside: &Path) -> Option<&'static str> {
    let found = aside.symlink_metadata().ok()?.file_type();
    match () {
        () if found.is_file() => None,
        () if found.is_symlink() => Some("a link stands there, which is not followed"),
        () if found.is_dir() => Some("a folder stands there"),
        () => Some("something that is no plain file stands there"),
    }
}

#[cfg(test)]
mod tests;
