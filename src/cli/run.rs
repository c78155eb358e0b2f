//! The words of `agents run`, `result`, `report-run` and `clean`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Run {
    /// The manifest: JSON where its name ends so, else TOML
    #[arg(required_unless_present = "prompt", conflicts_with = "prompt")]
    pub manifest: Option<PathBuf>,
    /// The git repository; that of the config, if it is not named
    #[arg(long, value_name = "DIR")]
    pub repository: Option<PathBuf>,
    /// The backend of the one task
    #[arg(long, requires = "prompt", value_name = "NAME")]
    pub backend: Option<String>,
    /// What the one task is called; made of its words, if it is not named
    #[arg(long, requires = "prompt", value_name = "NAME")]
    pub name: Option<String>,
    /// What one task is to do, instead of a manifest; a question counts too: one that ends well and changes nothing is complete
    #[arg(last = true, value_name = "PROMPT")]
    pub prompt: Vec<String>,
}

#[derive(Debug, Args)]
pub struct ResultOf {
    /// The task
    pub name: String,
}

#[derive(Debug, Args)]
pub struct ReportRun {
    /// The manifest, by the name that `run` told; the newest if none is named
    pub name: Option<String>,
    /// Write the timeline as a picture, too; never over a file
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Clean {
    /// Only say what would be removed, and what would be kept and why
    #[arg(long)]
    pub dry_run: bool,
}
