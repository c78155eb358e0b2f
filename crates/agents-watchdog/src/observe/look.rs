//! How closely are the terminals looked at? Whoever does nothing need not know everything anew.

use std::sync::Arc;
use std::time::Duration;

use agents_config::Fleet;
use agents_decide::{FleetState, HandoffSeen, Life, Member, Now, Seen, Stage, Stall};
use agents_tmux::{Driver, Listing, TmuxError};

use super::tells_programs_apart;
use crate::ledger::Ledger;
use crate::place::Place;
use crate::tick::Engine;

/// How closely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// Who is there, who lives and who printed; the rest may be some minutes old. Nothing is done on such a look.
    Light,
    Whole,
    /// Over a connection of its own.
    Independent,
}

/// What the shared branch said to a look on which nothing was done: it says it once.
pub(crate) type HeldHandoff = (Option<Seen<String>>, Seen<HandoffSeen>);

/// Whether nothing is under way of which a session's options tell how far it has come.
pub(crate) fn is_calm(state: &FleetState) -> bool {
    let calm = state.members.values().all(|member| {
        let rests = match &member.life {
            Life::Up { .. } | Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => true,
            Life::Starting { .. } | Life::Stopping { .. } | Life::Missing { .. } => false,
        };
        rests && member.mailbox.stage == Stage::Owed && member.answering.is_none()
    });
    calm && state.open.is_empty() && state.blind.is_none() && state.server.is_some()
}

/// Between two readings of the processes of a member that rests, at least: two ticks at the usual pace.
const PROCESSES_EVERY: Duration = Duration::from_secs(55);
/// And at most: whole looks read them all the same.
const PROCESSES_EVERY_AT_MOST: Duration = Duration::from_secs(290);
/// So long no sign of work was seen of one that rests.
const RESTS_AFTER: Duration = Duration::from_secs(90);

/// Whether the processes of a member need not be read at this light look.
///
/// What they computed is counted up by the kernel, so it is only seen later. Before anything is held against a member
/// they are read again: near the end of `stall_idle`, and at whole looks.
pub(super) fn rests(member: &Member, stall_idle: Duration, now: Now) -> bool {
    let (Some((read_at, _)), Some(worked_at)) = (member.activity.cpu, member.activity.evidence_at)
    else {
        return false;
    };
    let still = now.at.since(worked_at);
    let accused = matches!(member.stall, Stall::Suspect { .. }) || member.suspicion.is_some();
    let every = processes_every(stall_idle);
    !accused
        && now.at.since(read_at) < every
        && still >= RESTS_AFTER
        && still + 2 * every < stall_idle
}

/// Who may be idle for longer is read more rarely: a burst of work is dated at most a tenth of that time late, or, where
/// two ticks are longer, so late.
fn processes_every(stall_idle: Duration) -> Duration {
    (stall_idle / 10).clamp(PROCESSES_EVERY, PROCESSES_EVERY_AT_MOST)
}

/// Whether its screen has changed since the last look: that is a sign of work by itself.
pub(super) fn is_changed(member: &Member, digest: Option<u64>) -> bool {
    member.activity.cpu.is_some() && digest.is_some() && member.activity.digest != digest
}

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    /// All panes, as closely as asked for.
    pub(super) async fn list(
        &mut self,
        fleet: &Fleet,
        look: Look,
    ) -> Result<Arc<Listing>, TmuxError> {
        let programs = tells_programs_apart(fleet);
        match look {
            Look::Independent => self.place.independent_listing().await.map(Arc::new),
            Look::Whole if programs => self.driver.list().await.map(Arc::new),
            Look::Whole => self.driver.list_briefly().await.map(Arc::new),
            Look::Light => self.driver.list_lightly(programs).await,
        }
    }

    /// How closely an ordinary tick looks.
    pub(crate) fn closeness(&self, heavy: bool) -> Look {
        if self.independent {
            return Look::Independent;
        }
        let undone = !self.failed.is_empty() || !self.unheard.is_empty() || self.tmux_hangs;
        let is_whole = heavy || undone || !self.driver.lists_lightly() || !is_calm(&self.state);
        if is_whole { Look::Whole } else { Look::Light }
    }
}

#[cfg(test)]
mod tests;
