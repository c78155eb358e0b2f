//! One observe–decide–act pass.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use agents_config::Fleet;
use agents_decide::invariants::Violation;
use agents_decide::{
    Action, Decision, FleetState, LifeNote, Moment, Note, Now, Observation, RunId, Seen, Shared,
    decide, invariants, program,
};
use agents_names::AgentName;
use agents_tmux::Driver;

use crate::ledger::{Ledger, LedgerError};
use crate::observe::look::{HeldHandoff, Look};
use crate::observe::screens::Screens;
use crate::observe::shown::Readings;
use crate::outcome::Failures;
use crate::place::{Place, Reached};
use crate::recorder::{Recorder, Word};

/// What holds the fleet: the terminals, the place, the store, and what is remembered.
pub struct Engine<D, P, L> {
    pub driver: D,
    pub place: P,
    pub ledger: L,
    pub(crate) state: Shared<FleetState>,
    pub(crate) screens: Screens,
    pub(crate) readings: Readings,
    /// Starts that failed before tmux was asked.
    pub(crate) failed: HashMap<AgentName, (RunId, String)>,
    /// Members for whom tmux was not heard to take what was decided last: it was not asked, or did not answer in time.
    pub(crate) unheard: HashSet<AgentName>,
    /// A request of this tick brought no answer within the time limit.
    pub(crate) tmux_hangs: bool,
    /// A start of this tick was confirmed: its session can be seen at once.
    pub(crate) has_started: bool,
    pub(crate) recorder: Recorder,
    pub(crate) failures: Failures,
    /// What was refused at the last tick.
    refused: Vec<Violation>,
    /// The files that mirror the state for other programs may be behind it.
    pub(crate) mirror_owed: bool,
    last_heavy: Option<Moment>,
    pub(crate) independent: bool,
    /// How closely the terminals were looked at last.
    pub(crate) looked: Look,
    /// What a look on which nothing was done took from the shared branch.
    pub(crate) held: Option<HeldHandoff>,
    /// tmux said that a later writer holds the fleet.
    pub(crate) superseded: bool,
    /// Whether this is the watchdog, which looks after everything, or a verb, which does what it was asked for.
    pub supervises: bool,
    /// Whether a store without a position may take the original program's.
    first: bool,
}

/// What a tick leaves to its caller.
#[derive(Debug)]
pub struct Ticked {
    pub now: Now,
    pub decision: Decision,
    /// When to look again at the latest.
    pub next: Moment,
    pub exit: bool,
    pub observation: Observation,
    /// Whether the phases were judged, too.
    pub heavy: bool,
}

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    /// Takes up the stored state.
    ///
    /// # Errors
    /// When there is a state that cannot be read.
    pub fn resume(driver: D, mut place: P, mut ledger: L) -> Result<Self, LedgerError> {
        let Remembered { state, recorder, first } = Remembered::of(&mut ledger, &mut place)?;
        Ok(Self {
            driver,
            place,
            ledger,
            state: state.into(),
            screens: Screens::default(),
            readings: Readings::default(),
            failed: HashMap::new(),
            unheard: HashSet::new(),
            tmux_hangs: false,
            has_started: false,
            recorder,
            failures: Failures::default(),
            refused: Vec::new(),
            // The watchdog before may have died between the record and the write.
            mirror_owed: !first,
            last_heavy: None,
            independent: false,
            looked: Look::Whole,
            held: None,
            superseded: false,
            supervises: true,
            first,
        })
    }

    /// Goes on from what another ledger remembers, as a process that has just begun, but gives no number out again.
    ///
    /// # Errors
    /// When there is a state that cannot be read; the ledger stays the one before.
    pub fn take_up(&mut self, mut ledger: L) -> Result<(), LedgerError> {
        let Remembered { mut state, recorder, first } =
            Remembered::of(&mut ledger, &mut self.place)?;
        state.next_run = state.next_run.max(self.state.next_run);
        state.next_message = state.next_message.max(self.state.next_message);
        (self.ledger, self.recorder, self.first) = (ledger, recorder, first);
        self.state = state.into();
        self.failed.clear();
        self.unheard.clear();
        self.mirror_owed = !first;
        self.last_heavy = None;
        self.independent = false;
        Ok(())
    }

    /// What is remembered.
    #[must_use]
    pub fn state(&self) -> &Shared<FleetState> {
        &self.state
    }

    /// Looks and decides without changing anything, as a heavy tick or another.
    ///
    /// # Errors
    /// When the requests that wait cannot be read.
    pub async fn preview(
        &mut self,
        fleet: &Fleet,
        heavy: bool,
    ) -> Result<(Observation, Decision, Now), LedgerError> {
        let (observation, _, now) = self.look(fleet, true).await?;
        let decision = decide(fleet, &self.state, &observation, heavy, now);
        Ok((observation, decision, now))
    }

    /// Looks; as closely as the moment asks, or at all there is.
    async fn look(
        &mut self,
        fleet: &Fleet,
        whole: bool,
    ) -> Result<(Observation, bool, Now), LedgerError> {
        let now = self.place.now();
        let interval = fleet.timing.heavy_interval;
        let heavy = self.last_heavy.is_none_or(|last| now.at.since(last) >= interval);
        let look = self.closeness(heavy || whole);
        let judged = program::judged(fleet, &self.state);
        let mut observation = self.observe(&judged, now, look).await?;
        if self.first {
            observation.legacy_position = self.place.legacy_position(fleet);
        }
        Ok((observation, heavy, now))
    }

    /// Looks and decides. What is to be done is decided on a whole look, whatever a light one said.
    async fn look_and_decide(
        &mut self,
        fleet: &Fleet,
    ) -> Result<(Observation, Decision, bool, Now), LedgerError> {
        let (observation, heavy, now) = self.look(fleet, false).await?;
        let decision = decide(fleet, &self.state, &observation, heavy, now);
        if self.looked != Look::Light || decision.actions.is_empty() {
            return Ok((observation, decision, heavy, now));
        }
        self.held = Some((observation.copy, observation.handoff));
        let (observation, heavy, now) = self.look(fleet, true).await?;
        let decision = decide(fleet, &self.state, &observation, heavy, now);
        Ok((observation, decision, heavy, now))
    }

    /// One pass: look, decide, record, act.
    ///
    /// # Errors
    /// When the decision could not be made durable: then nothing was done, and the next tick decides anew.
    pub async fn tick(&mut self, fleet: &Arc<Fleet>) -> Result<Ticked, LedgerError> {
        let (observation, mut decision, heavy, now) = self.look_and_decide(fleet).await?;
        let broken = invariants::check(fleet, &self.state, &observation, &decision, now);
        refuse(&mut decision, &broken);
        let news = self.unheard_of(&broken);
        if let Err(error) = self.record(fleet, &decision, now, &news) {
            // What was not made durable was not decided.
            self.recorder.forget();
            self.state.remember_seen(&decision.next);
            // What another connection was asked for is answered, and the next look is one of its own.
            self.independent = false;
            return Err(error);
        }
        self.state = decision.next.clone();
        self.first = false;
        self.refused = broken;
        if heavy {
            self.last_heavy = Some(now.at);
        }
        self.failed.clear();
        self.unheard.retain(|name| is_unseen(&observation, name));
        let exit = decision.actions.contains(&Action::Exit);
        self.mirror(fleet);
        self.independent = decision.actions.contains(&Action::LookAgain);
        self.act(fleet, &decision, now).await;
        if self.superseded {
            return Err(LedgerError::Superseded);
        }
        let ordinary = now.at.after(fleet.timing.signal_interval);
        let next = decision.look_by.map_or(ordinary, |by| by.min(ordinary));
        // Whose session is seen gives its place among the starts to the next in turn, or an answer to whoever waits.
        let is_awaited = !decision.next.open.is_empty()
            || decision
                .notes
                .iter()
                .any(|about| matches!(about.note, Note::Life(LifeNote::WaitsForTurn { .. })));
        let next = if self.has_started && is_awaited { now.at } else { next };
        Ok(Ticked { now, decision, next, exit, observation, heavy })
    }

    /// The violations that the tick before did not have: what is refused again at each tick is told once.
    fn unheard_of(&self, broken: &[Violation]) -> Vec<Violation> {
        let is_told = |new: &&Violation| {
            let mut told = self.refused.iter();
            told.any(|old| old.invariant == new.invariant && old.text == new.text)
        };
        let news: Vec<Violation> = broken.iter().filter(|new| !is_told(new)).cloned().collect();
        for violation in &news {
            tracing::error!("refused ({}): {}", violation.invariant, violation.text);
        }
        news
    }
}

/// An action that breaks an invariant is not carried out: stopping is better than acting wrongly.
fn refuse(decision: &mut Decision, broken: &[Violation]) {
    if broken.is_empty() {
        return;
    }
    let actions = std::mem::take(&mut decision.actions);
    decision.actions = actions
        .into_iter()
        .enumerate()
        .filter(|(place, _)| !broken.iter().any(|violation| violation.action == *place))
        .map(|(_, action)| action)
        .collect();
}

/// What a ledger remembers, and a place knows beyond that.
struct Remembered {
    state: FleetState,
    recorder: Recorder,
    /// Nothing was ever remembered.
    first: bool,
}

impl Remembered {
    fn of<P: Place, L: Ledger>(ledger: &mut L, place: &mut P) -> Result<Self, LedgerError> {
        let stored = ledger.load()?;
        let first = stored.is_none();
        // A word of another shape is an earlier version's, and is said anew.
        let words = ledger.words()?.into_iter().filter_map(|(subject, word)| {
            let word: Word = serde_json::from_str(&word).ok()?;
            Some((subject, word))
        });
        let recorder = Recorder::resume(words.collect());
        let mut state = stored.map_or_else(FleetState::default, |(state, mark)| {
            place.resume_clock(&mark);
            state
        });
        // Also with a store: one that was put back from a copy would give numbers out again.
        let Reached { run, message } = place.reached();
        state.next_run = state.next_run.max(run);
        state.next_message = state.next_message.max(message);
        Ok(Self { state, recorder, first })
    }
}

/// Whether the look could not tell what became of it.
fn is_unseen(observation: &Observation, name: &AgentName) -> bool {
    let seen = observation.members.get(name);
    seen.is_some_and(|member| matches!(member.pane, Seen::Unknown(_)))
}
