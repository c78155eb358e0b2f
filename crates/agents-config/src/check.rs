//! Do the parts of the file agree with each other? Every contradiction is noted, none stops the search.

mod templates;

use std::collections::HashMap;

use agents_names::{AgentName, PhaseId, SessionName};

use crate::Kind;
use crate::entry::Field;
use crate::problem::{Problems, Span};
use crate::raw::{RawAgent, RawDefaults, RawFile, RawHandoff, RawLoop, RawWatchdog};
use crate::value::nearest;

/// Notes what is wrong between the tables of the file.
pub(crate) fn check(raw: &RawFile, problems: &mut Problems<'_>) {
    check_names(raw, problems);
    check_sessions(raw, problems);
    for agent in &raw.agent.0 {
        check_loop_agent(agent, raw, problems);
        check_prompts(agent, raw.defaults.table.as_ref(), problems);
    }
    for (_, _, backend) in &raw.backend.0 {
        templates::check_slots(backend, problems);
    }
    if let Some(plan) = &raw.r#loop.table {
        check_loop(plan, raw, problems);
    }
    if let Some(watchdog) = &raw.watchdog.table {
        check_delays(watchdog, problems);
    }
}

/// The names of agents, services and tasks, in the order of the file, with their places.
fn names(raw: &RawFile) -> impl Iterator<Item = (&'static str, &Field<AgentName>)> {
    let agents = raw.agent.0.iter().map(|agent| ("agent", &agent.name));
    let services = raw.service.0.iter().map(|service| ("service", &service.name));
    agents.chain(services).chain(raw.task.0.iter().map(|task| ("task", &task.id)))
}

fn check_names(raw: &RawFile, problems: &mut Problems<'_>) {
    let mut seen: HashMap<&AgentName, (&str, Span)> = HashMap::new();
    for (what, field) in names(raw) {
        let Field::Set(name, span) = field else { continue };
        if name.as_str() == "watchdog" {
            let problem = problems.error(span.clone(), "the name `watchdog` is reserved");
            problem.label("the watchdog's own name").help("choose another name");
        }
        if let Some((earlier, first)) = seen.get(name) {
            let problem = problems.error(span.clone(), format!("the name `{name}` is taken"));
            problem.label(format!("a second `{name}`"));
            problem.context(first.clone(), format!("the {earlier} `{name}` is declared here"));
            problem.help("agents, services and tasks share one name space: rename one of them");
        } else {
            seen.insert(name, (what, span.clone()));
        }
    }
}

fn check_sessions(raw: &RawFile, problems: &mut Problems<'_>) {
    let prefix = raw.defaults.table.as_ref().and_then(|table| table.session_prefix.value());
    let Some(prefix) = prefix else { return };
    let (watchdog, control) = (prefix.watchdog_session(), prefix.control_session());
    let mut seen: HashMap<SessionName, (&AgentName, Span)> = HashMap::new();
    let agents = raw.agent.0.iter().map(|agent| (&agent.name, Some(&agent.session)));
    let services = raw.service.0.iter().map(|service| (&service.name, None));
    let tasks = raw.task.0.iter().map(|task| (&task.id, None));
    for (name, session) in agents.chain(services).chain(tasks) {
        let Field::Set(name, name_span) = name else { continue };
        let (session, span) = match session {
            Some(Field::Set(session, span)) => (session.clone(), span.clone()),
            Some(Field::Wrong(_)) => continue,
            Some(Field::Absent) | None => (prefix.session_of(name), name_span.clone()),
        };
        if session == control || session == watchdog && name.as_str() != "watchdog" {
            let message = format!("the session `{session}` is the watchdog's own");
            let problem = problems.error(span.clone(), message).label("used by the watchdog");
            problem.help("choose another name, or another `session`");
        }
        match seen.get(&session) {
            // The same name twice is one problem, not two.
            Some((owner, _)) if *owner == name => {}
            Some((owner, first)) => {
                let message = format!("`{name}` and `{owner}` would share the session `{session}`");
                let problem = problems.error(span, message).label("a second owner");
                problem.context(first.clone(), format!("the session of `{owner}`"));
                problem.help("remove `session`, or give each its own");
            }
            None => {
                seen.insert(session, (name, span));
            }
        }
    }
}

fn check_loop_agent(agent: &RawAgent, raw: &RawFile, problems: &mut Problems<'_>) {
    let Field::Set(Kind::Loop, span) = &agent.kind else { return };
    let defaults_role = raw.defaults.table.as_ref().map(|table| &table.role);
    if matches!(agent.role, Field::Absent) && defaults_role.is_none_or(|role| role.span().is_none())
    {
        let problem = problems.error(span.clone(), "an agent of kind `loop` needs a `role`");
        problem.label("follows the phases");
        problem.help("add `role = \"builder\"`: it picks the prompt `<roles_dir>/builder.md`");
    }
    let has_phases = raw.r#loop.table.as_ref().is_some_and(|plan| !plan.phases.0.is_empty());
    if !has_phases {
        let problem = problems.error(span.clone(), "an agent of kind `loop` needs `[loop].phases`");
        problem.label("there are no phases to follow");
        problem.help("add `[[loop.phases]]` with `id` and `status`, or choose another kind");
    }
}

fn check_prompts(agent: &RawAgent, defaults: Option<&RawDefaults>, problems: &mut Problems<'_>) {
    let filled = |field: &Field<String>| field.value().is_some_and(|text| !text.is_empty());
    let Some(span) = agent.prompt.span().filter(|_| filled(&agent.prompt)) else { return };
    let own_file = agent.prompt_file.span();
    let file = match own_file {
        Some(_) => Some(&agent.prompt_file),
        None => defaults.map(|defaults| &defaults.prompt_file),
    };
    if matches!(agent.kind.value(), Some(Kind::Loop)) {
        let problem = problems.warning(span, "`prompt` of a loop agent is not used");
        problem
            .label("ignored")
            .help("loop agents get the kickoff template and their role's prompt");
    } else if let Some(file) = file.filter(|file| filled(file)) {
        let problem = problems.warning(span, "`prompt_file` wins over `prompt`").label("ignored");
        if let Some(span) = file.span() {
            problem.context(span, "this file is the kickoff");
        }
        problem.help("remove one of them");
    }
}

fn check_loop(plan: &RawLoop, raw: &RawFile, problems: &mut Problems<'_>) {
    let mut seen: HashMap<&PhaseId, Span> = HashMap::new();
    for phase in &plan.phases.0 {
        let Field::Set(id, span) = &phase.id else { continue };
        if let Some(first) = seen.get(id) {
            let problem = problems.error(span.clone(), format!("the phase id `{id}` is taken"));
            problem.label(format!("a second `{id}`")).context(first.clone(), "first used here");
            problem.help("ids say where the build stands, so each must be unique");
        } else {
            seen.insert(id, span.clone());
        }
    }
    if let Some(handoff) = &plan.handoff.table {
        check_handoff(handoff, raw, problems);
    }
    let run = plan.on_complete.table.as_ref().map(|table| &table.run);
    if let Some(Field::Set(run, span)) = run
        && !is_agent(raw, run.as_str())
    {
        let message = format!("`on_complete.run` names `{run}`, which is no agent of this file");
        let problem = problems.error(span.clone(), message).label("not declared");
        problem.help(suggest_agent(raw, run.as_str()));
    }
}

fn check_handoff(handoff: &RawHandoff, raw: &RawFile, problems: &mut Problems<'_>) {
    let pings = [
        ("claim_pings", &handoff.claim_pings, "adversary"),
        ("review_pings", &handoff.review_pings, "builder"),
    ];
    for (key, field, standard) in pings {
        if matches!(field, Field::Wrong(_)) {
            continue;
        }
        let name = field.value().map_or(standard, AgentName::as_str);
        if !is_agent(raw, name) {
            let span = field.span().unwrap_or_else(|| handoff.header.clone());
            let message = format!("`{key}` names `{name}`, which is no agent of this file");
            let problem = problems.warning(span, message).label("nobody will be told");
            problem.help(suggest_agent(raw, name));
        }
    }
    if let Field::Set(inboxes, span) = &handoff.inboxes
        && inboxes.len() > 2
    {
        let problem = problems.warning(span.clone(), "only the first two `inboxes` are read");
        problem.label(format!("{} files", inboxes.len()));
        problem.help("the first is the reviewer's, the second the builder's");
    }
}

/// Whether an agent has that name, or may have it: one whose own name is wrong or missing is told of there alone.
fn is_agent(raw: &RawFile, name: &str) -> bool {
    raw.agent.0.iter().any(|agent| agent.name.value().is_none_or(|known| known.as_str() == name))
}

fn agent_names(raw: &RawFile) -> impl Iterator<Item = &str> {
    raw.agent.0.iter().filter_map(|agent| agent.name.value()).map(AgentName::as_str)
}

fn suggest_agent(raw: &RawFile, name: &str) -> String {
    let known: Vec<&str> = agent_names(raw).collect();
    match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "declare it with `[[agent]]`".to_owned(),
        None => format!("declared agents: {}", known.join(", ")),
    }
}

fn check_delays(watchdog: &RawWatchdog, problems: &mut Problems<'_>) {
    let standard = crate::Timing::default();
    let first = watchdog.restart_delay.value().map_or(standard.restart_delay, |delay| delay.0);
    let longest =
        watchdog.restart_delay_max.value().map_or(standard.restart_delay_max, |delay| delay.0);
    if first > longest {
        let span = watchdog.restart_delay_max.span().or(watchdog.restart_delay.span());
        let span = span.unwrap_or_else(|| watchdog.header.clone());
        let message = "`restart_delay` is longer than `restart_delay_max`";
        let problem = problems.error(span, message);
        let first = humantime::format_duration(first);
        let longest = humantime::format_duration(longest);
        problem.label(format!("the delay starts at {first} and ends at {longest}"));
        problem.help("raise `restart_delay_max`, or lower `restart_delay`");
    }
}
