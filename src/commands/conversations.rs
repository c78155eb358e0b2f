//! `agents conversations`: which conversations has an agent had, and which of them does its next start resume?

use agents_config::{Fleet, Loaded, PromptDelivery};
use agents_decide::{Conversation, Conversations, FleetState, KnownBy, OneOffs, Which, program};
use agents_names::AgentName;
use chrono::{DateTime, Local, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::app::{App, name_of, print, say};
use crate::cli::{One, Opening};
use crate::error::{Error, code};
use crate::render::row::one_line;
use crate::render::stored;

/// So much of an id may stand for the whole of it.
const SHORTEST: usize = 6;

pub fn run(app: &App, one: &One) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let name = name_of(&fleet, &one.name)?;
    let agent = fleet.agent(&name);
    if agent.is_none() {
        return Err(Error::Usage(format!("{name} is a service, and has no conversations")));
    }
    let state = stored::state(&fleet.state_dir())?.unwrap_or_default();
    let had = of(&state, &name);
    if app.json {
        print(&document(&name, &had, &state).to_string())?;
    } else if had.known.is_empty() {
        say(&format!("{name}: no conversation of it is known"));
    } else {
        print(&table(&had, &state, &name))?;
    }
    Ok(code::DONE)
}

/// What a start is asked to begin with.
///
/// # Errors
/// When the conversation that is named is none of the agent's, or its backend cannot resume one.
pub fn which(
    loaded: &Loaded,
    names: &[AgentName],
    one_offs: &OneOffs,
    opening: &Opening,
) -> Result<Which, Error> {
    let Some(wanted) = &opening.conversation else {
        return Ok(if opening.fresh { Which::Fresh } else { Which::Own });
    };
    let fleet = &loaded.fleet;
    let [name] = names else {
        return Err(Error::Usage("--conversation needs the name of one agent".to_owned()));
    };
    let state = stored::state(&fleet.state_dir())?.unwrap_or_default();
    let had = of(&state, name);
    let found = find(&had, wanted).map_err(|why| Error::Usage(format!("{name} {why}")))?;
    check_backend(fleet, name, one_offs, found)?;
    Ok(Which::This(found.id.clone()))
}

/// What runs is left in its conversation, also where another one is asked for.
pub fn say_of_running(name: &AgentName, opening: &Opening) {
    let option = match &opening.conversation {
        Some(id) => format!("--conversation {id}"),
        None if opening.fresh => "--fresh".to_owned(),
        None => return,
    };
    say(&format!(
        "{name}: is left in its conversation; `agents restart {name} {option}` starts it anew"
    ));
}

fn of(state: &FleetState, name: &AgentName) -> Conversations {
    state.members.get(name).map(|member| member.conversations.clone()).unwrap_or_default()
}

/// The conversation with that id, or the only one whose id begins so.
fn find<'c>(had: &'c Conversations, wanted: &str) -> Result<&'c Conversation, String> {
    if let Some(found) = had.of(wanted) {
        return Ok(found);
    }
    let begins: Vec<&Conversation> =
        had.known.iter().filter(|it| it.id.starts_with(wanted)).collect();
    let ids = |of: &[&Conversation]| {
        of.iter().rev().map(|it| it.id.as_str()).collect::<Vec<_>>().join(", ")
    };
    match begins[..] {
        [one] if wanted.len() >= SHORTEST => Ok(one),
        [_, _, ..] => Err(format!(
            "had several conversations whose ids begin with `{wanted}`: {}",
            ids(&begins)
        )),
        [_] => Err(format!("`{wanted}` is too short for an id: {SHORTEST} characters at least")),
        [] if had.known.is_empty() => {
            Err(format!("had no conversation `{wanted}`; none of its is known"))
        }
        [] => Err(format!(
            "had no conversation `{wanted}`; known, the last first: {}",
            ids(&had.known.iter().collect::<Vec<_>>())
        )),
    }
}

fn check_backend(
    fleet: &Fleet,
    name: &AgentName,
    one_offs: &OneOffs,
    found: &Conversation,
) -> Result<(), Error> {
    let Some(agent) = fleet.agent(name) else { return Ok(()) };
    let one_off = one_offs.get(name).cloned().unwrap_or_default();
    let backend = fleet.backend_under(agent, &one_off);
    if found.backend != *backend {
        return Err(Error::Usage(format!(
            "conversation {} of {name} is one of backend `{}`; `{backend}` does not know it",
            found.id, found.backend
        )));
    }
    let resumes = fleet.backends.get(backend).is_some_and(|backend| {
        backend.supports_resume && backend.prompt_delivery == PromptDelivery::Arg
    });
    if resumes {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "backend `{backend}` of {name} resumes no conversation; `supports_resume = true` with `prompt_delivery = \"arg\"` says that it can"
    )))
}

/// How it is with a conversation, in words.
fn standing(it: &Conversation, had: &Conversations, goes_on: bool) -> String {
    let is_own = had.current.as_ref() == Some(&it.id);
    match (&it.refused, &it.ended) {
        (Some(refusal), _) => format!("refused: {}", refusal.how()),
        (None, _) if is_own && goes_on => "goes on".to_owned(),
        (None, Some(how)) => how.clone(),
        (None, None) => "nobody saw its end".to_owned(),
    }
}

/// Whether the run that is in the conversation lives.
fn goes_on(state: &FleetState, name: &AgentName, it: &Conversation) -> bool {
    let member = state.members.get(name);
    let running = member.and_then(program::running);
    it.ended.is_none() && running.is_some_and(|program| program.run == it.run)
}

fn known(by: KnownBy) -> &'static str {
    match by {
        KnownBy::Chosen => "chosen",
        KnownBy::Told => "told",
        KnownBy::Given => "given",
    }
}

fn since(it: &Conversation) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(it.since_ms).unwrap_or_default()
}

/// The last first; a star marks the agent's own.
fn table(had: &Conversations, state: &FleetState, name: &AgentName) -> String {
    let longest = |of: fn(&Conversation) -> usize| had.known.iter().map(of).max().unwrap_or(0);
    let ids = longest(|it| it.id.len()).max(2);
    let backends = longest(|it| it.backend.as_str().len()).max(7);
    let phases = longest(|it| it.phase.as_ref().map_or(1, |phase| phase.as_str().len())).max(5);
    let head = format!(
        "  {:ids$}  {:19}  {:backends$}  {:phases$}  {:6}  STATE",
        "ID", "SINCE", "BACKEND", "PHASE", "KNOWN"
    );
    let row = |it: &Conversation| {
        let star = if had.current.as_ref() == Some(&it.id) { '*' } else { ' ' };
        let (id, backend) = (&it.id, it.backend.as_str());
        let phase = it.phase.as_ref().map_or("-", |phase| phase.as_str());
        let since = since(it).with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string();
        let (known, state) = (known(it.known), standing(it, had, goes_on(state, name, it)));
        one_line(&format!(
            "{star} {id:ids$}  {since:19}  {backend:backends$}  {phase:phases$}  {known:6}  {state}"
        ))
    };
    let rows = had.known.iter().rev().map(row);
    std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n")
}

fn document(name: &AgentName, had: &Conversations, state: &FleetState) -> Value {
    let conversation = |it: &Conversation| {
        json!({
            "id": it.id,
            "own": had.current.as_ref() == Some(&it.id),
            "backend": it.backend.as_str(),
            "phase": it.phase.as_ref().map(|phase| phase.as_str()),
            "known": known(it.known),
            "since": since(it).to_rfc3339_opts(SecondsFormat::Millis, true),
            "run": it.run.to_string(),
            "goes_on": goes_on(state, name, it),
            "ended": it.ended,
            "refused": it.refused.as_ref().map(agents_decide::Refusal::how),
        })
    };
    json!({
        "schema": "agents.conversations/1",
        "name": name.as_str(),
        "conversations": had.known.iter().rev().map(conversation).collect::<Vec<_>>(),
    })
}
