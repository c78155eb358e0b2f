//! What must a CLI's home hold so that it talks to this server and to nobody else, and asks nothing at start?

mod claude;
mod codex;
mod gemini;
mod opencode;
mod pi;
mod qwen;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::ServerError;

/// A real agent program that can be installed from npm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cli {
    Codex,
    Claude,
    Opencode,
    Pi,
    Gemini,
    Qwen,
}

/// When the CLI asks its user before it runs a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// Before commands and edits; pi has no such question.
    Asks,
    Never,
}

/// How the CLI pays its vendor; this decides how a usage limit shows. Only claude knows both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    Key,
    Subscription,
}

/// What a home is to be like.
#[derive(Debug, Clone)]
pub struct Order {
    pub cli: Cli,
    /// The program to start, as [`Cli::install`] names it.
    pub program: PathBuf,
    /// The home folder. codex wants one that is not below the system's folder for temporary files.
    pub dir: PathBuf,
    /// The server's address, see [`Server::origin`](crate::Server::origin).
    pub origin: String,
    /// Folders that need no question about trust.
    pub projects: Vec<PathBuf>,
    pub leave: Leave,
    pub account: Account,
}

/// A home that is ready, and how its CLI is started.
#[derive(Debug, Clone)]
pub struct Home {
    pub cli: Cli,
    pub dir: PathBuf,
    /// To be added to an environment that holds nothing of the caller's own but `PATH`, `LANG` and `TERM`.
    pub env: Vec<(&'static str, String)>,
    /// The program and the words that it always gets.
    command: Vec<String>,
}

/// What one CLI's file adds.
struct Ways {
    env: Vec<(&'static str, String)>,
    flags: Vec<&'static str>,
}

impl Cli {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Codex, Self::Claude, Self::Opencode, Self::Pi, Self::Gemini, Self::Qwen];

    /// The name that its users type.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Codex => "codex",
            Self::Claude => "claude",
            Self::Opencode => "opencode",
            Self::Pi => "pi",
            Self::Gemini => "gemini",
            Self::Qwen => "qwen",
        }
    }

    /// Whether whoever starts it chooses the id of its conversation.
    #[must_use]
    pub fn takes_session(self) -> bool {
        match self {
            Self::Claude | Self::Pi => true,
            Self::Codex | Self::Opencode | Self::Gemini | Self::Qwen => false,
        }
    }

    /// The program of the pinned version; installs it from npm into the cache when it is missing.
    ///
    /// # Errors
    /// It is not in the cache and npm cannot bring it.
    pub fn install(self) -> Result<PathBuf, ServerError> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/real/install-cli.sh");
        let output = Command::new("sh")
            .args([script, self.name()])
            .output()
            .map_err(|source| ServerError::HomeFile { path: script.into(), source })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(ServerError::Install { cli: self.name(), said });
        }
        Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
    }
}

impl Order {
    /// Writes the home.
    ///
    /// # Errors
    /// A file of it cannot be written.
    pub fn settle(&self) -> Result<Home, ServerError> {
        let ways = match self.cli {
            Cli::Codex => codex::settle(self),
            Cli::Claude => claude::settle(self),
            Cli::Opencode => opencode::settle(self),
            Cli::Pi => pi::settle(self),
            Cli::Gemini => gemini::settle(self),
            Cli::Qwen => qwen::settle(self),
        }?;
        let mut env = vec![("HOME", self.dir.display().to_string())];
        env.push(("DO_NOT_TRACK", "1".to_owned()));
        // Whoever wants another server asks this one for it: it refuses, and its log tells.
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            env.push((name, self.origin.clone()));
        }
        for name in ["NO_PROXY", "no_proxy"] {
            env.push((name, "127.0.0.1,localhost".to_owned()));
        }
        env.extend(ways.env);
        let mut command = vec![self.program.display().to_string()];
        command.extend(ways.flags.into_iter().map(str::to_owned));
        Ok(Home { cli: self.cli, dir: self.dir.clone(), env, command })
    }

    /// Writes a file of the home, and the folders that it needs.
    fn write(&self, path: &str, text: &str) -> Result<(), ServerError> {
        let path = self.dir.join(path);
        let folder = path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|source| ServerError::HomeFile { path: path.clone(), source })
    }

    /// The projects' paths as the CLI will see them, without links.
    fn real_projects(&self) -> impl Iterator<Item = String> {
        self.projects.iter().map(|path| {
            fs::canonicalize(path).unwrap_or_else(|_| path.clone()).display().to_string()
        })
    }
}

impl Home {
    /// The command line of a first start. The session's id counts only where [`Cli::takes_session`] says so.
    #[must_use]
    pub fn start(&self, session: &str, prompt: Option<&str>) -> Vec<String> {
        let mut words = self.command.clone();
        if self.cli.takes_session() {
            words.extend(["--session-id".to_owned(), session.to_owned()]);
        }
        self.prompt(&mut words, prompt);
        words
    }

    /// The command line that goes on with a conversation. opencode loses a prompt that comes with it, so it gets none:
    /// type it.
    #[must_use]
    pub fn resume(&self, session: &str, prompt: Option<&str>) -> Vec<String> {
        let mut words = self.command.clone();
        let flag = match self.cli {
            Cli::Codex => "resume",
            Cli::Claude | Cli::Gemini | Cli::Qwen => "--resume",
            Cli::Opencode => "-s",
            // Starting and resuming are one command line.
            Cli::Pi => "--session-id",
        };
        words.extend([flag.to_owned(), session.to_owned()]);
        if self.cli != Cli::Opencode {
            self.prompt(&mut words, prompt);
        }
        words
    }

    fn prompt(&self, words: &mut Vec<String>, prompt: Option<&str>) {
        let Some(prompt) = prompt else { return };
        match self.cli {
            Cli::Codex | Cli::Claude | Cli::Pi => {}
            Cli::Opencode => words.push("--prompt".to_owned()),
            Cli::Gemini | Cli::Qwen => words.push("--prompt-interactive".to_owned()),
        }
        words.push(prompt.to_owned());
    }
}

#[cfg(test)]
mod tests;
