//! Do the limits of the system leave room for the fleet, and does it outlive the login?

use std::path::Path;

use agents_config::Loaded;
use rustix::process::{Resource, getrlimit};

use super::Finding;

/// Sessions of the fleet: agents, services and two of the watchdog.
fn sessions(loaded: Option<&Loaded>) -> u64 {
    let declared =
        loaded.map_or(0, |loaded| loaded.fleet.agents.len() + loaded.fleet.services.len());
    declared as u64 + 2
}

/// Whether the tmux server has file descriptors for every pane: without them it spins and answers nobody.
pub fn descriptors(loaded: Option<&Loaded>) -> Finding {
    judge_descriptors(getrlimit(Resource::Nofile).current, sessions(loaded))
}

pub fn judge_descriptors(limit: Option<u64>, sessions: u64) -> Finding {
    judge_descriptors_of("open files", limit, sessions, "raise it before the tmux server starts")
}

pub fn judge_descriptors_of(
    about: &'static str,
    limit: Option<u64>,
    sessions: u64,
    way: &str,
) -> Finding {
    // The server holds one for each pane, one for its log, and about ten of its own; as many again is room to breathe.
    let needed = 10 + 2 * sessions;
    let Some(limit) = limit else { return Finding::ok(about, "no limit on open files") };
    let text = format!("limit {limit}; {sessions} sessions take about {needed}");
    let advice = format!("{way}: ulimit -n {}", (needed * 2).max(1024));
    if limit < needed {
        Finding::fail(about, text, advice)
    } else if limit < needed * 2 {
        Finding::warn(about, text, advice)
    } else {
        Finding::ok(about, text)
    }
}

/// Whether this user may have as many processes as agents start.
pub fn processes(loaded: Option<&Loaded>) -> Finding {
    judge_processes(getrlimit(Resource::Nproc).current, sessions(loaded))
}

pub fn judge_processes(limit: Option<u64>, sessions: u64) -> Finding {
    // An agent, its launcher, a server of its own, a shell and a build with a few jobs.
    let needed = 30 * sessions;
    let about = "processes";
    let Some(limit) = limit else { return Finding::ok(about, "no limit") };
    let text = format!("limit {limit} for this user; {sessions} sessions may take {needed}");
    if limit < needed {
        return Finding::warn(about, text, format!("raise it: ulimit -u {}", needed * 2));
    }
    Finding::ok(about, text)
}

/// Whether systemd would end the fleet when its user logs out.
pub fn linger() -> Finding {
    if !Path::new("/run/systemd/system").exists() {
        return Finding::ok("logout", "no systemd here that would end the fleet at a logout");
    }
    let user =
        std::env::var("USER").unwrap_or_else(|_| rustix::process::getuid().as_raw().to_string());
    let is_plain = user.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if is_plain && Path::new("/var/lib/systemd/linger").join(&user).exists() {
        return Finding::ok("logout", "the processes of this user outlive a logout (linger is on)");
    }
    Finding::warn(
        "logout",
        "systemd may end the fleet when you log out (linger is off)",
        format!("loginctl enable-linger {user}"),
    )
}

/// Whether we run inside a tmux already.
pub fn nesting() -> Finding {
    match std::env::var_os("TMUX") {
        Some(value) if !value.is_empty() => Finding::ok(
            "nesting",
            "this terminal is inside tmux; `agents attach` shows a session inside it, with a prefix key for each",
        ),
        Some(_) | None => Finding::ok("nesting", "this terminal is not inside tmux"),
    }
}
