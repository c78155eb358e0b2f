//! When is a log so long that what it holds is put aside, and how? Otherwise one agent that prints without end fills the
//! disk over night, and with it every other agent's.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_tmux::Driver;
use rustix::fs::OFlags;

use crate::place::log_file;
use crate::run::Reign;

/// What prints 10 MB a second makes a log longer by a few hundred of them between two looks, and not more.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(10);

/// When the logs were looked at last, and who does it.
#[derive(Debug, Default)]
pub(crate) struct LongLogs {
    looked_at: Option<Instant>,
    /// Copying takes longer than a tick may.
    under_way: Option<JoinHandle<()>>,
}

impl LongLogs {
    fn is_due(&self) -> bool {
        let is_time = self.looked_at.is_none_or(|at| at.elapsed() >= LOOKED_AT_EVERY);
        is_time && self.under_way.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl<D: Driver> Reign<D> {
    /// Puts aside what is in the logs that have grown beyond `log_megabytes`, beside the ticks.
    pub(crate) fn shorten_logs(&mut self) {
        if !self.engine.supervises || !self.long_logs.is_due() {
            return;
        }
        let fleet = self.config.fleet();
        let (logs, most) = (logs_of(fleet), u64::from(fleet.timing.log_megabytes) << 20);
        let work = move || {
            for log in logs {
                match put_aside(&log, most) {
                    Ok(None) => {}
                    Ok(Some(aside)) => tracing::info!(
                        "{} was longer than {} MiB; what it held to its end is in {}",
                        log.display(),
                        most >> 20,
                        aside.display()
                    ),
                    Err(error) => tracing::warn!("{} stays long: {error}", log.display()),
                }
            }
        };
        self.long_logs.looked_at = Some(Instant::now());
        self.long_logs.under_way = std::thread::Builder::new().spawn(work).ok();
    }
}

/// The logs of the fleet, the watchdog's own among them.
fn logs_of(fleet: &Fleet) -> Vec<PathBuf> {
    let agents = fleet.agents.iter().filter(|it| it.log).map(|it| it.session.clone());
    let services = fleet.services.iter().filter(|it| it.log).map(|it| it.session.clone());
    let own = fleet.session_prefix.watchdog_session();
    agents.chain(services).chain([own]).map(|session| log_file(fleet, &session)).collect()
}

/// Moves the end of a log that is longer than `most` bytes to `<log>.1`, in place of what was there, and empties the log.
///
/// Whoever writes to it has it open, and appends: so it is emptied and not replaced. A kill in between leaves it whole.
/// What is printed between the last byte read and the cut, some microseconds, is in neither.
fn put_aside(log: &Path, most: u64) -> std::io::Result<Option<PathBuf>> {
    // A pipe in its place would make the opening wait, and a link leads to a file that is not ours.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let seen = match std::fs::symlink_metadata(log) {
        Ok(seen) if seen.is_file() && seen.len() > most => seen,
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut file = File::options().read(true).write(true).custom_flags(flags).open(log)?;
    let mut name = log.as_os_str().to_owned();
    name.push(".1");
    let aside = PathBuf::from(name);
    let mut kept = File::options();
    kept.write(true).create(true).truncate(true).mode(0o600).custom_flags(flags);
    let mut kept = kept.open(&aside)?;
    file.seek(SeekFrom::Start(seen.len() - most))?;
    // What prints faster than this copies is not followed for ever.
    std::io::copy(&mut (&file).take(most * 2), &mut kept)?;
    kept.flush()?;
    file.set_len(0)?;
    // A log that was just written is a sign of work, and this is none.
    file.set_modified(seen.modified()?)?;
    Ok(Some(aside))
}

#[cfg(test)]
mod tests;
