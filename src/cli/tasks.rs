//! The words of `agents tasks`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub struct Tasks {
    /// Show them again whenever something changes, until all are at their end
    #[arg(long, short)]
    pub watch: bool,
    #[command(subcommand)]
    pub verb: Option<TasksVerb>,
}

#[derive(Debug, Subcommand)]
pub enum TasksVerb {
    /// Show in which waves the tasks of a manifest would run, and why each one waits; starts nothing
    Plan(TasksPlan),
    /// Make a manifest of issues, to be read and edited; starts nothing
    Import(TasksImport),
    /// Give what failed, waits or is cancelled another round of attempts, on the same branch
    Retry(TaskNames),
    /// End the task; what depends on it never starts
    Cancel(TaskNames),
    /// End the task, and count it as done
    Skip(TaskNames),
    /// Begin the task anew, on a new branch in a new worktree; the old ones stay
    Reset(TaskNames),
}

#[derive(Debug, Args)]
pub struct TaskNames {
    #[arg(required = true)]
    pub names: Vec<String>,
}

#[derive(Debug, Args)]
pub struct TasksPlan {
    /// The manifest: JSON where its name ends so, else TOML; the tasks of the config, if none is named
    pub manifest: Option<PathBuf>,
    /// Draw the graph instead
    #[arg(long, value_name = "FORM", num_args = 0..=1, default_missing_value = "text")]
    pub graph: Option<Graph>,
    /// At most so many tasks at once, where the manifest allows more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_parallel: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Graph {
    /// For this terminal
    Text,
    /// In the DOT language of Graphviz
    Dot,
}

#[derive(Debug, Args)]
pub struct TasksImport {
    /// Issues as `gh issue list --json number,title,body,labels` prints them; `-` reads them here
    #[arg(
        long,
        value_name = "PATH",
        conflicts_with = "github",
        required_unless_present = "github"
    )]
    pub file: Option<PathBuf>,
    /// Ask `gh` for the open issues of this repository
    #[arg(long, value_name = "OWNER/REPO")]
    pub github: Option<String>,
    /// Only issues with each of these labels
    #[arg(long, value_name = "LABEL")]
    pub label: Vec<String>,
    /// Write the manifest there, JSON where the name ends so, else TOML; never over a file
    #[arg(long, short, value_name = "PATH")]
    pub out: Option<PathBuf>,
}
