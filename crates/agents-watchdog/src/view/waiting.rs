//! What does a member wait for?

use agents_decide::sentence::{Telling, messages_kept, span};
use agents_decide::{
    AccountNote, Bar, Ending, Life, LifeNote, Limit, Member, MessageNote, Moment, Note, PilotNote,
    Stage, Stall, StallNote, Why,
};

use super::member::{Subject, notes, rests};
use super::{Known, State, Terminals, WatchdogState};

/// In words that follow "waits for"; `None`: for nothing.
pub(super) fn waiting_for(
    known: &Known<'_>,
    subject: &Subject<'_>,
    member: &Member,
    state: State,
) -> Option<String> {
    let said = match (state, &member.life) {
        (State::Unknown, _) => return cause(known),
        (State::Stopped | State::Ended, _) => return None,
        (State::Failed, _) => return failure(known, subject, member),
        (State::Running, _) => suspended(known, subject)
            .or_else(|| login(subject, member))
            .or_else(|| account(known, subject))
            .or_else(|| message(known, subject, member))
            .or_else(|| promise(known, member))
            .or_else(|| proof(known, subject))
            .or_else(|| pilot(known, subject))?,
        (State::WaitingInput, _) => question(subject, member),
        (State::Stalled, _) => restart(known, subject)?,
        (State::Limited, _) => window(known, member),
        (State::Starting | State::Restarting, Life::Due { at, why }) => {
            start(known, subject, *at, why)
        }
        (State::Starting | State::Restarting, _) => "its session to appear".to_owned(),
        (State::Stopping, Life::Stopping { then: Some(why), .. }) => {
            format!(
                "its processes to end, then its start, because {}",
                why.told(&of(known, subject))
            )
        }
        (State::Stopping, _) => "its processes to end".to_owned(),
        (State::Missing, _) => "a second look that confirms that it is gone".to_owned(),
        (State::Parked, Life::Parked { retry_at, reason, .. }) => {
            let (again, at) = (up(subject), known.now.point(*retry_at));
            format!("{again}, or one more try at {at}; parked: {reason}")
        }
        (State::Parked, _) => "one more try".to_owned(),
    };
    Some(match known.watchdog.state {
        WatchdogState::Stopped => {
            format!("a watchdog, since none runs (`agents up watchdog`); then {said}")
        }
        WatchdogState::Stale => {
            let age = known
                .watchdog
                .last_tick
                .map_or_else(String::new, |age| format!(" for {}", span(age.as_secs())));
            format!("the watchdog, which has not looked{age}; then {said}")
        }
        WatchdogState::Running => said,
    })
}

/// A signal has stopped its program.
fn suspended(known: &Known<'_>, subject: &Subject<'_>) -> Option<String> {
    let note = notes(known, subject).find(|note| matches!(note, Note::Suspended { .. }))?;
    Some(format!("a person, since {}", note.told(&of(known, subject))))
}

/// Its pilot has said what it may.
fn pilot(known: &Known<'_>, subject: &Subject<'_>) -> Option<String> {
    notes(known, subject).find_map(|note| match note {
        Note::Pilot(note @ PilotNote::Stopped { .. }) => {
            let note = Note::Pilot(note.clone()).told(&of(known, subject));
            Some(format!("a person, since it {note}"))
        }
        _ => None,
    })
}

/// Only a person can answer; the watchdog types nothing until then.
fn question(subject: &Subject<'_>, member: &Member) -> String {
    let row = member.asks.as_ref().map_or("", |asks| asks.row.as_str());
    format!("an answer, by `agents attach {}`: {row}", subject.name)
}

fn of<'s>(known: &Known<'_>, subject: &Subject<'s>) -> Telling<'s> {
    Telling::decided(Some(subject.name), known.now)
}

fn cause(known: &Known<'_>) -> Option<String> {
    match known.terminals {
        Terminals::Unseen { cause, .. } => Some(format!("a look at the terminals: {cause}")),
        Terminals::Listed(_) | Terminals::NoServer => None,
    }
}

fn start(known: &Known<'_>, subject: &Subject<'_>, at: Moment, why: &Why) -> String {
    let because = why.told(&of(known, subject));
    if at > known.now.at {
        return format!(
            "its start by the first look after {}, because {because}",
            known.now.point(at)
        );
    }
    // Overdue: what holds it up was said when it was judged last.
    let held = notes(known, subject).find(|note| {
        matches!(
            note,
            Note::Life(LifeNote::WaitsForTurn { .. } | LifeNote::Unstartable { .. })
                | Note::Limit(_)
                | Note::Account(_)
                | Note::Login(_)
                | Note::CannotSee { .. }
                | Note::Doubted
        )
    });
    match held {
        Some(Note::Life(LifeNote::WaitsForTurn { hold })) => {
            format!("its turn to start: {}", hold.told(&known.now))
        }
        Some(Note::Life(LifeNote::Unstartable { reason, .. })) => {
            format!("this to be mended, and starts then by itself: {reason}")
        }
        Some(note) => format!("its start, since {}", note.told(&of(known, subject))),
        None => format!("its start by the next look, because {because}"),
    }
}

/// What is in the way of the restart that it needs.
fn restart(known: &Known<'_>, subject: &Subject<'_>) -> Option<String> {
    let (why, bar) = notes(known, subject).find_map(|note| match note {
        Note::Life(LifeNote::NotRestarted { why, bar }) => Some((why, bar)),
        _ => None,
    })?;
    let because = why.told(&of(known, subject));
    Some(match bar {
        Bar::Budget { again_at: Some(at), .. } | Bar::InVain { again_at: at, .. } => {
            format!("a restart, possible again at {}, because {because}", known.now.point(*at))
        }
        Bar::Budget { again_at: None, .. } => format!(
            "the operator to restart it, since `restart_limit` allows none; needed because {because}"
        ),
        Bar::Unstartable { reason } => {
            format!("a start to be possible ({reason}), and then its restart, because {because}")
        }
    })
}

fn window(known: &Known<'_>, member: &Member) -> String {
    match &member.limit {
        Limit::Held { until: Some(until), .. } => {
            format!("its usage window to end at {}", known.now.clock(*until))
        }
        Limit::Held { probe_at, .. } => {
            format!("its usage window to end; a probe is due at {}", known.now.point(*probe_at))
        }
        Limit::Probing { .. } => "its probe to tell whether the usage window is over".to_owned(),
        Limit::Clear { .. } => "its usage window to end".to_owned(),
    }
}

/// No start mends a login, so a person has to.
fn login(subject: &Subject<'_>, member: &Member) -> Option<String> {
    let login = member.login.as_ref().filter(|login| login.confirmed)?;
    let (name, text) = (subject.name, login.text.trim());
    Some(format!("a login, and then `agents restart {name}`: {text}"))
}

/// It is not limited itself, and held all the same.
fn account(known: &Known<'_>, subject: &Subject<'_>) -> Option<String> {
    notes(known, subject).find_map(|note| match note {
        Note::Account(AccountNote::Held { account, canary }) => {
            Some(format!("the usage window of account `{account}` to end, as {canary} will tell"))
        }
        Note::Account(AccountNote::Follows { account, at }) => Some(format!(
            "its turn to go on, since account `{account}` is open again; the next one is at {}",
            known.now.point(*at)
        )),
        _ => None,
    })
}

fn message(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> Option<String> {
    let first = member.mailbox.queue.front()?;
    let keeps = notes(known, subject).find_map(|note| match note {
        Note::Message(MessageNote::Waits { reason, .. }) => Some(format!("; {reason}")),
        _ => None,
    });
    Some(match member.mailbox.stage {
        Stage::Stuck { .. } => format!(
            "the {} to be submitted by hand; `agents attach {}` shows why",
            first.kind, subject.name
        ),
        Stage::Owed => {
            format!("a moment to be sent the {}{}", first.kind, keeps.unwrap_or_default())
        }
        Stage::Typing { .. } | Stage::Typed { .. } | Stage::Submitted { .. } => {
            format!("the {} to be taken", first.kind)
        }
    })
}

fn promise(known: &Known<'_>, member: &Member) -> Option<String> {
    match &member.stall {
        Stall::Promised { vow, .. } => {
            Some(format!("its promise to go on at {}", known.now.clock(vow.until)))
        }
        Stall::Working | Stall::Idle { .. } | Stall::Suspect { .. } => None,
    }
}

/// It looks stalled, and the evidence does not suffice to restart it.
fn proof(known: &Known<'_>, subject: &Subject<'_>) -> Option<String> {
    notes(known, subject).find_map(|note| match note {
        Note::Stall(StallNote::NotProven { reason, .. }) => {
            Some(format!("a proof that it stalled, before it is restarted: {reason}"))
        }
        _ => None,
    })
}

/// The verb that starts it.
fn up(subject: &Subject<'_>) -> String {
    format!("`agents up {}`", subject.name)
}

fn failure(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> Option<String> {
    let up = up(subject);
    match (&member.life, known.files.obstacles.get(subject.name)) {
        (Life::Stopped { how: Ending::Failed(_), .. }, Some(obstacle)) => {
            Some(format!("this to be mended, and then {up}: {obstacle}"))
        }
        (Life::Stopped { how: Ending::Failed(reason), .. }, None) => {
            Some(format!("{up}; its last start failed: {reason}"))
        }
        (
            Life::Stopped { .. }
            | Life::Due { .. }
            | Life::Starting { .. }
            | Life::Up { .. }
            | Life::Missing { .. }
            | Life::Stopping { .. }
            | Life::Parked { .. },
            _,
        ) => None,
    }
}

/// What is to be said of one that waits for nothing.
pub(super) fn remark(known: &Known<'_>, subject: &Subject<'_>, member: &Member) -> Option<String> {
    let Life::Stopped { how, .. } = &member.life else { return None };
    let theirs = known.neighbour.is_some_and(|other| other.runs.contains(subject.name));
    let theirs = theirs.then(|| "the one that runs belongs to another fleet".to_owned());
    let rest = match how {
        Ending::Ended(how) => Some(how.clone()),
        Ending::NeverStarted | Ending::Asked if rests(known, subject) => {
            Some("the phase sequence is complete".to_owned())
        }
        Ending::NeverStarted | Ending::Asked | Ending::Failed(_) => None,
    };
    let kept = member.mailbox.queue.len() as u64;
    let kept = (kept > 0).then(|| messages_kept(kept));
    let said: Vec<String> = theirs.into_iter().chain(rest).chain(kept).collect();
    (!said.is_empty()).then(|| said.join("; "))
}
