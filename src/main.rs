//! `agents`: talks to a person, and leaves the work to the crates below it.

mod app;
mod asked;
mod bystander;
mod cli;
mod commands;
mod demo_agent;
mod error;
mod file_limit;
mod follow;
mod in_force;
mod operate;
mod overrides;
mod places;
mod record;
mod render;
mod samples;
mod servers;
mod stopped;
mod unknown_verb;
mod usage;
mod whole_file;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::app::App;
use crate::cli::{Cli, Verb};
use crate::error::Error;

fn main() -> ExitCode {
    // Two of these run for each start of an agent: a third of their time would go into the grammar of all the verbs.
    if let Some((exec, spec)) = cli::launch_words(std::env::args_os().skip(1)) {
        return ExitCode::from(launch(exec, &spec));
    }
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(error));
    file_limit::survive();
    let verb = cli.verb.unwrap_or_else(|| without_a_verb(&cli.config));
    let app = App { config: cli.config, json: cli.json };
    match run(&app, verb) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            app::say(&error.told());
            if app.json && !app::has_printed() {
                // A program that reads has one document to read, whatever happens.
                drop(app::print(&error.json().to_string()));
            }
            ExitCode::from(error.code())
        }
    }
}

/// Shows the status; and the help to who typed just `agents` where there is no fleet, and so is new here.
fn without_a_verb(config: &std::path::Path) -> Verb {
    if std::env::args_os().len() == 1 && !config.exists() {
        app::say(&Cli::command().render_help().to_string());
        std::process::exit(i32::from(error::code::USAGE));
    }
    Verb::Status(cli::Status::default())
}

/// Says what is wrong with the words; an unknown verb also hears the known ones.
fn refuse(mut error: clap::Error) -> ! {
    let meant = unknown_verb::mend(&mut error, std::env::args_os().collect());
    // As they came: words that are no UTF-8 may be what is refused.
    let mut words = std::env::args_os();
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        drop(app::print(&Error::Usage(first.to_owned()).json().to_string()));
    }
    if error.kind() == clap::error::ErrorKind::InvalidSubcommand {
        drop(error.print());
        let root = Cli::command();
        let parent = words.find_map(|word| root.find_subcommand(word).cloned());
        let parent = parent.filter(clap::Command::has_subcommands).unwrap_or(root);
        let known = parent.get_subcommands().filter(|verb| !verb.is_hide_set());
        let known: Vec<&str> = known.map(clap::Command::get_name).collect();
        app::say(&format!("\nknown: {}", known.join(", ")));
        if let Some(meant) = meant {
            app::say(&format!("\n{meant}"));
        }
        std::process::exit(i32::from(error::code::USAGE));
    }
    error.exit()
}

fn run(app: &App, verb: Verb) -> Result<u8, Error> {
    match verb {
        Verb::Up(up) => commands::up::run(app, &up),
        Verb::Down(down) => commands::down::run(app, &down),
        Verb::Restart(names) => commands::restart::run(app, &names),
        Verb::Status(status) => commands::status::run(app, &status),
        Verb::Watchdog(watchdog) => commands::watchdog::run(app, &watchdog),
        Verb::Phase { verb } => commands::phase::run(app, verb),
        Verb::Send(send) => commands::send::run(app, &send),
        Verb::Pilot { verb } => commands::pilot::run(app, &verb),
        Verb::Adopt(adopt) => commands::adopt::run(app, &adopt),
        Verb::Init(init) => commands::init::run(app, &init),
        Verb::Run(run) => commands::run::run(app, &run),
        Verb::Tasks(tasks) => commands::tasks::run(app, &tasks),
        Verb::Result(result) => commands::result::run(app, &result),
        Verb::ReportRun(report) => commands::report_run::run(app, &report),
        Verb::Clean(clean) => commands::clean::run(app, &clean),
        Verb::Worktrees => commands::worktrees::run(app),
        Verb::Sim(sim) => commands::sim::run(app, &sim),
        Verb::Trust(trust) => commands::trust::run(app, &trust),
        Verb::Selftest(selftest) => commands::selftest::run(app, &selftest),
        Verb::Plan => commands::plan::run(app),
        Verb::Logs(logs) => commands::logs::run(app, &logs),
        Verb::Transcript(transcript) => commands::transcript::run(app, &transcript),
        Verb::Attach(attach) => commands::attach::run(app, &attach),
        Verb::Wait(wait) => commands::wait::run(app, &wait),
        Verb::Check => commands::check::run(app),
        Verb::Config { verb } => commands::config::run(app, &verb),
        Verb::Why(one) => commands::why::run(app, &one),
        Verb::Conversations(one) => commands::conversations::run(app, &one),
        Verb::Limits => commands::limits::run(app),
        Verb::Explain(explain) => commands::explain::run(app, &explain),
        Verb::Events(events) => commands::events::run(app, &events),
        Verb::Notify { verb } => commands::notify::run(app, &verb),
        Verb::Hooks { verb } => commands::hooks::run(app, &verb),
        Verb::Service { verb } => commands::service::run(app, &verb),
        Verb::Completions { shell } => commands::completions::run(&shell),
        Verb::Doctor(doctor) => commands::doctor::run(app, &doctor),
        Verb::Report { words } => Ok(commands::report::run(words)),
        Verb::DemoAgent(args) => Ok(exit_code(demo_agent::run(args))),
        Verb::Launch { exec, spec } => Ok(launch(exec, &spec)),
    }
}

fn launch(exec: bool, spec: &std::path::Path) -> u8 {
    use agents_watchdog::launch::{launch, launch_exec};
    exit_code(if exec { launch_exec(spec) } else { launch(spec) })
}

fn exit_code(code: i32) -> u8 {
    u8::try_from(code).unwrap_or(error::code::FAILED)
}
