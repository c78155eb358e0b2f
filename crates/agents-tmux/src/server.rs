//! Is the tmux server alive when it does not answer, and can it be reached again?

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use agents_names::SessionName;

use crate::control::control_tag;
use crate::oneshot::{OneShot, run_tmux};
use crate::place::{Place, Socket};
use crate::target::Target;
use crate::{Driver, ServerId, TmuxError, process};

/// What `tmux -V` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TmuxVersion {
    /// The version as tmux writes it, `3.3a` for example.
    pub text: String,
    /// Major and minor number; `None` for builds between releases.
    pub number: Option<(u32, u32)>,
}

impl TmuxVersion {
    /// The oldest version that has all we need.
    pub const OLDEST: (u32, u32) = (3, 2);

    /// Whether this version has all we need; a build between releases is taken to be new.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        self.number.is_none_or(|number| number >= Self::OLDEST)
    }

    fn parse(line: &str) -> Self {
        let text = line.trim().strip_prefix("tmux ").unwrap_or(line.trim()).to_owned();
        let number = text.split_once('.').and_then(|(major, rest)| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            Some((major.parse().ok()?, digits.parse().ok()?))
        });
        Self { text, number }
    }
}

/// What came of the attempt to bring a socket file back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketRepair {
    /// The same server answers again.
    Back,
    /// That server is dead: nothing was signalled, and a new one may be started.
    ServerGone,
    /// The server lives and cannot be reached. A new one must not be started: there would be two of each session.
    NotBack,
}

/// How long a server has to create its socket again.
const REPAIR_LIMIT: Duration = Duration::from_secs(5);
/// How long an empty server has to end.
const END_LIMIT: Duration = Duration::from_secs(5);
/// How often is looked for either.
const REPAIR_PAUSE: Duration = Duration::from_millis(20);

impl Place {
    /// Ends a private server that has no session left; the user's own server ends by itself.
    ///
    /// The server itself sees whether it is empty, so a session that appears meanwhile is safe. No format tells the
    /// number of sessions on every tmux: 3.3a expands `#{server_sessions}` to nothing.
    ///
    /// # Errors
    /// [`TmuxError::Unknown`] when the server could not be asked, or does not end.
    pub async fn end_server_without_sessions(&self) -> Result<(), TmuxError> {
        if !self.is_private() || !self.exit_when_empty("on").await? {
            return Ok(());
        }
        let deadline = tokio::time::Instant::now() + END_LIMIT;
        let list = ["list-sessions", "-F", "#{session_name}"].map(str::to_owned);
        loop {
            // A server waits for its clients before it ends, so it is left alone between the looks.
            tokio::time::sleep(REPAIR_PAUSE).await;
            let output = run_tmux(self, &list, None).await?;
            if !output.status.success() {
                return Ok(());
            }
            if !output.stdout.is_empty() {
                return self.exit_when_empty("off").await.map(drop);
            }
            if tokio::time::Instant::now() >= deadline {
                let cause = "the tmux server has no session and does not end".to_owned();
                return Err(TmuxError::Unknown { cause });
            }
        }
    }

    /// False when there is no server.
    async fn exit_when_empty(&self, value: &str) -> Result<bool, TmuxError> {
        let words = ["set-option", "-s", "exit-empty", value].map(str::to_owned);
        Ok(run_tmux(self, &words, None).await?.status.success())
    }

    /// Ends the control clients that sit in a session that a driver made: those of drivers that were killed. Such a client does not always
    /// notice that its owner has gone, and a server waits for it when it should end.
    ///
    /// # Errors
    /// [`TmuxError::Unknown`] when the server could not be asked.
    pub async fn end_control_clients(&self, session: &SessionName) -> Result<(), TmuxError> {
        let format = "#{client_control_mode} #{client_pid} #{client_session} #{@agents_id}";
        let words = ["list-clients", "-F", format].map(str::to_owned);
        let listed = run_tmux(self, &words, None).await?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let ours = format!(" {session} {}", control_tag(session));
        for row in listed.lines() {
            let pid = row.strip_prefix("1 ").and_then(|row| row.strip_suffix(&ours));
            let pid = pid.and_then(|pid| pid.trim_end().parse().ok()).and_then(Pid::from_raw);
            // One that has ended meanwhile needs no signal.
            let _ = pid.map(|pid| kill_process(pid, Signal::KILL));
        }
        Ok(())
    }

    /// The command line that attaches a terminal to a session; it stays in the terminal's foreground process group.
    #[must_use]
    pub fn attach_command(&self, session: &SessionName, read_only: bool) -> std::process::Command {
        let mut command = self.aimed();
        command.arg("attach-session");
        if read_only {
            command.arg("-r");
        }
        command.args(["-t", Target::session(session).as_str()]);
        command
    }

    /// The version of the tmux program.
    ///
    /// # Errors
    /// [`TmuxError::Unknown`] when it cannot be run.
    pub async fn tmux_version(&self) -> Result<TmuxVersion, TmuxError> {
        let output = run_tmux(self, &["-V".to_owned()], None).await?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() || text.trim().is_empty() {
            let program = self.program().display();
            return Err(TmuxError::Unknown { cause: format!("{program} -V printed no version") });
        }
        Ok(TmuxVersion::parse(&text))
    }

    /// The server makes its socket, but not the folder; that is private, as the tmux program makes it.
    fn make_socket_folder(&self) {
        if let (Socket::Default | Socket::Name(_), Some(folder)) =
            (self.socket(), self.socket_path().parent())
        {
            use std::os::unix::fs::DirBuilderExt as _;
            // Without the folder the server does not come back, which is told.
            drop(std::fs::DirBuilder::new().mode(0o700).create(folder));
        }
    }

    /// Asks the server to create its socket file again, after something removed it (`SIGUSR1`).
    ///
    /// # Errors
    /// [`TmuxError::Unknown`] when the signal could not be sent.
    pub async fn restore_socket(&self, server: ServerId) -> Result<SocketRepair, TmuxError> {
        let alive =
            server_process_alive(server).then(|| process::tmux_process(server.pid)).flatten();
        let Some(pid) = alive else {
            return Ok(SocketRepair::ServerGone);
        };
        self.make_socket_folder();
        kill_process(pid, Signal::USR1).map_err(|error| TmuxError::Unknown {
            cause: format!("cannot signal the tmux server {}: {error}", server.pid),
        })?;
        let deadline = tokio::time::Instant::now() + REPAIR_LIMIT;
        let mut driver = OneShot::new(self.clone());
        loop {
            let listed = driver.list().await;
            if listed.as_ref().is_ok_and(|listing| listing.server == server) {
                return Ok(SocketRepair::Back);
            }
            // One that has its socket and hangs is not asked twice: each time costs the limit.
            if listed.is_err_and(|error| error.is_time_out()) {
                return Ok(SocketRepair::NotBack);
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(SocketRepair::NotBack);
            }
            tokio::time::sleep(REPAIR_PAUSE).await;
        }
    }
}

/// Whether the process of that server still runs, reachable or not.
///
/// In doubt it runs: to believe a living server dead would start every agent a second time. A start time
/// that differs proves nothing by itself, because a clock that is set moves it; a name that is not tmux's does.
#[must_use]
pub fn server_process_alive(server: ServerId) -> bool {
    process::tmux_process(server.pid).is_some() && !is_younger(server)
}

/// Whether the process started so long after the server that the id must have been used again.
fn is_younger(server: ServerId) -> bool {
    /// More than a clock is set by while a machine runs.
    const CLOCK_SLACK_SECONDS: u64 = 24 * 3600;
    process::start_time(server.pid)
        .is_some_and(|start| start > server.start_time + CLOCK_SLACK_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        for (line, number, supported) in [
            ("tmux 3.3a\n", Some((3, 3)), true),
            ("tmux 3.2", Some((3, 2)), true),
            ("tmux 3.1c", Some((3, 1)), false),
            ("tmux 2.9", Some((2, 9)), false),
            ("tmux 3.10", Some((3, 10)), true),
            ("tmux next-3.6", None, true),
            ("tmux master", None, true),
        ] {
            let version = TmuxVersion::parse(line);
            assert_eq!((version.number, version.is_supported()), (number, supported), "{line}");
        }
        assert_eq!(TmuxVersion::parse("tmux 3.3a\n").text, "3.3a");
    }

    #[test]
    fn a_process_that_is_no_tmux_is_no_server() {
        let own = ServerId { pid: std::process::id(), start_time: 0 };
        assert!(!server_process_alive(own));
        assert!(!server_process_alive(ServerId { pid: 1, ..own }));
        assert!(!server_process_alive(ServerId { pid: u32::MAX, ..own }));
        assert!(!server_process_alive(ServerId { pid: 0, ..own }));
    }
}
