//! `agents status`: the phase, every agent and service, and the watchdog, in one look that changes nothing.

use crate::app::{App, print};
use crate::bystander;
use crate::cli::Status;
use crate::error::{Error, code};
use crate::render::{fleet_json, fleet_table, usage_table};
use crate::usage;

pub fn run(app: &App, status: &Status) -> Result<u8, Error> {
    // What is wrong with the file stands in what is shown.
    let looked = match bystander::look_silently(app) {
        Ok(looked) => looked,
        Err(error) => {
            if app.json {
                // A program that reads has one document to read, whatever happens.
                print(&fleet_json::unseen(&app.config_absolute(), &error).to_string())?;
            }
            return Err(error);
        }
    };
    let usage = status.wide.then(|| {
        let state = looked.document.as_ref().map(|document| &document.state);
        usage::of(&looked.fleet, state)
    });
    if app.json {
        let mut document = fleet_json::of(&looked.view);
        for usage in usage.iter().flatten() {
            let rows = document["agents"].as_array_mut().into_iter().flatten();
            let own = rows.into_iter().find(|row| row["name"] == usage.agent.as_str());
            if let Some(row) = own {
                row["usage"] = usage_table::json(usage);
            }
        }
        print(&document.to_string())?;
    } else {
        let table = fleet_table::of(&looked.view, fleet_table::terminal_width());
        print(&table)?;
        if let Some(usage) = &usage {
            print(&format!("\n{}", usage_table::of(usage)))?;
        }
    }
    let is_asked_for = !status.exit_code || looked.view.is_healthy();
    Ok(if is_asked_for { code::DONE } else { code::PARTLY })
}
