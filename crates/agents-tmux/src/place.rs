//! Where do the sessions live, and how is tmux run there?

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::keys::is_key;

/// Which tmux server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Socket {
    /// The user's own server, with the user's own config: no option of it is changed.
    Default,
    /// A private server of that name in the socket folder (`tmux -L`).
    Name(String),
    /// A private server at that path (`tmux -S`).
    Path(PathBuf),
}

/// Variables that do not pass to tmux, and so to none of its sessions.
const HIDDEN: [&str; 8] = [
    "TMUX",
    "TMUX_PANE",
    "AGENTS_STATE",
    "AGENTS_NAME",
    "AGENTS_RUN",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
];

/// A tmux program, a server, and how long to wait for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    program: PathBuf,
    socket: Socket,
    socket_root: Option<PathBuf>,
    time_limit: Duration,
}

impl Place {
    /// How long a request waits when nothing else is said.
    pub const TIME_LIMIT: Duration = Duration::from_secs(5);

    /// The tmux program is named by an absolute path, so that a later change of `PATH` cannot replace it.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, socket: Socket) -> Self {
        Self { program: program.into(), socket, socket_root: None, time_limit: Self::TIME_LIMIT }
    }

    /// Sets `TMUX_TMPDIR` for every call: the folder that holds the socket folder of `Default` and `Name`.
    #[must_use]
    pub fn with_socket_root(mut self, folder: impl Into<PathBuf>) -> Self {
        self.socket_root = Some(folder.into());
        self
    }

    /// Sets how long one request may take.
    #[must_use]
    pub fn with_time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self
    }

    /// How long one request may take.
    #[must_use]
    pub fn time_limit(&self) -> Duration {
        self.time_limit
    }

    /// The tmux program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Which server.
    #[must_use]
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Whether the server is ours alone, so that its options are ours to set.
    #[must_use]
    pub fn is_private(&self) -> bool {
        match self.socket {
            Socket::Default => false,
            Socket::Name(_) | Socket::Path(_) => true,
        }
    }

    /// Where the socket file is.
    ///
    /// tmux silently uses `/tmp` when the folder named by `TMUX_TMPDIR` is missing, and so does this.
    #[must_use]
    pub fn socket_path(&self) -> PathBuf {
        let name = match &self.socket {
            Socket::Path(path) => return path.clone(),
            Socket::Name(name) => name.as_str(),
            Socket::Default => "default",
        };
        let root = self
            .socket_root
            .clone()
            .or_else(|| std::env::var_os("TMUX_TMPDIR").map(PathBuf::from))
            .and_then(|folder| folder.canonicalize().ok())
            .unwrap_or_else(|| PathBuf::from("/tmp"));
        root.join(format!("tmux-{}", rustix::process::getuid().as_raw())).join(name)
    }

    /// The tmux program, aimed at this server; what follows are tmux commands.
    ///
    /// `TMUX` and `TMUX_PANE` never pass: with them tmux would talk to the server that we happen to run in. Nor does the
    /// mark of a run, where an agent calls us: a server that this starts is not its to take along when it ends; nor what a
    /// service manager told us alone.
    pub(crate) fn aimed(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        for hidden in HIDDEN {
            command.env_remove(hidden);
        }
        // A server keeps the environment of whoever starts it, and tells it to whoever asks.
        for (name, value) in std::env::vars_os() {
            if is_key(&name.to_string_lossy(), &value.to_string_lossy()) {
                command.env_remove(name);
            }
        }
        command.arg("-u");
        if let Some(folder) = &self.socket_root {
            command.env("TMUX_TMPDIR", folder);
        }
        match &self.socket {
            Socket::Default => command.args(["-L", "default"]),
            Socket::Name(name) => command.args(["-f", "/dev/null", "-L", name]),
            Socket::Path(path) => command.args(["-f", "/dev/null", "-S"]).arg(path),
        };
        command
    }

    /// The same for a request whose answer we read.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::from(self.aimed());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_an_agent_starts_does_not_bear_the_mark_of_its_run() {
        let command = Place::new("/usr/bin/tmux", Socket::Default).aimed();
        let hidden: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).collect();
        for name in ["AGENTS_STATE", "AGENTS_NAME", "AGENTS_RUN", "TMUX", "NOTIFY_SOCKET"] {
            assert!(hidden.iter().any(|(it, _)| *it == name), "{name}: {hidden:?}");
        }
    }

    #[test]
    fn the_socket_path_is_the_one_tmux_uses() {
        let folder = tempfile::tempdir().unwrap();
        let uid = rustix::process::getuid().as_raw();
        let root = folder.path().canonicalize().unwrap();
        let place =
            Place::new("/usr/bin/tmux", Socket::Name("x".to_owned())).with_socket_root(&root);
        assert_eq!(place.socket_path(), root.join(format!("tmux-{uid}/x")));
        let place =
            Place::new("/usr/bin/tmux", Socket::Default).with_socket_root("/nowhere/at/all");
        assert_eq!(place.socket_path(), PathBuf::from(format!("/tmp/tmux-{uid}/default")));
        let place = Place::new("/usr/bin/tmux", Socket::Path("/a/b".into()));
        assert_eq!(place.socket_path(), PathBuf::from("/a/b"));
        assert!(place.is_private());
    }
}
