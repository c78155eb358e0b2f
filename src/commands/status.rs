//! `agents status`: the phase, every agent and service, and the watchdog, in one look that changes nothing.

use crate::app::{App, print};
use crate::bystander;
use crate::cli::Status;
use crate::error::{Error, code};
use crate::render::{fleet_json, fleet_table};

pub fn run(app: &App, status: &Status) -> Result<u8, Error> {
    let looked = match bystander::look(app) {
        Ok(looked) => looked,
        Err(error) => {
            if app.json {
                // A program that reads has one document to read, whatever happens.
                print(&fleet_json::unseen(&app.config_absolute(), &error).to_string())?;
            }
            return Err(error);
        }
    };
    if app.json {
        print(&fleet_json::of(&looked.view).to_string())?;
    } else {
        print(&fleet_table::of(&looked.view, fleet_table::terminal_width()))?;
    }
    let is_asked_for = !status.exit_code || looked.view.is_healthy();
    Ok(if is_asked_for { code::DONE } else { code::PARTLY })
}
