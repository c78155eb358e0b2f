//! `agents`: talks to a person, and leaves the work to the crates below it.

mod app;
mod cli;
mod commands;
mod demo_agent;
mod error;
mod operate;
mod render;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::app::App;
use crate::cli::{Cli, Verb};
use crate::error::Error;

fn main() -> ExitCode {
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let cli = Cli::parse();
    let app = App { config: cli.config, json: cli.json };
    match run(&app, cli.verb) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            app::say(&format!("agents: {error}"));
            ExitCode::from(error.code())
        }
    }
}

fn run(app: &App, verb: Verb) -> Result<u8, Error> {
    match verb {
        Verb::Up(targets) => commands::up::run(app, &targets),
        Verb::Down(down) => commands::down::run(app, &down),
        Verb::Restart(names) => commands::restart::run(app, &names),
        Verb::Watchdog(watchdog) => commands::watchdog::run(app, &watchdog),
        Verb::Phase { verb } => commands::phase::run(app, verb),
        Verb::Send(send) => commands::send::run(app, &send),
        Verb::Plan => commands::plan::run(app),
        Verb::DemoAgent(args) => Ok(exit_code(demo_agent::run(args))),
        Verb::Launch { exec: false, spec } => Ok(exit_code(agents_watchdog::launch::launch(&spec))),
        Verb::Launch { exec: true, spec } => {
            Ok(exit_code(agents_watchdog::launch::launch_exec(&spec)))
        }
    }
}

fn exit_code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(error::code::FAILED)
}
