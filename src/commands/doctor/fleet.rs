//! Does anything on the tmux server stand in the fleet's way, and who keeps its watchdog?

use std::path::Path;

use agents_config::Fleet;
use agents_tmux::{Driver as _, Listing, OneShot, TmuxError};

use super::Finding;
use super::system::judge_descriptors_of;
use crate::app::App;
use crate::commands::{neighbours, service};
use crate::error::Error;
use crate::operate::runtime;

/// Another fleet with the same prefix, or sessions of the same names, on the same server; and that server's own limits.
pub fn server(app: &App, fleet: &Fleet) -> Vec<Finding> {
    let mut findings = vec![prefix(app, fleet)];
    let listing = app.terminals(fleet).and_then(|terminals| {
        Ok(runtime()?.block_on(async { OneShot::new(terminals).list().await }))
    });
    match listing {
        Ok(Ok(listing)) => findings.extend(limits(&listing)),
        Ok(Err(TmuxError::NoServer { .. })) => {
            findings.push(Finding::ok("tmux server", "none runs for this fleet"));
        }
        Ok(Err(error)) => findings.push(Finding::warn(
            "tmux server",
            format!("it does not answer: {error}"),
            "a server that is stopped or spins for want of open files answers nobody: look at it with `ps`",
        )),
        // No tmux at all is a finding of its own.
        Err(_) => {}
    }
    findings
}

fn prefix(app: &App, fleet: &Fleet) -> Finding {
    let about = "session prefix";
    let found = neighbours::found(app, fleet).and_then(|found| match found {
        Some(neighbour) => Err(neighbour.into()),
        None => neighbours::refuse_taken(app, fleet, &neighbours::enabled(fleet)),
    });
    match found {
        Ok(()) => {
            let prefix = fleet.session_prefix.as_str();
            Finding::ok(about, format!("no other fleet has `{prefix}` on this tmux server"))
        }
        // The words have their way out with them.
        Err(error @ Error::Usage(_)) => {
            Finding::fail(about, error.to_string(), "until then `up` starts nothing")
        }
        Err(error) => {
            Finding::warn(about, format!("not looked at: {error}"), "see what is said of tmux")
        }
    }
}

/// The limit that counts is that of the server as it was started, and each session may open more than one pane.
fn limits(listing: &Listing) -> Option<Finding> {
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", listing.server.pid)).ok()?;
    Some(judge_descriptors_of(
        "tmux server",
        open_files(&limits)?,
        listing.panes.len() as u64,
        "end the server when nothing runs on it, and raise the limit before the next start",
    ))
}

/// The soft limit on open files in a text like `/proc/PID/limits`; `Some(None)` is no limit.
pub fn open_files(limits: &str) -> Option<Option<u64>> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(None),
        number => number.parse().ok().map(Some),
    }
}

/// Who brings the watchdog back.
pub fn keeper(app: &App, fleet: &Fleet) -> Finding {
    let about = "watchdog";
    match service::installed(app, fleet) {
        Ok(None) => Finding::ok(
            about,
            "nobody restarts it after a reboot or its own death; `agents service install` has systemd or launchd do so",
        ),
        Ok(Some(true)) => Finding::ok(
            about,
            "its service is installed; `agents service status` says whether it runs",
        ),
        Ok(Some(false)) => Finding::warn(
            about,
            "its service was installed with another PATH, program or version",
            "agents service install",
        ),
        Err(error) => Finding::warn(about, error.to_string(), "see `agents service status`"),
    }
}

/// Whether state and logs lie where locks hold and a reboot leaves them.
pub fn disk_kind(log_dir: &Path) -> Option<Finding> {
    let folder = super::folders::existing(log_dir);
    judge_disk_kind(&folder, kind(&folder)?)
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
fn kind(folder: &Path) -> Option<u32> {
    // The numbers have 32 bits; some systems extend their sign.
    u32::try_from(rustix::fs::statfs(folder).ok()?.f_type & 0xffff_ffff).ok()
}

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
fn kind(_: &Path) -> Option<u32> {
    None
}

/// By the number that Linux knows a kind of file system by.
pub fn judge_disk_kind(folder: &Path, kind: u32) -> Option<Finding> {
    let about = "file system";
    let path = folder.display();
    let network = match kind {
        0x6969 => "NFS",
        0xff53_4d42 | 0xfe53_4d42 | 0x517b => "SMB",
        0x5346_414f => "AFS",
        0x0102_1997 => "9p",
        0x6573_5546 => "FUSE",
        0x0102_1994 | 0x8584_58f6 => {
            return Some(Finding::warn(
                about,
                format!("{path} is in memory: state and logs are gone after a reboot"),
                "set a `log_dir` on a disk",
            ));
        }
        _ => return None,
    };
    Some(Finding::warn(
        about,
        format!("{path} is on {network}, where locks may not hold and a store can be damaged"),
        "set a `log_dir` on a local disk",
    ))
}
