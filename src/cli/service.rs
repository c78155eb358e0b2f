//! The words of `agents service`.

use clap::{Args, Subcommand};

use crate::commands::service::Manager;

#[derive(Debug, Subcommand)]
pub enum ServiceVerb {
    /// Write the service of this fleet's watchdog, start it, and let it come back with the system
    Install(ServiceInstall),
    /// End the service and remove its file; agents run on
    Uninstall(ServiceUninstall),
    /// Show whether it is installed, whether it runs, and whether it outlives a logout
    Status,
}

#[derive(Debug, Args)]
pub struct ServiceInstall {
    /// Print the file, and do nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub print: bool,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// For this service manager; that of this system if none is named
    #[arg(long, value_name = "NAME")]
    pub manager: Option<Manager>,
}

#[derive(Debug, Args)]
pub struct ServiceUninstall {
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}
