//! Which bug is planted? For the test of the net that is to catch it; no program is built with this.
//!
//! Those of the original program are among them. Each falsifies what is decided on, or what was decided.

mod memory;
mod outcome;
mod sight;

use std::borrow::Cow;
use std::cell::Cell;

use agents_config::Fleet;

use crate::draft::Decision;
use crate::state::FleetState;
use crate::{Now, Observation};

/// One bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A look that fails is taken for an empty server, as in the original.
    UnknownIsGone,
    /// One look that lacks a session proves that it ended, as in the original.
    OneLookIsProof,
    /// Processor time is no sign of work.
    ComputingIsIdle,
    /// What a program prints is no sign of work, as in the original.
    OutputIsNothing,
    /// A pane whose program ended is taken for a living one, as in the original.
    DeadPaneLives,
    /// A rewritten history brings no news.
    RewriteIsNoNews,
    /// A heading that begins like the marker ends the phase, as in the original.
    HeadingIsDone,
    /// A promise to go on is not read.
    MarkerIsNothing,
    /// After a restart of the watchdog the phases begin anew, as in the original.
    PhaseZero,
    /// After a restart of the watchdog the head of the branch is taken for known, as in the original.
    AdoptsHead,
    /// After a restart of the watchdog nothing is owed, as in the original.
    ForgetsMessages,
    /// Nobody counts the starts of a member, as in the original.
    ForgetsStarts,
    /// Nobody counts the starts of the fleet.
    ForgetsPace,
    /// A limited agent that dies is not held any more, as in the original.
    ForgetsHold,
    /// Nobody knows which processes the last run left, as in the original.
    ForgetsRun,
    /// What was asked down comes up again, as in the original.
    ForgetsDown,
    /// A finished phase gives way to the one after the next.
    SkipsPhase,
    /// What does not end by SIGTERM is not killed, as in the original.
    NeverKills,
    /// A stop that was sent is taken for done, as in the original.
    AnswersEarly,
    /// A usage window has no end.
    HoldsForEver,
    /// Nobody hears that nothing can be seen, as in the original.
    SilentBlindness,
    /// What leaves the config is ended.
    EndsUndeclared,
    /// A message is owed again at each tick.
    OwesAgain,
    /// A service that ended is left so, as in the original.
    LeavesServices,
    /// What is owed is typed at once, as in the original.
    TypesAtOnce,
    /// One idle look is enough for a stall, as in the original.
    StallsAtOnce,
    /// The starts of a member are forgotten by the wall clock.
    WallBudget,
    /// A decision depends on how many this process has made.
    KeepsAside,
    /// The watchdog ends by itself when nobody runs.
    ExitsUnasked,
}

impl Bug {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::UnknownIsGone,
        Self::OneLookIsProof,
        Self::ComputingIsIdle,
        Self::OutputIsNothing,
        Self::DeadPaneLives,
        Self::RewriteIsNoNews,
        Self::HeadingIsDone,
        Self::MarkerIsNothing,
        Self::PhaseZero,
        Self::AdoptsHead,
        Self::ForgetsMessages,
        Self::ForgetsStarts,
        Self::ForgetsPace,
        Self::ForgetsHold,
        Self::ForgetsRun,
        Self::ForgetsDown,
        Self::SkipsPhase,
        Self::NeverKills,
        Self::AnswersEarly,
        Self::HoldsForEver,
        Self::SilentBlindness,
        Self::EndsUndeclared,
        Self::OwesAgain,
        Self::LeavesServices,
        Self::TypesAtOnce,
        Self::StallsAtOnce,
        Self::WallBudget,
        Self::KeepsAside,
        Self::ExitsUnasked,
    ];
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// From now on decisions of this thread have that bug, or none.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
    outcome::begin();
}

/// What the decision is made on.
pub(crate) fn before<'a>(
    fleet: &Fleet,
    state: &'a FleetState,
    seen: &'a Observation,
    now: Now,
) -> (Cow<'a, FleetState>, Cow<'a, Observation>) {
    let (mut state, mut seen) = (Cow::Borrowed(state), Cow::Borrowed(seen));
    if let Some(bug) = PLANTED.get() {
        sight::falsify(bug, seen.to_mut());
        memory::falsify(bug, fleet, state.to_mut(), &seen, now);
    }
    (state, seen)
}

/// What was decided.
pub(crate) fn after(
    fleet: &Fleet,
    seen: &Observation,
    mut decision: Decision,
    now: Now,
) -> Decision {
    if let Some(bug) = PLANTED.get() {
        outcome::falsify(bug, fleet, seen, &mut decision, now);
    }
    decision
}
