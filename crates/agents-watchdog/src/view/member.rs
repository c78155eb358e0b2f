//! What does one member do now, and what does it wait for?
//!
//! What the listing says is alive beats what was remembered: the memory is as old as the last tick.

use std::time::Duration;

use agents_config::{Agent, Kind, Service};
use agents_decide::sentence::span;
use agents_decide::{Ending, Life, Limit, Member, Moment, Sequence, Stage, Stall, Wanted, program};
use agents_names::AgentName;
use agents_tmux::{Listing, Pane};

use super::{Declared, Known, MemberView, Since, State, Terminals, WatchdogState};
use crate::observe::sessions;

pub(super) fn agents(known: &Known<'_>, listing: Option<&Listing>) -> Vec<MemberView> {
    let panes = sessions::panes_of_members(known.fleet, listing);
    let sequence = known.state.and_then(|state| state.sequence.as_ref());
    let phase = sequence.map(Sequence::phase).or(known.phase.as_ref());
    let row = |agent: &Agent| {
        let subject = Subject {
            name: &agent.name,
            session: agent.session.as_str(),
            enabled: agent.enabled,
            once: agent.kind == Kind::Task,
            follows_phases: agent.kind == Kind::Loop,
            pane: panes.get(&agent.name).copied(),
        };
        let phase = phase.filter(|_| agent.kind == Kind::Loop);
        let blank = Member::default();
        let member = known.state.and_then(|state| state.members.get(&agent.name));
        let (backend, model) = program::shown(known.fleet, agent, phase, member.unwrap_or(&blank));
        let declared = Declared::Agent {
            kind: agent.kind,
            backend: backend.clone(),
            model: model.map(str::to_owned),
            watch: agent.watch,
        };
        view(known, &subject, declared)
    };
    known.fleet.agents.iter().map(row).collect()
}

pub(super) fn services(known: &Known<'_>, listing: Option<&Listing>) -> Vec<MemberView> {
    let panes = sessions::panes_of_members(known.fleet, listing);
    let row = |service: &Service| {
        let subject = Subject {
            name: &service.name,
            session: service.session.as_str(),
            enabled: service.enabled,
            once: false,
            follows_phases: false,
            pane: panes.get(&service.name).copied(),
        };
        view(known, &subject, Declared::Service)
    };
    known.fleet.services.iter().map(row).collect()
}

/// One member as it is declared and seen.
struct Subject<'a> {
    name: &'a AgentName,
    session: &'a str,
    enabled: bool,
    /// Runs once; having ended is as it should be.
    once: bool,
    follows_phases: bool,
    pane: Option<&'a Pane>,
}

fn view(known: &Known<'_>, subject: &Subject<'_>, declared: Declared) -> MemberView {
    let blank = Member::default();
    let member = known.state.and_then(|state| state.members.get(subject.name)).unwrap_or(&blank);
    let alive = subject.pane.filter(|pane| pane.dead.is_none());
    let state = state_of(known, subject, member);
    let limited_until = match &member.limit {
        Limit::Held { until, .. } => *until,
        Limit::Clear { .. } | Limit::Probing { .. } => None,
    };
    MemberView {
        name: subject.name.to_string(),
        session: subject.pane.map_or(subject.session, |pane| pane.session.as_str()).to_owned(),
        declared,
        enabled: subject.enabled,
        should_run: should_run(known, subject, member),
        state,
        since: since(state, member).and_then(|since| back(known, since)),
        restarts: member.restarts,
        waiting_for: waiting_for(known, subject, member, state),
        command: alive.map(|pane| pane.command.clone()),
        limited_until: limited_until.filter(|_| state == State::Limited),
        owed: member.mailbox.queue.iter().map(|message| message.kind.to_string()).collect(),
    }
}

fn rests(known: &Known<'_>, subject: &Subject<'_>) -> bool {
    let sequence = known.state.and_then(|state| state.sequence.as_ref());
    subject.follows_phases && sequence.is_some_and(Sequence::is_complete)
}

fn should_run(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> bool {
    let failed = matches!(member.life, Life::Stopped { how: Ending::Failed(_), .. });
    let asked_down = member.wanted == Wanted::Down;
    subject.enabled && !asked_down && (!subject.once || failed) && !rests(known, subject)
}

fn state_of(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> State {
    if let Terminals::Unseen(_) = known.terminals {
        return State::Unknown;
    }
    let limited = member.limit.silences();
    match (&member.life, subject.pane) {
        (Life::Stopping { .. }, _) => State::Stopping,
        (Life::Up { .. } | Life::Missing { .. }, Some(pane)) if pane.dead.is_none() && limited => {
            State::Limited
        }
        (_, Some(pane)) if pane.dead.is_none() => State::Running,
        (Life::Up { .. } | Life::Missing { .. }, _) => State::Missing,
        (Life::Starting { .. }, _) => State::Starting,
        (Life::Due { .. }, _) if limited => State::Limited,
        (Life::Due { .. }, _) if member.starts == 0 => State::Starting,
        (Life::Due { .. }, _) => State::Restarting,
        (Life::Parked { .. }, _) => State::Parked,
        (Life::Stopped { how, .. }, _) => match how {
            Ending::NeverStarted | Ending::Asked => State::Stopped,
            Ending::Ended(_) => State::Ended,
            Ending::Failed(_) => State::Failed,
        },
    }
}

fn since(state: State, member: &Member) -> Option<Moment> {
    if state == State::Limited {
        return match &member.limit {
            Limit::Held { since, .. } | Limit::Probing { since, .. } => Some(*since),
            Limit::Clear { .. } => None,
        };
    }
    match &member.life {
        Life::Up { since, .. } => Some(*since),
        Life::Missing { since, up_since, .. } => {
            Some(if state == State::Running { *up_since } else { *since })
        }
        Life::Stopped { how: Ending::NeverStarted, .. } | Life::Due { .. } => None,
        // What was remembered is older than the session that runs.
        Life::Stopped { .. } | Life::Parked { .. } if state == State::Running => None,
        Life::Stopped { since, .. }
        | Life::Parked { since, .. }
        | Life::Starting { since, .. }
        | Life::Stopping { since, .. } => Some(*since),
    }
    .filter(|_| state != State::Unknown)
}

fn back(known: &Known<'_>, since: Moment) -> Option<Since> {
    let ago = known.at.since(since);
    let at = known.wall - chrono::TimeDelta::from_std(ago).ok()?;
    Some(Since { at, ago })
}

fn waiting_for(
    known: &Known<'_>,
    subject: &Subject<'_>,
    member: &Member,
    state: State,
) -> Option<String> {
    let said = match (state, &member.life) {
        (State::Unknown, _) => return cause(known),
        (State::Running, _) => return message(subject, member).or_else(|| promise(member)),
        (State::Stopped | State::Ended | State::Failed, _) => {
            return ending(known, subject, member);
        }
        (State::Limited, _) => window(known, member),
        (State::Starting | State::Restarting, Life::Due { at, why }) => {
            start(known, subject, *at, why)
        }
        (State::Starting | State::Restarting, _) => "its session to appear".to_owned(),
        (State::Stopping, _) => "its processes to end".to_owned(),
        (State::Missing, _) => "a second look that confirms that it is gone".to_owned(),
        (State::Parked, Life::Parked { retry_at, reason, .. }) => {
            format!("one more try in {}, after {reason}", ahead(known, *retry_at))
        }
        (State::Parked, _) => "one more try".to_owned(),
    };
    Some(match known.watchdog.state {
        WatchdogState::Stopped => format!("the watchdog, which does not run; then {said}"),
        WatchdogState::Running | WatchdogState::Stale => said,
    })
}

fn cause(known: &Known<'_>) -> Option<String> {
    match known.terminals {
        Terminals::Unseen(cause) => Some(format!("a look at the terminals: {cause}")),
        Terminals::Listed(_) | Terminals::NoServer => None,
    }
}

fn start(known: &Known<'_>, subject: &Subject<'_>, at: Moment, why: &agents_decide::Why) -> String {
    if at > known.at {
        return format!("its start in {}, because {why}", ahead(known, at));
    }
    // Overdue: what holds it up was said when it was judged last.
    let word = known.words.get(subject.name.as_str());
    let note = word.and_then(|word| word.notes.last().cloned());
    note.map_or_else(
        || format!("its turn to start, because {why}"),
        |note| format!("its start: {note}"),
    )
}

fn window(known: &Known<'_>, member: &Member) -> String {
    match &member.limit {
        Limit::Held { until: Some(until), .. } => {
            format!("its usage window to end at {}", until.format("%Y-%m-%d %H:%M:%S UTC"))
        }
        Limit::Held { probe_at, .. } => {
            format!("its usage window to end; probed in {}", ahead(known, *probe_at))
        }
        Limit::Probing { .. } => "its probe to tell whether the usage window is over".to_owned(),
        Limit::Clear { .. } => "its usage window to end".to_owned(),
    }
}

fn message(subject: &Subject<'_>, member: &Member) -> Option<String> {
    let first = member.mailbox.queue.front()?;
    Some(match member.mailbox.stage {
        Stage::Stuck { .. } => format!(
            "the {} to be submitted by hand; `agents attach {}` shows why",
            first.kind, subject.name
        ),
        Stage::Owed => format!("a moment to be sent the {}", first.kind),
        Stage::Typing { .. } | Stage::Typed { .. } | Stage::Submitted { .. } => {
            format!("the {} to be taken", first.kind)
        }
    })
}

fn promise(member: &Member) -> Option<String> {
    match &member.stall {
        Stall::Promised { vow, .. } => {
            Some(format!("its promise to go on at {}", vow.until.format("%Y-%m-%d %H:%M:%S UTC")))
        }
        Stall::Working | Stall::Idle { .. } | Stall::Suspect { .. } => None,
    }
}

fn ending(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> Option<String> {
    let Life::Stopped { how, .. } = &member.life else { return None };
    match how {
        Ending::Ended(how) => Some(format!("nothing; it ended: {how}")),
        Ending::Failed(reason) => Some(format!("the operator: {reason}")),
        Ending::NeverStarted | Ending::Asked if rests(known, subject) => {
            Some("nothing; the phase sequence is complete".to_owned())
        }
        Ending::NeverStarted | Ending::Asked => None,
    }
}

fn ahead(known: &Known<'_>, at: Moment) -> String {
    let rest: Duration = at.since(known.at);
    span(rest.as_secs())
}
