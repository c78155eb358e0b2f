//! `agents explain`: what does a screen show, which rule says so, and which others held?

use std::path::{Path, PathBuf};

use agents_config::{Environment, Fleet};
use agents_decide::{Now, Standing, Zone, limit};
use agents_names::{AgentName, BackendName};
use agents_screens::{Preset, Seen, State, Verdict, classify};
use agents_tmux::{Driver as _, OneShot, Pane, Screen, TmuxError};
use agents_watchdog::observe::tag;
use agents_watchdog::place::now_after;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::app::{App, closest, name_of, print, say};
use crate::bystander;
use crate::cli::Explain;
use crate::error::{Error, code, hint};
use crate::operate::runtime;
use crate::render::fleet_json::doing;
use crate::samples::{self, Label, in_words};

pub fn run(app: &App, explain: &Explain) -> Result<u8, Error> {
    let now = moment(explain.now.as_deref())?;
    let (verdict, standing) = match (&explain.name, &explain.screen) {
        (Some(name), _) => (live(app, name, explain)?, standing(app, name)?),
        (None, Some(file)) => (stored(app, explain, file)?, None),
        (None, None) => {
            let text = "name an agent, or a stored screen: `agents explain NAME`, or `agents explain --backend claude --screen FILE`";
            return Err(Error::Usage(text.to_owned()));
        }
    };
    let reset = verdict.reset_text.as_deref().and_then(|text| limit::reset::parse(text, now));
    let told = Told { verdict: &verdict, standing, reset_at: reset.map(|reset| reset.at) };
    print(&if app.json { told.json().to_string() } else { told.text(now) })?;
    Ok(code::DONE)
}

/// The moment against which a reset time is read.
fn moment(asked: Option<&str>) -> Result<Now, Error> {
    let now = now_after(None);
    let Some(asked) = asked else { return Ok(now) };
    let wall = DateTime::parse_from_rfc3339(asked).map_err(|error| {
        Error::Usage(format!(
            "`--now {asked}` is no RFC 3339 time ({error}), such as 2026-11-21T10:00:00Z"
        ))
    })?;
    Ok(Now { wall: wall.with_timezone(&Utc), ..now })
}

/// A screen that lies in a file.
fn stored(app: &App, explain: &Explain, file: &Path) -> Result<Verdict, Error> {
    let Some(backend) = &explain.backend else {
        return Err(Error::Usage(
            "whose screen is it? `--backend` names a backend or a preset".to_owned(),
        ));
    };
    let rows = samples::read(file).map_err(Error::Failed)?;
    let columns = explain.columns.unwrap_or(0);
    let seen = Seen {
        rows: &rows,
        title: explain.title.as_deref().unwrap_or(""),
        command: explain.command.as_deref().unwrap_or(""),
        dead: explain.dead,
        columns,
    };
    let loaded = agents_config::load(&app.config, &Environment::of_process()).ok();
    let declared = loaded.as_ref().and_then(|loaded| declared(&loaded.fleet, backend));
    match declared {
        Some(backend) => Ok(classify(rules(backend)?, &seen)),
        None => match Preset::builtin(backend) {
            Some(Ok(preset)) => Ok(classify(&preset, &seen)),
            Some(Err(error)) => Err(Error::Failed(error.to_string())),
            None => Err(unknown(backend, loaded.as_ref().map(|loaded| &loaded.fleet))),
        },
    }
}

fn declared<'f>(fleet: &'f Fleet, backend: &str) -> Option<&'f agents_config::Backend> {
    fleet.backends.get(&BackendName::new(backend).ok()?)
}

fn unknown(backend: &str, fleet: Option<&Fleet>) -> Error {
    let mut known: Vec<&str> = agents_screens::BUILTIN_NAMES.to_vec();
    known.extend(fleet.iter().flat_map(|fleet| fleet.backends.keys().map(BackendName::as_str)));
    known.sort_unstable();
    known.dedup();
    Error::Usage(format!("there is no backend or preset `{backend}`; known: {}", known.join(", ")))
}

fn rules(backend: &agents_config::Backend) -> Result<&Preset, Error> {
    samples::rules(backend).map_err(Error::Failed)
}

/// The screen of a running agent, which is stored when that is asked for.
fn live(app: &App, name: &str, explain: &Explain) -> Result<Verdict, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let name = name_of(&fleet, name)?;
    let Some(agent) = fleet.agent(&name) else {
        return Err(Error::Usage(format!("`{name}` is a service; nothing reads its screen")));
    };
    let said = explain.save.as_deref().map(state).transpose()?;
    let backend = fleet.backend_of(agent);
    let rules = rules(backend)?;
    let (pane, screen) = look(app, &fleet, &name)?;
    let rows = screen.rows.join("\n");
    let host = rustix::system::uname();
    let is_default = host.nodename().to_str().is_ok_and(|host| host == pane.title);
    let title = if is_default { "" } else { pane.title.as_str() };
    let dead = pane.dead.is_some();
    let seen = Seen { rows: &rows, title, command: &pane.command, dead, columns: 0 };
    let verdict = classify(rules, &seen);
    if let Some(said) = said {
        if dead {
            let text = format!("the program of {name} has ended: its last screen proves nothing");
            return Err(Error::Failed(text));
        }
        let folder = samples::folder_of(&fleet, backend);
        let file = explain.r#as.clone().unwrap_or_else(|| new_file(&folder, said));
        let label = Label { title: title.to_owned(), command: pane.command.clone(), columns: 0 };
        samples::store(&file, &rows, &label).map_err(Error::Failed)?;
        say(&format!("stored as {}", file.display()));
        if said != verdict.state {
            say(&format!(
                "the rules read {}, not {said}: `agents check` complains until one of them does",
                verdict.state
            ));
        }
    }
    Ok(verdict)
}

/// The state of that word.
fn state(word: &str) -> Result<State, Error> {
    let known = samples::STATES.into_iter().find(|state| state.as_str() == word);
    known.ok_or_else(|| {
        let near = closest(word, samples::STATES.iter().map(|state| state.as_str()));
        let hint = hint(near.as_deref());
        Error::Usage(format!("`{word}` is no state{hint} {}", samples::words()))
    })
}

/// A name that says the state and the moment.
fn new_file(folder: &Path, state: State) -> PathBuf {
    folder.join(format!("{state}-{}.txt", Utc::now().format("%Y%m%d-%H%M%S")))
}

fn look(app: &App, fleet: &Fleet, name: &AgentName) -> Result<(Pane, Screen), Error> {
    let unseen = |error: TmuxError| match error {
        TmuxError::NoServer { .. } => Error::Failed(format!(
            "{name} is not to be seen: {error}; `agents up {name}` starts it"
        )),
        error => Error::Unavailable(error.to_string()),
    };
    let mut driver = OneShot::new(app.terminals(fleet)?);
    runtime()?.block_on(async {
        let listing = driver.list().await.map_err(unseen)?;
        let tag = tag(fleet, name);
        let of_tag = |pane: &&Pane| pane.tag() == Some(tag.as_str());
        let Some(pane) = listing.panes.iter().find(of_tag) else {
            return Err(Error::Failed(format!(
                "{name} does not run; `agents up {name}` starts it"
            )));
        };
        let screen = driver.screens(&[pane.id]).await.pop();
        let screen = screen.ok_or_else(|| Error::Failed("tmux gave no screen".to_owned()))?;
        Ok((pane.clone(), screen.map_err(unseen)?))
    })
}

/// What all evidence together came to at the last look of the watchdog: what the program itself tells, beside its screen.
fn standing(app: &App, name: &str) -> Result<Option<Standing>, Error> {
    let view = bystander::look(app)?.view;
    let member = view.agents.into_iter().find(|member| member.name == name);
    Ok(member.and_then(|member| member.doing))
}

struct Told<'v> {
    verdict: &'v Verdict,
    standing: Option<Standing>,
    reset_at: Option<DateTime<Utc>>,
}

impl Told<'_> {
    fn json(&self) -> Value {
        let Verdict {
            state, rule, reason, evidence, cli_retries, menu, composer, runners_up, ..
        } = self.verdict;
        let reset = self.reset_at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
        json!({
            "schema": "agents.explain/1",
            "state": state,
            "rule": rule,
            "reason": reason,
            "evidence": evidence,
            "reset_at": reset,
            "cli_retries": cli_retries,
            "menu": menu,
            "composer": composer,
            "runners_up": runners_up,
            "standing": self.standing.as_ref().map(doing),
        })
    }

    fn text(&self, now: Now) -> String {
        let mut lines: Vec<String> =
            self.standing.iter().flat_map(|standing| stands(standing, now)).collect();
        let of = if lines.is_empty() { "" } else { "its screen shows " };
        lines.push(format!("{of}{}: {}", self.verdict.state, self.why()));
        lines.push(format!("  seen in: {}", in_words(&self.verdict.evidence)));
        if self.verdict.menu {
            lines.push("  a menu or dialog is open: text typed now would answer it".to_owned());
        }
        if self.verdict.cli_retries {
            lines.push("  the program goes on by itself".to_owned());
        }
        if let Some(at) = self.reset_at {
            lines.push(format!("  resets at {}", in_zone(at, now)));
        }
        for other in &self.verdict.runners_up {
            let seen = in_words(&other.evidence);
            lines.push(format!("  also held: {} ({}), {seen}", other.rule, other.state));
        }
        lines.join("\n")
    }

    fn why(&self) -> String {
        match (&self.verdict.reason, &self.verdict.rule) {
            (Some(reason), Some(rule)) => format!("{reason} (rule {rule})"),
            (Some(reason), None) => reason.clone(),
            (None, _) => {
                "no rule holds on this screen; one more rule in the preset would read it".to_owned()
            }
        }
    }
}

fn stands(standing: &Standing, now: Now) -> Vec<String> {
    let since = standing.since_ms.and_then(DateTime::from_timestamp_millis);
    let since = since.map_or_else(String::new, |at| format!(" since {}", in_zone(at, now)));
    let how = if standing.is_told { "as the program itself says" } else { "as is seen" };
    let mut lines = vec![format!("{}: {how} ({}){since}", standing.stand.as_str(), standing.by)];
    for (by, stand) in &standing.besides {
        lines.push(format!("  does not count: {by} ({})", stand.as_str()));
    }
    lines
}

fn in_zone(at: DateTime<Utc>, now: Now) -> String {
    match now.zone {
        Zone::Named(zone) => at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %Z").to_string(),
        Zone::Fixed(_) => {
            at.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S %:z").to_string()
        }
    }
}
