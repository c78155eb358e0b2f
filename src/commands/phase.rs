//! `agents phase`: show or move the position in the phases.

use std::time::Duration;

use agents_config::{Fleet, LoopPlan};
use agents_decide::sentence::span;
use agents_decide::{Answer, Verb};
use agents_names::PhaseId;

use crate::app::{App, print, say};
use crate::bystander;
use crate::cli::{PhaseSet, PhaseVerb};
use crate::commands::neighbours;
use crate::error::{Error, code};
use crate::operate::{Ask, ask};
use crate::render::stored;

const NO_PHASES: &str = "the config has no [loop] with phases, so there is no phase to show or to move (docs/config.md)";

pub fn run(app: &App, verb: Option<PhaseVerb>) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    let current = current(&loaded.fleet)?;
    let (Some(plan), Some(current)) = (&loaded.fleet.loop_plan, current) else {
        return Err(Error::Usage(NO_PHASES.to_owned()));
    };
    let to = match verb {
        None | Some(PhaseVerb::Show) => return show(app, plan, &current),
        Some(PhaseVerb::Next) => match plan.after(&current) {
            Some(next) => next.id.clone(),
            None => {
                return Err(Error::Failed(format!(
                    "{current} is the last phase; there is no next one"
                )));
            }
        },
        Some(PhaseVerb::Set(set)) => chosen(plan, &set)?,
    };
    neighbours::refuse_before_first(app, &loaded.fleet)?;
    let within = loaded.fleet.timing.stop_grace * 3 + Duration::from_secs(60);
    let answers = ask(app, &loaded, &Ask { verb: Verb::Phase { to: to.clone() }, within })?;
    let refused = answers.iter().find(|(_, answer)| matches!(answer, Answer::Failed(_)));
    if let Some((_, Answer::Failed(reason))) = refused {
        return Err(Error::Failed(reason.clone()));
    }
    let index = plan.index(&to).unwrap_or_default();
    if !app.json {
        say(&format!("the phase is {to} now, at position {index} (counted from 0)"));
    }
    warn_if_done(&loaded.fleet, plan, &to);
    if app.json { show(app, plan, &to) } else { Ok(code::DONE) }
}

/// A phase whose status file says that it is done does not stay.
fn warn_if_done(fleet: &Fleet, plan: &LoopPlan, to: &PhaseId) {
    let Some(phase) = plan.phase(to).filter(|_| bystander::is_done(fleet, to) == Some(true)) else {
        return;
    };
    let then = match (plan.auto_advance, plan.after(to)) {
        (false, _) => "`auto_advance` is off, so it stays until `agents phase next`".to_owned(),
        (true, next) => format!(
            "the watchdog judges it within {} (`heavy_interval`), and {}; to stay, take that line out and push",
            span(fleet.timing.heavy_interval.as_secs()),
            next.map_or_else(
                || "ends the sequence".to_owned(),
                |next| format!("moves on to {}", next.id)
            )
        ),
    };
    let file = &phase.status;
    say(&format!(
        "warning: phase {to} is done already: its status file {file} has the line `{}`; {then}",
        plan.done_marker
    ));
}

/// Where the fleet is by its own record, else where it would begin; `None` without phases.
///
/// # Errors
/// When the store cannot be read.
pub fn current(fleet: &Fleet) -> Result<Option<PhaseId>, Error> {
    let Some(plan) = &fleet.loop_plan else { return Ok(None) };
    let state = stored::state(&fleet.state_dir())?;
    let sequence = state.and_then(|state| state.sequence);
    Ok(sequence.map(|sequence| sequence.phase().clone()).or_else(|| recorded(fleet, plan)))
}

/// Where a fleet without a record of its own would begin: the position that the original left, else the first phase.
pub fn recorded(fleet: &Fleet, plan: &LoopPlan) -> Option<PhaseId> {
    let text = std::fs::read_to_string(fleet.state_dir().join(&plan.state_file)).ok();
    let index = text.and_then(|text| text.trim().parse::<usize>().ok()).unwrap_or(0);
    plan.phases.get(index).or(plan.phases.first()).map(|phase| phase.id.clone())
}

fn show(app: &App, plan: &LoopPlan, current: &PhaseId) -> Result<u8, Error> {
    let ids: Vec<&str> = plan.phases.iter().map(|phase| phase.id.as_str()).collect();
    let index = plan.index(current);
    if app.json {
        let data = serde_json::json!({
            "schema": "agents.phase/1", "phase": current, "index": index, "phases": ids,
        });
        print(&data.to_string())?;
    } else {
        let place =
            index.map_or_else(|| "not in the config".to_owned(), |index| (index + 1).to_string());
        print(&format!("phase {current} [{place}/{}] seq: {}", ids.len(), ids.join(" ")))?;
    }
    Ok(code::DONE)
}

/// A number counts from 0, as in the original; an id is taken where it cannot be a number.
fn chosen(plan: &LoopPlan, set: &PhaseSet) -> Result<PhaseId, Error> {
    let ids: Vec<&str> = plan.phases.iter().map(|phase| phase.id.as_str()).collect();
    let by_id = |text: &str| {
        plan.phases.iter().find(|phase| phase.id.as_str() == text).map(|it| it.id.clone())
    };
    let known = || {
        let numbered: Vec<String> =
            ids.iter().enumerate().map(|(at, id)| format!("{at} = {id}")).collect();
        numbered.join(", ")
    };
    if let Some(id) = &set.id {
        return by_id(id)
            .ok_or_else(|| Error::Usage(format!("there is no phase `{id}`; known: {}", known())));
    }
    let text = set.phase.as_deref().unwrap_or_default();
    let by_number =
        text.parse::<usize>().ok().and_then(|at| plan.phases.get(at)).map(|it| it.id.clone());
    match (by_number, by_id(text)) {
        (Some(number), Some(id)) if number != id => Err(Error::Usage(format!(
            "`{text}` is the number of phase {number} and the id of another; say `phase set --id {text}` \
             for the id, or the number that counts from 0: {}",
            known()
        ))),
        (Some(phase), _) | (None, Some(phase)) => Ok(phase),
        (None, None) => {
            Err(Error::Usage(format!("there is no phase `{text}`; known: {}", known())))
        }
    }
}
