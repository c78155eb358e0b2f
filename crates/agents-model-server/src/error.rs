//! What can go wrong before the server answers its first request, and before a CLI can ask it?

use std::io;
use std::path::PathBuf;

/// A server that cannot be started, a script that it cannot follow, or a CLI that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("cannot listen on 127.0.0.1:{port}; choose another port, or 0 for a free one")]
    Listen { port: u16, source: io::Error },
    #[error("cannot open the request log {path}")]
    Log { path: PathBuf, source: io::Error },
    #[error("cannot write the port to {path}")]
    PortFile { path: PathBuf, source: io::Error },
    #[error("cannot read the rules file {path}")]
    RulesFile { path: PathBuf, source: io::Error },
    #[error(
        "the rules file {path} is not a JSON list of {{\"contains\": TEXT, \"run\": COMMAND}} or {{\"contains\": TEXT, \"scenario\": NAME}}"
    )]
    RulesSyntax { path: PathBuf, source: serde_json::Error },
    #[error("the rule `{text}` has no `=>`; write it as `text in the prompt=>shell command`")]
    RuleArrow { text: String },
    #[error("the rule for `{contains}` needs one of `run` and `scenario`")]
    RuleAnswer { contains: String },
    #[error("there is no scenario `{name}`; known: {}", crate::scenario::NAMES.join(" "))]
    Scenario { name: String },
    #[error("the server's own thread or runtime could not start")]
    Runtime { source: io::Error },
    #[error("cannot write or run {path} for a CLI's home")]
    HomeFile { path: PathBuf, source: io::Error },
    #[error("`{text}` is no NAME=FOLDER with a known CLI; write, for example, codex=./home")]
    HomeText { text: String },
    #[error("cannot install {cli}: {said}")]
    Install { cli: &'static str, said: String },
    #[error("the server stopped")]
    Serve { source: io::Error },
}
