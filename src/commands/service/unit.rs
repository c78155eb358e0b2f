//! The unit file of a watchdog, for the user's own systemd.

use super::{MARK, Service};
use crate::error::code;

/// A watchdog that says nothing for so long hangs: its longest honest tick is some limits of waiting for tmux.
const HANGS_AFTER_SECONDS: u32 = 120;

/// The unit file.
pub fn text(service: &Service) -> String {
    let Service { name, program, config, environment } = service;
    let environment: String = environment
        .iter()
        .map(|(name, value)| format!("Environment={}\n", quoted(&format!("{name}={value}"))))
        .collect();
    // A colon before the program: nothing of what follows is taken for a variable.
    let start = format!(":{} watchdog --config {}", quoted(program), quoted(config));
    let (held, description) = (code::HELD, percent(config));
    format!(
        "\
# {MARK}, which also writes it anew: changes belong in a drop-in, `systemctl --user edit {name}`.
[Unit]
Description=agents: the watchdog of {description}
# However often it fails, it is tried again: a fleet without a watchdog is worse than a busy journal.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={start}
{environment}# One that dies or hangs comes back. One that was told to end (`agents down`) does not, nor one that finds another at work.
Restart=on-failure
RestartSec=5
RestartPreventExitStatus={held}
WatchdogSec={HANGS_AFTER_SECONDS}
# A verb may hold the fleet until then.
TimeoutStartSec=300
TimeoutStopSec=60
# Only the watchdog ends with the service: the tmux server and the agents, which it may have started, live on.
KillMode=process
OOMPolicy=continue
TasksMax=infinity
LimitNOFILE=65536

[Install]
WantedBy=default.target
"
    )
}

/// Whether the unit starts a watchdog for this config.
pub fn names(text: &str, config: &str) -> bool {
    let end = format!(" watchdog --config {}", quoted(config));
    text.lines().any(|line| line.starts_with("ExecStart=") && line.ends_with(&end))
}

/// One word of a command line or an assignment, as systemd reads it.
fn quoted(word: &str) -> String {
    let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", percent(&escaped))
}

/// A percent sign begins a specifier.
fn percent(text: &str) -> String {
    text.replace('%', "%%")
}
