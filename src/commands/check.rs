//! `agents check`: every problem of the config, and of the files that it names.

use agents_config::{AgentProblem, Environment, Loaded, Problem};
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::error::{Error, code};

pub fn run(app: &App) -> Result<u8, Error> {
    let loaded = agents_config::load(&app.config, &Environment::of_process());
    let (report, problems, ok) = match &loaded {
        Ok(loaded) => (good(loaded), problems_of(loaded), loaded.problems_of_agents.is_empty()),
        Err(error) => (error.report(true), error.problems().iter().map(problem).collect(), false),
    };
    if app.json {
        print(&json!({ "schema": "agents.check/1", "ok": ok, "problems": problems }).to_string())?;
    } else {
        // Colours are left out where standard output does not take them.
        print(&report)?;
    }
    Ok(if ok { code::DONE } else { code::USAGE })
}

fn good(loaded: &Loaded) -> String {
    let mut parts = Vec::new();
    if !loaded.warnings.is_empty() {
        parts.push(loaded.warnings.render(true).trim_end().to_owned());
    }
    parts.extend(loaded.problems_of_agents.iter().map(|problem| format!("error: {problem}")));
    if loaded.problems_of_agents.is_empty() {
        let fleet = &loaded.fleet;
        let mut counts =
            vec![count(fleet.agents.len(), "agent"), count(fleet.services.len(), "service")];
        counts.extend(fleet.loop_plan.as_ref().map(|plan| count(plan.phases.len(), "phase")));
        parts.push(format!("{} is good: {}", fleet.config.display(), counts.join(", ")));
    }
    parts.join("\n")
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn problems_of(loaded: &Loaded) -> Vec<Value> {
    let warnings = loaded.warnings.problems().iter().map(problem);
    let lacking = loaded.problems_of_agents.iter().map(|lack| lack_of(loaded, lack));
    warnings.chain(lacking).collect()
}

fn problem(problem: &Problem) -> Value {
    serde_json::to_value(problem).unwrap_or_default()
}

fn lack_of(loaded: &Loaded, lack: &AgentProblem) -> Value {
    json!({
        "severity": "error",
        "file": loaded.fleet.config,
        "line": null,
        "column": null,
        "message": lack.to_string(),
        "label": null,
        "help": null,
        "agent": lack.agent,
        "path": lack.path,
    })
}
