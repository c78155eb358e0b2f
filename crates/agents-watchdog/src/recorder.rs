//! What of a decision is written down, and what is said in the log?

use std::collections::{HashMap, HashSet};

use agents_decide::{
    About, Action, Decision, FleetState, MessageNote, Note, Now, PhaseNote, RequestId,
    invariants::Violation,
};
use agents_names::AgentName;
use agents_tmux::Driver;

use crate::ledger::{Entry, EntryKind, Ledger, LedgerError, Record};
use crate::place::Place;
use crate::tick::Engine;

/// A state that only counted on is written this often, so that a restart loses little.
const REFRESH_MS: u64 = 60_000;

/// What was written last, so that nothing is written when nothing changed.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    written: Option<FleetState>,
    /// The last word about each member, without its numbers.
    words: HashMap<String, String>,
    /// What the last tick noted, each with its subject and without its numbers.
    told: HashSet<(String, String)>,
}

impl Recorder {
    /// Nothing of the last record is sure to be stored.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// The latest word about a member, as `agents why` shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Word {
    pub at_wall_ms: i64,
    pub tick: u64,
    pub actions: Vec<String>,
    pub notes: Vec<String>,
}

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    pub(crate) fn record(
        &mut self,
        decision: &Decision,
        now: Now,
        broken: &[Violation],
    ) -> Result<(), LedgerError> {
        let mark = self.place.clock_mark();
        let mut record = Record {
            state: self.recorder.worth_writing(decision).then_some((&decision.next, &mark)),
            entries: self.recorder.entries(decision, now, broken),
            words: self.recorder.words(decision, now),
            replies: replies(decision),
            taken: taken(&self.state, decision),
        };
        if !record.is_empty() && record.state.is_none() {
            record.state = Some((&decision.next, &mark));
        }
        if record.is_empty() {
            return Ok(());
        }
        self.ledger.commit(&record)?;
        self.recorder.written = Some(decision.next.clone());
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
        if next.at.0.saturating_sub(written.at.0) >= REFRESH_MS {
            return true;
        }
        let mut earlier = written.clone();
        earlier.tick = next.tick;
        earlier.at = next.at;
        for (name, member) in &next.members {
            if let Some(before) = earlier.members.get_mut(name) {
                before.activity = member.activity.clone();
            }
        }
        earlier != *next
    }

    fn entries(&mut self, decision: &Decision, now: Now, broken: &[Violation]) -> Vec<Entry> {
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
        for action in &decision.actions {
            let kind = match action {
                Action::Alarm { text, .. } => {
                    tracing::warn!("{text}");
                    EntryKind::Alarm
                }
                Action::Reply { .. } => EntryKind::Request,
                _ => {
                    tracing::info!("{action}");
                    EntryKind::Action
                }
            };
            let detail = serde_json::to_value(action).unwrap_or_default();
            let text = match action {
                Action::Alarm { text, .. } => text.clone(),
                _ => action.to_string(),
            };
            entries.push(entry(action.about(), kind, text, detail));
        }
        let mut told = HashSet::new();
        let notable = |about: &&About| is_notable(&about.note) && !is_said_of_all(about, decision);
        for about in decision.notes.iter().filter(notable) {
            let key = (subject_of(about), without_numbers(&about.note.to_string()));
            if !self.told.contains(&key) && !told.contains(&key) {
                tracing::info!("{about}");
                let detail = serde_json::to_value(&about.note).unwrap_or_default();
                entries.push(entry(
                    about.name.as_ref(),
                    EntryKind::Note,
                    about.note.to_string(),
                    detail,
                ));
            }
            told.insert(key);
        }
        self.told = told;
        entries
    }

    fn words(&mut self, decision: &Decision, now: Now) -> Vec<(String, String)> {
        let mut said: HashMap<String, Word> = HashMap::new();
        let blank = || Word {
            at_wall_ms: now.wall.timestamp_millis(),
            tick: decision.next.tick,
            actions: Vec::new(),
            notes: Vec::new(),
        };
        for action in &decision.actions {
            let subject = action.about().map_or_else(|| "fleet".to_owned(), ToString::to_string);
            said.entry(subject).or_insert_with(blank).actions.push(action.to_string());
        }
        for about in &decision.notes {
            said.entry(subject_of(about)).or_insert_with(blank).notes.push(about.note.to_string());
        }
        let mut changed: Vec<(String, String)> = Vec::new();
        for (subject, word) in said {
            let masked = without_numbers(&format!("{:?}{:?}", word.actions, word.notes));
            if self.words.get(&subject) != Some(&masked) {
                self.words.insert(subject.clone(), masked);
                changed.push((subject, serde_json::to_string(&word).unwrap_or_default()));
            }
        }
        changed.sort();
        changed
    }
}

fn subject_of(about: &About) -> String {
    about.name.as_ref().map_or_else(|| "fleet".to_owned(), ToString::to_string)
}

/// The text without its digits and the units of its spans, which change while nothing happens.
fn without_numbers(text: &str) -> String {
    let has_digit = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
    let is_unit = |word: &&str| matches!(word.trim_end_matches([',', ';', ')']), "s" | "min" | "h");
    let words = text.split(' ').filter(|word| !has_digit(word) && !is_unit(word));
    words.collect::<Vec<_>>().join(" ")
}

/// Who cannot see the terminals says so once, not once for each member.
fn is_said_of_all(about: &About, decision: &Decision) -> bool {
    let of_the_fleet = |other: &About| other.name.is_none() && other.note == about.note;
    let is_blindness = matches!(about.note, Note::CannotSee { .. });
    is_blindness && about.name.is_some() && decision.notes.iter().any(of_the_fleet)
}

/// Notes that a person wants to find in the morning; the others are only the present state.
fn is_notable(note: &Note) -> bool {
    matches!(
        note,
        Note::Limit(_)
            | Note::MissingOnce
            | Note::MassVerdict { .. }
            | Note::Message(MessageNote::Seen { .. })
            | Note::Message(MessageNote::Stuck { .. })
            | Note::Fatal(_)
            | Note::Phase(PhaseNote::Advancing { .. })
            | Note::HandoffBaseline { .. }
            | Note::HandoffNews { .. }
            | Note::ServerLost
            | Note::RestartIn { .. }
            | Note::Parked { .. }
            | Note::NotRestarted { .. }
            | Note::TaskEnded { .. }
            | Note::Adopted
            | Note::Undeclared { .. }
            | Note::CannotSee { .. }
            | Note::Unstartable { .. }
    )
}
