//! What does the operator ask for?

mod demo_agent;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs and supervises a fleet of AI coding agents in tmux.
#[derive(Parser)]
#[command(name = "agents", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// A scriptable agent for demonstrations and tests
    DemoAgent(demo_agent::DemoArgs),
}

fn main() -> ExitCode {
    let code = match Cli::parse().verb {
        Verb::DemoAgent(args) => demo_agent::run(args),
    };
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}
