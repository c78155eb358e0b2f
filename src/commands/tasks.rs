//! `agents tasks`: what would be done in which order, and what do issues ask for? Needs no config.

mod import;
mod plan;

use std::path::Path;

use agents_tasks::{Format, LoadError, Manifest, load};

use crate::app::App;
use crate::cli::TasksVerb;
use crate::error::Error;

pub fn run(app: &App, verb: &TasksVerb) -> Result<u8, Error> {
    match verb {
        TasksVerb::Plan(plan) => plan::run(app, plan),
        TasksVerb::Import(import) => import::run(app, import),
    }
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
