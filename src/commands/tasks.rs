//! `agents tasks`: how far are the tasks, what would be done in which order, and what do issues ask for?

mod import;
pub mod known;
pub mod list;
mod plan;

use std::path::Path;

use agents_tasks::step::TaskVerb;
use agents_tasks::{Format, LoadError, Manifest, load};
use agents_watchdog::work::WorkRequest;

use crate::app::App;
use crate::cli::{Tasks, TasksVerb};
use crate::commands::work;
use crate::error::Error;

pub fn run(app: &App, tasks: &Tasks) -> Result<u8, Error> {
    let (names, verb, word) = match &tasks.verb {
        None => return list::run(app, tasks.watch),
        Some(TasksVerb::Plan(plan)) => return plan::run(app, plan),
        Some(TasksVerb::Import(import)) => return import::run(app, import),
        Some(TasksVerb::Retry(tasks)) => (&tasks.names, TaskVerb::Retry, "retry"),
        Some(TasksVerb::Cancel(tasks)) => (&tasks.names, TaskVerb::Cancel, "cancel"),
        Some(TasksVerb::Skip(tasks)) => (&tasks.names, TaskVerb::Skip, "skip"),
        Some(TasksVerb::Reset(tasks)) => (&tasks.names, TaskVerb::Reset, "reset"),
    };
    let fleet = app.in_force()?.loaded.fleet;
    let reply = work::ask(&fleet, &WorkRequest::Tasks { names: names.clone(), verb })?;
    work::tell(app, word, &reply)
}

fn read(path: &Path) -> Result<Manifest, Error> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Usage(format!("cannot read the manifest {shown}: {error}")))?;
    load(&text, Format::of(path)).map_err(|error| {
        Error::Usage(match error {
            LoadError::Form(text) => format!("{shown} is no manifest: {}", text.trim_end()),
            LoadError::Problems(problems) => {
                let told: Vec<String> = problems.iter().map(|it| format!("  {it}")).collect();
                format!("{shown} cannot be run as it is:\n{}", told.join("\n"))
            }
        })
    })
}
