//! What does one member do now?
//!
//! What the listing says is alive beats what was remembered: the memory is as old as the last tick.

use std::time::Duration;

use agents_config::{Agent, Kind, Service};
use agents_decide::sentence::Telling;
use agents_decide::{
    ActivityNote, Ending, Life, LifeNote, Limit, Member, Moment, Note, Sequence, Standing, Wanted,
    program,
};
use agents_names::AgentName;
use agents_tmux::{Listing, Pane};

use super::waiting::{remark, waiting_for};
use super::{Declared, Known, MemberView, PilotView, Since, State, Terminals, WatchdogState};
use crate::observe::sessions;

/// What a program computes within that time after its start may be its start.
const BEGINS_WITHIN: Duration = Duration::from_secs(10);

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
        let pilot = pilot(known, &subject, agent, member.unwrap_or(&blank));
        MemberView { pilot, ..view(known, &subject, declared) }
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
pub(super) struct Subject<'a> {
    pub name: &'a AgentName,
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
    let edited = known.files.edits.get(subject.name).filter(|_| alive.is_some()).cloned();
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
        remark: match &edited {
            Some(earlier) => Some(format!(
                "runs with {earlier}; `agents restart {}` takes what the file says now",
                subject.name
            )),
            None => remark(known, subject, member).filter(|_| state.is_rest()),
        },
        edited,
        command: alive.map(|pane| pane.command.clone()),
        doing: doing(known, subject, member).filter(|_| alive.is_some()),
        limited_until: limited_until.filter(|_| state == State::Limited),
        owed: member.mailbox.queue.iter().map(|message| message.kind.to_string()).collect(),
        pilot: None,
    }
}

fn pilot(
    known: &Known<'_>,
    subject: &Subject<'_>,
    agent: &Agent,
    member: &Member,
) -> Option<PilotView> {
    let pilot = agent.pilot.as_ref()?;
    let is_watched = known.watchdog.state == WatchdogState::Running;
    let telling = Telling::decided(Some(subject.name), known.now);
    let said = notes(known, subject).filter(|note| is_watched && matches!(note, Note::Pilot(_)));
    Some(PilotView {
        is_on: member.pilot.is_on(pilot),
        given: member.pilot.given,
        most: pilot.max_continue,
        said: said.map(|note| note.told(&telling)).last(),
    })
}

pub(super) fn rests(known: &Known<'_>, subject: &Subject<'_>) -> bool {
    let sequence = known.state.and_then(|state| state.sequence.as_ref());
    subject.follows_phases && sequence.is_some_and(Sequence::is_complete)
}

fn should_run(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> bool {
    let failed = matches!(member.life, Life::Stopped { how: Ending::Failed(_), .. });
    let asked_down = member.wanted == Wanted::Down;
    subject.enabled && !asked_down && (!subject.once || failed) && !rests(known, subject)
}

fn state_of(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> State {
    if let Terminals::Unseen { .. } = known.terminals {
        return State::Unknown;
    }
    let limited = member.limit.silences();
    match (&member.life, subject.pane) {
        (Life::Stopping { .. }, _) => State::Stopping,
        (Life::Up { .. } | Life::Missing { .. }, Some(pane)) if pane.dead.is_none() && limited => {
            State::Limited
        }
        (Life::Up { .. }, Some(pane)) if pane.dead.is_none() && member.asks.is_some() => {
            State::WaitingInput
        }
        (Life::Up { .. }, Some(pane))
            if pane.dead.is_none() && stalled(known, subject).is_some() =>
        {
            State::Stalled
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

/// What is remembered of a program while nobody looks is soon no longer true. One that neither tells nor has a preset is
/// judged by its signs of work.
fn doing(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> Option<Standing> {
    let Life::Up { since, .. } = member.life else { return None };
    if known.watchdog.state != WatchdogState::Running {
        return None;
    }
    let by_signs = || {
        let (stand, note) = known.words.get(subject.name.as_str())?.doing()?;
        let Note::Activity(sign) = note else { return Some((stand, note)) };
        // Who begins draws and computes as well, and a person who types makes a program draw.
        let is_settled = looked_after(known, since) >= BEGINS_WITHIN;
        let proves = match sign {
            ActivityNote::ScreenMoves | ActivityNote::LogGrows => false,
            ActivityNote::ProcessesWork => is_settled,
            _ => true,
        };
        proves.then_some((stand, note))
    };
    member.standing.clone().or_else(|| {
        let (stand, note) = by_signs()?;
        let by = sign(note).to_owned();
        let (is_told, since_ms, differs_since) = (false, None, None);
        Some(Standing { stand, by, is_told, since_ms, besides: Vec::new(), differs_since })
    })
}

/// What a note goes by, in the words of [`Standing::by`].
fn sign(note: &Note) -> &'static str {
    match note {
        Note::Activity(ActivityNote::PatternSeen { .. }) => "active_re",
        Note::Activity(ActivityNote::LogYoung { .. }) => "its log",
        Note::Activity(ActivityNote::ProcessesWork) => "its processes",
        Note::Activity(ActivityNote::Told { .. }) => "its own word",
        _ => "no sign of work",
    }
}

/// How long after that moment the last look was.
fn looked_after(known: &Known<'_>, since: Moment) -> Duration {
    let look_ago = known.watchdog.last_tick.unwrap_or_default();
    known.now.at.since(since).saturating_sub(look_ago)
}

fn since(state: State, member: &Member) -> Option<Moment> {
    if state == State::Limited {
        return match &member.limit {
            Limit::Held { since, .. } | Limit::Probing { since, .. } => Some(*since),
            Limit::Clear { .. } => None,
        };
    }
    match &member.life {
        // When it went is not known.
        Life::Up { .. } if state == State::Missing => None,
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

/// Why it should be restarted and is not, as the last look found.
fn stalled<'k>(known: &Known<'k>, subject: &Subject<'_>) -> Option<&'k LifeNote> {
    notes(known, subject).find_map(|note| match note {
        Note::Life(note @ LifeNote::NotRestarted { .. }) => Some(note),
        _ => None,
    })
}

/// What was noted of it last.
pub(super) fn notes<'k>(
    known: &Known<'k>,
    subject: &Subject<'_>,
) -> impl Iterator<Item = &'k Note> {
    known.words.get(subject.name.as_str()).into_iter().flat_map(|word| &word.notes)
}

fn back(known: &Known<'_>, since: Moment) -> Option<Since> {
    Some(Since { at: known.now.wall_of(since), ago: known.now.at.since(since) })
}
