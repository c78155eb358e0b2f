//! `agents check`: every problem of the config, and of the files that it names.

use agents_config::{Environment, Loaded, Problem};
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::error::{Error, code};

pub fn run(app: &App) -> Result<u8, Error> {
    let environment = Environment::of_process();
    let loaded = agents_config::load(&app.config, &environment);
    let (report, problems, ok) = match &loaded {
        Ok(loaded) => {
            let report = loaded.report(&environment);
            let ok = loaded.problems_of_agents.is_empty();
            let summary = ok.then(|| summary(loaded));
            let parts = [Some(report.render(true)).filter(|_| !report.is_empty()), summary];
            let text: Vec<String> = parts.into_iter().flatten().collect();
            (text.join("\n\n"), report.problems().iter().map(problem).collect(), ok)
        }
        Err(error) => (error.report(true), error.problems().iter().map(problem).collect(), false),
    };
    if app.json {
        let problems: Vec<Value> = problems;
        print(&json!({ "schema": "agents.check/1", "ok": ok, "problems": problems }).to_string())?;
    } else {
        // Colours are left out where standard output does not take them.
        print(&report)?;
    }
    Ok(if ok { code::DONE } else { code::USAGE })
}

fn summary(loaded: &Loaded) -> String {
    let fleet = &loaded.fleet;
    let mut counts =
        vec![count(fleet.agents.len(), "agent"), count(fleet.services.len(), "service")];
    counts.extend(fleet.loop_plan.as_ref().map(|plan| count(plan.phases.len(), "phase")));
    format!("{} is good: {}", fleet.config.display(), counts.join(", "))
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn problem(problem: &Problem) -> Value {
    serde_json::to_value(problem).unwrap_or_default()
}
