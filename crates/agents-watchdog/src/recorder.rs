//! What of a decision is written down, and what is said in the log?

mod change;
mod word;

use std::collections::BTreeMap;

use agents_config::Fleet;
use agents_decide::invariants::Violation;
use agents_decide::sentence::{Mood, Telling};
use agents_decide::{
    About, AccountNote, Action, Decision, FleetState, LifeNote, LimitNote, MessageNote, Note, Now,
    PhaseNote, PilotNote, RequestId, Shared, WakeNote,
};
use agents_names::AgentName;
use agents_tmux::Driver;

use crate::ledger::{Entry, EntryKind, Ledger, LedgerError, Record};
use crate::place::Place;
use crate::tick::Engine;

use change::{beside_members, is_at_work, only_counts_on};
pub use word::Word;

/// A state that only counted on is written this often, so that a restart loses little.
const REFRESH_MS: u64 = 60_000;

/// One in which nobody did anything either: a restart would lose nothing but the number of the tick.
const REFRESH_AT_REST_MS: u64 = 600_000;

/// What was written last, so that nothing is written when nothing changed.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    written: Option<Shared<FleetState>>,
    /// The last word about each member; what it notes has been told.
    words: BTreeMap<String, Word>,
}

impl Recorder {
    /// Goes on from the words that are stored.
    pub fn resume(words: BTreeMap<String, Word>) -> Self {
        Self { written: None, words }
    }

    /// Nothing of the last record is sure to be stored.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    pub(crate) fn record(
        &mut self,
        fleet: &Fleet,
        decision: &Decision,
        now: Now,
        broken: &[Violation],
    ) -> Result<(), LedgerError> {
        let mark = self.place.clock_mark();
        // What is told depends on the words before.
        let entries = self.recorder.entries((fleet, decision), now, broken);
        let mut record = Record {
            state: self.recorder.worth_writing(decision).then_some((&decision.next, &mark)),
            entries,
            words: self.recorder.words((fleet, decision), now),
            replies: replies(decision),
            taken: taken(&self.state, decision),
        };
        // What is told or answered goes with the state that it was decided on. A word alone is only shown.
        let is_said =
            !(record.entries.is_empty() && record.replies.is_empty() && record.taken.is_empty());
        if is_said && record.state.is_none() {
            record.state = Some((&decision.next, &mark));
        }
        if record.is_empty() {
            return Ok(());
        }
        self.ledger.commit(&record)?;
        if record.state.is_some() {
            self.recorder.written = Some(decision.next.clone());
        }
        Ok(())
    }
}

/// The requests that no earlier tick has taken up: those under way since, and those answered at once.
fn taken(before: &FleetState, decision: &Decision) -> Vec<RequestId> {
    let open = decision.next.open.iter().map(|open| open.id);
    let answered = decision.actions.iter().filter_map(|action| match action {
        Action::Reply { request, .. } => Some(*request),
        _ => None,
    });
    open.chain(answered).filter(|id| *id > before.last_request).collect()
}

fn replies(decision: &Decision) -> Vec<(RequestId, String)> {
    let replies = decision.actions.iter().filter_map(|action| match action {
        Action::Reply { request, answers } => {
            Some((*request, serde_json::to_string(answers).unwrap_or_else(|_| "[]".to_owned())))
        }
        _ => None,
    });
    replies.collect()
}

impl Recorder {
    /// Whether the state says more than that time went by.
    fn worth_writing(&self, decision: &Decision) -> bool {
        let Some(written) = &self.written else { return true };
        if !decision.actions.is_empty() {
            return true;
        }
        let next = &decision.next;
        let age_ms = next.at.0.saturating_sub(written.at.0);
        if age_ms >= REFRESH_AT_REST_MS || age_ms >= REFRESH_MS && is_at_work(written, next) {
            return true;
        }
        let is_alike = written.members.len() == next.members.len()
            && written.members.iter().zip(&next.members).all(|((name, before), (other, now))| {
                name == other && (before == now || only_counts_on(before, now))
            });
        !is_alike || beside_members(written) != beside_members(next)
    }

    fn entries(
        &self,
        (fleet, decision): (&Fleet, &Decision),
        now: Now,
        broken: &[Violation],
    ) -> Vec<Entry> {
        let entry = |subject: Option<&AgentName>, kind, text: String, detail| Entry {
            at_wall_ms: now.wall.timestamp_millis(),
            tick: decision.next.tick,
            subject: subject.map(ToString::to_string),
            kind,
            text,
            detail,
        };
        let mut entries = Vec::new();
        for violation in broken {
            let text = format!("refused ({}): {}", violation.invariant, violation.text);
            entries.push(entry(None, EntryKind::Alarm, text, serde_json::Value::Null));
        }
        // The reason first, then what follows from it.
        for about in self.news(decision, now) {
            tracing::info!("{}", about.told(now, Mood::Decided));
            let text = about.note.told(&Telling::decided(about.name.as_ref(), now));
            let detail = serde_json::to_value(&about.note).unwrap_or_default();
            entries.push(entry(about.name.as_ref(), EntryKind::Note, text, detail));
        }
        for action in &decision.actions {
            let kind = match action {
                Action::Alarm { text, .. } => {
                    tracing::warn!("{text}");
                    EntryKind::Alarm
                }
                Action::Reply { .. } => EntryKind::Request,
                _ => {
                    tracing::info!("{}", action.told_of(fleet, now));
                    EntryKind::Action
                }
            };
            let detail = serde_json::to_value(action).unwrap_or_default();
            let text = match action {
                Action::Alarm { text, .. } => text.clone(),
                _ => action.told_of(fleet, now),
            };
            entries.push(entry(action.about(), kind, text, detail));
        }
        entries
    }

    /// The notes that are worth a line: each fact once, though every tick notes it and an alarm may have told it.
    fn news<'d>(&self, decision: &'d Decision, now: Now) -> Vec<&'d About> {
        let alarms: Vec<&str> = decision
            .actions
            .iter()
            .filter_map(|action| match action {
                Action::Alarm { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let is_new = |about: &&About| {
            let before = self.words.get(subject_of(about));
            if before.is_some_and(|word| word.notes.iter().any(|it| it.says_the_same(&about.note)))
            {
                return false;
            }
            let text = about.told(now, Mood::Decided);
            !alarms.iter().any(|alarm| {
                *alarm == text || text.strip_prefix("fleet: ").is_some_and(|text| *alarm == text)
            })
        };
        decision.notes.iter().filter(|about| is_notable(&about.note)).filter(is_new).collect()
    }

    fn words(&mut self, (fleet, decision): (&Fleet, &Decision), now: Now) -> Vec<(String, String)> {
        let actions = decision.actions.iter();
        let actions = by_subject(actions.map(|action| (name_of(action.about()), action)));
        let notes = by_subject(decision.notes.iter().map(|about| (subject_of(about), &about.note)));
        let mut new: Vec<(String, Word)> = Vec::new();
        let (mut actions, mut notes) = (actions.as_slice(), notes.as_slice());
        // Whoever nothing is said of any more is not left with an old word.
        let mut known = self.words.iter().peekable();
        loop {
            let said = [subject_ahead(actions), subject_ahead(notes)];
            let known_ahead = known.peek().map(|(subject, _)| subject.as_str());
            let Some(subject) = said.into_iter().chain([known_ahead]).flatten().min() else {
                break;
            };
            let before = known.next_if(|(known, _)| *known == subject).map(|(_, word)| word);
            let (actions, notes) = (next_of(&mut actions, subject), next_of(&mut notes, subject));
            let actions: Vec<String> =
                actions.iter().map(|(_, it)| it.told_of(fleet, now)).collect();
            if before.is_none_or(|before| !before.says(&actions, notes)) {
                let (at_wall_ms, tick) = (now.wall.timestamp_millis(), decision.next.tick);
                let notes = notes.iter().map(|(_, note)| (*note).clone()).collect();
                new.push((subject.to_owned(), Word { at_wall_ms, tick, actions, notes }));
            }
        }
        let written = |(subject, word): &(String, Word)| {
            (subject.clone(), serde_json::to_string(word).unwrap_or_default())
        };
        let changed = new.iter().map(written).collect();
        self.words.extend(new);
        changed
    }
}

/// What is said, by whom it is about; of one, as it came.
fn by_subject<'d, T>(said: impl Iterator<Item = (&'d str, &'d T)>) -> Vec<(&'d str, &'d T)> {
    let mut said: Vec<(&str, &T)> = said.collect();
    said.sort_by_key(|(subject, _)| *subject);
    said
}

/// Of whom something is said next.
fn subject_ahead<'d, T>(said: &[(&'d str, T)]) -> Option<&'d str> {
    said.first().map(|(subject, _)| *subject)
}

/// Takes what is said of the subject, which comes next if anything is.
fn next_of<'s, 'd, T>(said: &mut &'s [(&'d str, T)], subject: &str) -> &'s [(&'d str, T)] {
    let count = said.iter().take_while(|(other, _)| *other == subject).count();
    let (taken, rest) = said.split_at(count);
    *said = rest;
    taken
}

fn subject_of(about: &About) -> &str {
    name_of(about.name.as_ref())
}

fn name_of(subject: Option<&AgentName>) -> &str {
    subject.map_or("fleet", AgentName::as_str)
}

/// Notes that a person wants to find in the morning; the others are only the present state.
fn is_notable(note: &Note) -> bool {
    match note {
        Note::Life(note) => matches!(
            note,
            LifeNote::FoundAgain
                | LifeNote::Adopted
                | LifeNote::TaskEnded { .. }
                | LifeNote::StaysDown { .. }
                | LifeNote::StartAt { .. }
                | LifeNote::StraysEnded { .. }
                | LifeNote::Parked { .. }
                | LifeNote::NotRestarted { .. }
                | LifeNote::Unstartable { .. }
        ),
        Note::Limit(note) => match note {
            LimitNote::Holding { .. } | LimitNote::GoesOn { .. } | LimitNote::WaitsForAccount => {
                false
            }
            LimitNote::Entered { .. }
            | LimitNote::WindowOver
            | LimitNote::Probing { .. }
            | LimitNote::Lifted { .. }
            | LimitNote::StillLimited { .. }
            | LimitNote::DidNotGoOn { .. }
            | LimitNote::GoneInside { .. } => true,
        },
        Note::Account(note) => match note {
            AccountNote::Held { .. } | AccountNote::Follows { .. } => false,
            AccountNote::Closed { .. }
            | AccountNote::ProbesAnother { .. }
            | AccountNote::Opening { .. } => true,
        },
        Note::Message(note) => matches!(
            note,
            MessageNote::Seen { .. }
                | MessageNote::Unproven { .. }
                | MessageNote::EndedUnproven { .. }
                | MessageNote::OwedAnew { .. }
                | MessageNote::Kept { .. }
                | MessageNote::Overtaken { .. }
                | MessageNote::Stuck { .. }
                | MessageNote::Behind { .. }
        ),
        Note::Phase(note) => {
            matches!(note, PhaseNote::Advancing { .. } | PhaseNote::Finishing { .. })
        }
        // That a member cannot be seen follows from what is said of the terminals.
        Note::CannotSee { .. } | Note::Doubted => false,
        Note::Wake(note) => match note {
            WakeNote::Rests => true,
            WakeNote::At { .. } | WakeNote::Due { .. } | WakeNote::FileMissing => false,
        },
        Note::Pilot(note) => match note {
            PilotNote::Prompts { .. }
            | PilotNote::WouldPrompt { .. }
            | PilotNote::Discarded
            | PilotNote::Waits { .. }
            | PilotNote::NoAnswer { .. }
            | PilotNote::Stopped { .. }
            | PilotNote::Off { asked: true } => true,
            PilotNote::Off { asked: false }
            | PilotNote::Watches { .. }
            | PilotNote::At { .. }
            | PilotNote::OnItsWay { .. }
            | PilotNote::Analysing { .. } => false,
        },
        Note::Activity(_) | Note::Stall(_) => false,
        Note::TerminalsUnseen { .. }
        | Note::ServerLost
        | Note::MassVerdict { .. }
        | Note::Fatal(_)
        | Note::Login(_)
        | Note::BranchUnread { .. }
        | Note::HandoffBegins { .. }
        | Note::HandoffNews { .. }
        | Note::Undeclared { .. }
        | Note::Conversation(_)
        | Note::Answer(_)
        | Note::Asks { .. }
        | Note::Suspended { .. }
        | Note::GoesOn { .. } => true,
    }
}
