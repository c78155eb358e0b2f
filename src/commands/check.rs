//! `agents check`: every problem of the config, and of the files that it names.

use agents_config::{Environment, Loaded, Problem};
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::error::{Error, code};
use crate::samples::{self, Proof, Wrong};

pub fn run(app: &App) -> Result<u8, Error> {
    let environment = Environment::of_process();
    let loaded = agents_config::load(&app.config, &environment);
    // No fault of the file: it may be good, and yet nothing of it is started.
    let untrusted = loaded.as_ref().ok().and_then(|loaded| app.untrusted(loaded));
    let untrusted = untrusted.map(|untrusted| untrusted.to_string());
    let (report, problems, ok) = match &loaded {
        Ok(loaded) => {
            let report = loaded.report(&environment);
            let proof = samples::prove(&loaded.fleet);
            let ok = loaded.problems_of_agents.is_empty() && proof.wrong.is_empty();
            let mut text: Vec<String> = Vec::new();
            text.extend(Some(report.render(true)).filter(|_| !report.is_empty()));
            text.extend(proof.wrong.iter().map(in_words));
            text.extend(ok.then(|| summary(loaded, &proof)));
            let refused = untrusted.iter().filter(|_| ok);
            text.extend(refused.map(|why| format!("`agents up` would refuse it: {why}")));
            let wrong = proof.wrong.iter().map(wrong);
            (text.join("\n\n"), report.problems().iter().map(problem).chain(wrong).collect(), ok)
        }
        Err(error) => (error.report(true), error.problems().iter().map(problem).collect(), false),
    };
    if app.json {
        let problems: Vec<Value> = problems;
        let document = json!({
            "schema": "agents.check/1",
            "ok": ok,
            "problems": problems,
            "untrusted": untrusted,
        });
        print(&document.to_string())?;
    } else {
        // Colours are left out where standard output does not take them.
        print(&report)?;
    }
    Ok(if ok { code::DONE } else { code::USAGE })
}

/// A screen that is read wrongly, as the problems of the file are shown.
fn in_words(wrong: &Wrong) -> String {
    format!("error: {}\n  = help: {}", wrong.message, wrong.help)
}

/// The same for programs.
fn wrong(wrong: &Wrong) -> Value {
    json!({
        "severity": "error",
        "file": wrong.file,
        "line": null,
        "column": null,
        "message": wrong.message,
        "label": null,
        "help": wrong.help,
    })
}

fn summary(loaded: &Loaded, proof: &Proof) -> String {
    let fleet = &loaded.fleet;
    let mut counts =
        vec![count(fleet.agents.len(), "agent"), count(fleet.services.len(), "service")];
    counts.extend(fleet.loop_plan.as_ref().map(|plan| count(plan.phases.len(), "phase")));
    counts.extend(fleet.tasks.as_ref().map(|tasks| count(tasks.manifest.tasks.len(), "task")));
    counts.extend(Some(proof.read).filter(|read| *read > 0).map(|read| count(read, "screen")));
    format!("{} is good: {}", fleet.config.display(), counts.join(", "))
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn problem(problem: &Problem) -> Value {
    serde_json::to_value(problem).unwrap_or_default()
}
