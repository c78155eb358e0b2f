//! `agents pilot`: switch what tells idle agents to go on, and show it.

use std::time::Duration;

use agents_decide::Verb;
use agents_watchdog::view::{MemberView, PilotView, WatchdogState};
use serde_json::{Value, json};

use crate::app::{App, names, print, say};
use crate::bystander;
use crate::cli::PilotVerb;
use crate::commands::neighbours;
use crate::error::{Error, code};
use crate::operate::{Ask, ask};
use crate::render::fleet_json;
use crate::render::receipt::{self, WatchdogResult};

mod run;
mod settings;

/// Nothing has to happen but that the watchdog takes it up.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

pub fn run(app: &App, verb: &PilotVerb) -> Result<u8, Error> {
    match verb {
        PilotVerb::Start(pilots) => switch(app, &pilots.names, true),
        PilotVerb::Stop(pilots) => switch(app, &pilots.names, false),
        PilotVerb::Status(pilots) => status(app, &pilots.names),
        PilotVerb::Run(asked) => run::run(app, asked),
    }
}

fn switch(app: &App, asked: &[String], on: bool) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    let fleet = &loaded.fleet;
    let names = names(fleet, asked)?;
    neighbours::refuse_before_first(app, fleet)?;
    let verb = Verb::Pilot { names, on };
    let answers = ask(app, &loaded, &Ask { verb, within: ANSWERS_WITHIN })?;
    if app.json {
        let data = receipt::document("pilot", &answers, WatchdogResult::LeftAlone, fleet)?;
        print(&data.to_string())?;
    } else {
        receipt::say_answers(&answers);
        if on && bystander::watchdog(fleet)?.state == WatchdogState::Stopped {
            say("no watchdog runs, and nothing is typed without one (`agents up watchdog`)");
        }
    }
    Ok(receipt::code_of(&answers))
}

fn status(app: &App, asked: &[String]) -> Result<u8, Error> {
    let looked = bystander::look(app)?;
    let names = names(&looked.fleet, asked)?;
    let chosen: Vec<(&MemberView, &PilotView)> = looked
        .view
        .agents
        .iter()
        .filter(|agent| names.is_empty() || names.iter().any(|name| name.as_str() == agent.name))
        .filter_map(|agent| Some((agent, agent.pilot.as_ref()?)))
        .collect();
    if app.json {
        let rows: Vec<Value> = chosen.iter().map(|(agent, pilot)| row(agent, pilot)).collect();
        print(&json!({ "schema": "agents.pilot-status/1", "agents": rows }).to_string())?;
    } else {
        for (agent, pilot) in &chosen {
            print(&format!("{}: {}", agent.name, pilot.told()))?;
        }
    }
    let has_one = |name: &str| chosen.iter().any(|(agent, _)| agent.name == name);
    let without: Vec<&str> =
        names.iter().map(|name| name.as_str()).filter(|name| !has_one(name)).collect();
    if without.is_empty() {
        return Ok(code::DONE);
    }
    say(&format!("{}: the config gives it no pilot; add `[agent.pilot]`", without.join(", ")));
    Ok(code::FAILED)
}

fn row(agent: &MemberView, pilot: &PilotView) -> Value {
    let mut row = fleet_json::pilot(pilot);
    row["name"] = json!(agent.name);
    row
}
