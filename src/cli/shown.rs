//! Which words do the verbs take that show what agents show and say?

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Explain {
    /// The agent whose screen is read
    #[arg(add = crate::commands::completions::names(), conflicts_with_all = ["screen", "backend"])]
    pub name: Option<String>,
    /// Whose screen the file is: a backend of the config, or a preset
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,
    /// A stored screen, as `tmux capture-pane -p` prints it; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub screen: Option<PathBuf>,
    /// The pane's title at that time
    #[arg(long, requires = "screen")]
    pub title: Option<String>,
    /// The foreground process at that time
    #[arg(long, requires = "screen")]
    pub command: Option<String>,
    /// The pane's process had ended
    #[arg(long, requires = "screen")]
    pub dead: bool,
    /// The pane's width
    #[arg(long, requires = "screen")]
    pub columns: Option<usize>,
    /// Store the agent's screen as a sample that shows this state; `agents check` proves the rules on it
    #[arg(long, value_name = "STATE", requires = "name")]
    pub save: Option<String>,
    /// The file to store it in; `STATE-TIME.txt` in the backend's folder of samples if none is named
    #[arg(long = "as", value_name = "FILE", requires = "save")]
    pub r#as: Option<PathBuf>,
    /// The moment against which a reset time is read; RFC 3339
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

#[derive(Debug, Args)]
pub struct Transcript {
    #[arg(add = crate::commands::completions::names())]
    pub name: String,
    /// Wait for more
    #[arg(long, short)]
    pub follow: bool,
    /// Show what the tools gave back, too
    #[arg(long)]
    pub tools: bool,
    /// The conversation, by the id that the program gave it; that of the last run if none is named
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
    /// The record itself
    #[arg(long, value_name = "FILE", conflicts_with = "conversation")]
    pub file: Option<PathBuf>,
}
