//! `agents status`: the phase, every agent and service, and the watchdog, in one look that changes nothing.

use crate::app::{App, print, say};
use crate::bystander;
use crate::cli::Status;
use crate::error::{Error, code};
use crate::render::{fleet_json, fleet_table};

pub fn run(app: &App, status: &Status) -> Result<u8, Error> {
    let looked = bystander::look(app)?;
    if let Some(broken) = &looked.broken {
        say(broken.report(false).trim_end());
    }
    if app.json {
        print(&fleet_json::of(&looked.view).to_string())?;
    } else {
        print(&fleet_table::of(&looked.view, fleet_table::terminal_width()))?;
    }
    Ok(match looked.broken {
        Some(_) => code::USAGE,
        None if status.exit_code && !looked.view.is_healthy() => code::PARTLY,
        None => code::DONE,
    })
}
