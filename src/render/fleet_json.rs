//! How is the fleet view handed to a program? As `agents.status/1`.

use std::path::Path;

use agents_decide::Standing;
use agents_watchdog::notify::Untold;
use agents_watchdog::view::{Declared, FleetView, MemberView, PhaseView, PilotView, WatchdogView};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::error::Error;

/// The fleet view as JSON.
pub fn of(view: &FleetView) -> Value {
    let undeclared: Vec<Value> = view
        .undeclared
        .iter()
        .map(|found| json!({ "name": found.name, "session": found.session }))
        .collect();
    json!({
        "schema": "agents.status/1",
        "config": view.config,
        "config_problem": view.config_problem,
        "phase": view.phase.as_ref().map(phase),
        "agents": view.agents.iter().map(agent).collect::<Vec<_>>(),
        "services": view.services.iter().map(member).collect::<Vec<_>>(),
        "watchdog": watchdog(view.watchdog),
        "undeclared": undeclared,
        "untold": view.untold.iter().map(untold).collect::<Vec<_>>(),
        "neighbour": view.neighbour.as_ref().map(|neighbour| &neighbour.problem),
        "store": view.store_problem.as_deref().unwrap_or("ok"),
        "tmux": view.tmux_problem.as_deref().unwrap_or("ok"),
        "error": null,
    })
}

/// The same document of a fleet that cannot be seen.
pub fn unseen(config: &Path, error: &Error) -> Value {
    let problem = match error {
        Error::Config(error) => Some(error.to_string()),
        Error::UnknownName { .. }
        | Error::Undeclared { .. }
        | Error::Usage(_)
        | Error::Failed(_)
        | Error::Held(_)
        | Error::Unavailable(_)
        | Error::Unwritable(_) => None,
    };
    json!({
        "schema": "agents.status/1",
        "config": config,
        "config_problem": problem,
        "phase": null,
        "agents": [],
        "services": [],
        "watchdog": { "state": "unknown", "pid": null, "last_tick_seconds": null },
        "undeclared": [],
        "untold": [],
        "neighbour": null,
        "store": "unknown",
        "tmux": "unknown",
        "error": error.to_string(),
    })
}

fn untold(untold: &Untold) -> Value {
    json!({
        "target": untold.target,
        "events": untold.events,
        "since": time(untold.since),
        "tries": untold.tries,
        "reason": untold.reason,
        "next_try": untold.next_try.map(time),
    })
}

fn phase(phase: &PhaseView) -> Value {
    json!({
        "id": phase.id,
        "index": phase.index,
        "of": phase.of,
        "plan": phase.plan,
        "done": phase.done,
        "complete": phase.complete,
        "moving_from": phase.moving_from,
        "advances_by": phase.advances_by.map(time),
    })
}

fn agent(agent: &MemberView) -> Value {
    let mut row = member(agent);
    let (kind, backend, model, watch) = match &agent.declared {
        Declared::Agent { kind, backend, model, watch } => {
            (Some(kind.as_str()), Some(backend.as_str()), model.as_deref(), Some(watch.as_str()))
        }
        Declared::Service => (None, None, None, None),
    };
    row["kind"] = json!(kind);
    row["backend"] = json!(backend);
    row["model"] = json!(model);
    row["watch"] = json!(watch);
    row["doing"] = json!(agent.doing.as_ref().map(doing));
    row["limited_until"] = json!(agent.limited_until.map(time));
    row["owed"] = json!(agent.owed);
    row["pilot"] = json!(agent.pilot.as_ref().map(pilot));
    row
}

/// What tells an idle agent to go on.
pub fn pilot(pilot: &PilotView) -> Value {
    json!({ "on": pilot.is_on, "given": pilot.given, "most": pilot.most, "said": pilot.said })
}

fn member(member: &MemberView) -> Value {
    json!({
        "name": member.name,
        "enabled": member.enabled,
        "session": member.session,
        "state": member.state.as_str(),
        "since": member.since.map(|since| time(since.at)),
        "since_seconds": member.since.map(|since| since.ago.as_secs()),
        "waiting_for": member.waiting_for,
        "remark": member.remark,
        "edited": member.edited,
        "restarts": member.restarts,
        "command": member.command,
    })
}

/// What a program does and what that is known by, with what speaks against it.
pub fn doing(standing: &Standing) -> Value {
    let besides: Vec<Value> = standing
        .besides
        .iter()
        .map(|(by, stand)| json!({ "by": by, "state": stand.as_str() }))
        .collect();
    let since = standing.since_ms.and_then(DateTime::from_timestamp_millis);
    json!({
        "state": standing.stand.as_str(),
        "by": standing.by,
        "told": standing.is_told,
        "since": since.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        "besides": besides,
    })
}

fn watchdog(watchdog: WatchdogView) -> Value {
    json!({
        "state": watchdog.state.as_str(),
        "pid": watchdog.pid,
        "died": watchdog.died,
        "last_tick_seconds": watchdog.last_tick.map(|age| age.as_secs()),
    })
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
