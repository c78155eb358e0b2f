//! `agents doctor`: what on this machine could trouble a fleet, and what is the way out? Works without a config.

use agents_config::{Environment, Loaded};
use agents_decide::sentence::count;

use crate::app::{App, print};
use crate::cli::Doctor;
use crate::error::{Error, code};

mod clock;
mod fleet;
mod folders;
mod programs;
mod system;
#[cfg(test)]
mod tests;

pub use system::linger;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    Warn,
    Fail,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub level: Level,
    /// What was looked at.
    pub about: &'static str,
    /// What was found.
    pub text: String,
    /// The way out; empty when nothing is wrong.
    pub advice: String,
}

impl Finding {
    fn ok(about: &'static str, text: impl Into<String>) -> Self {
        Self { level: Level::Ok, about, text: text.into(), advice: String::new() }
    }

    fn warn(about: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Warn, about, text: text.into(), advice: advice.into() }
    }

    fn fail(about: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { level: Level::Fail, about, text: text.into(), advice: advice.into() }
    }
}

pub fn run(app: &App, doctor: &Doctor) -> Result<u8, Error> {
    let (loaded, finding) = config(app);
    let loaded = loaded.as_ref();
    let mut findings = vec![programs::tmux(), programs::git(), finding];
    findings.push(folders::sockets(loaded));
    if let Some(loaded) = loaded {
        findings.push(folders::state(&loaded.fleet.state_dir()));
        findings.extend(folders::state_files(&loaded.fleet.state_dir()));
        findings.push(folders::disk(&loaded.fleet.log_dir));
        findings.extend(fleet::disk_kind(&loaded.fleet.log_dir));
        findings.extend(fleet::server(app, &loaded.fleet));
        findings.push(fleet::keeper(app, &loaded.fleet));
        findings.extend(loaded.problems_of_agents.iter().map(|problem| {
            Finding::warn("agent", problem.to_string(), "the rest of the fleet runs without it")
        }));
        findings.extend(loaded.missing_programs(&Environment::of_process()).into_iter().map(
            |missing| {
                Finding::warn("program", format!("{missing}: {}", missing.found), missing.help)
            },
        ));
    }
    findings.push(system::descriptors(loaded));
    findings.push(system::processes(loaded));
    findings.push(programs::path());
    findings.push(clock::clock(loaded.map(|loaded| loaded.fleet.state_dir()).as_deref()));
    findings.extend(clock::zone());
    findings.push(system::linger());
    findings.push(system::nesting());
    if doctor.tmux {
        findings.extend(programs::conformance()?);
    }
    report(app, &findings)
}

/// The fleet, when there is a config that loads.
fn config(app: &App) -> (Option<Loaded>, Finding) {
    let path = &app.config;
    if !path.exists() {
        let text =
            format!("there is no {}; what depends on a fleet is not looked at", path.display());
        return (None, Finding::warn("config", text, "`agents init` writes one"));
    }
    match agents_config::load(path, &Environment::of_process()) {
        Ok(loaded) => {
            let fleet = &loaded.fleet;
            let (agents, services) = (fleet.agents.len(), fleet.services.len());
            let text = format!("{} loads; agents: {agents}, services: {services}", path.display());
            (Some(loaded), Finding::ok("config", text))
        }
        Err(error) => {
            let text = format!(
                "{} does not load: {}",
                path.display(),
                count(error.problems().len().max(1) as u64, "problem")
            );
            (None, Finding::fail("config", text, "`agents check` shows each of them"))
        }
    }
}

fn report(app: &App, findings: &[Finding]) -> Result<u8, Error> {
    if app.json {
        let data = serde_json::json!({ "schema": "agents.doctor/1", "findings": findings });
        print(&data.to_string())?;
    } else {
        let lines: Vec<String> = findings.iter().map(line).collect();
        print(&lines.join("\n"))?;
    }
    let worst = findings.iter().map(|finding| finding.level).max();
    Ok(if worst == Some(Level::Fail) { code::FAILED } else { code::DONE })
}

fn line(finding: &Finding) -> String {
    let level = match finding.level {
        Level::Ok => "ok  ",
        Level::Warn => "warn",
        Level::Fail => "FAIL",
    };
    let advice = if finding.advice.is_empty() {
        String::new()
    } else {
        format!("\n      → {}", finding.advice)
    };
    format!("{level}  {}: {}{advice}", finding.about, finding.text)
}
