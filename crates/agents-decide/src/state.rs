//! What is remembered between two ticks? What was seen and what is owed, never what was assumed.

use std::collections::BTreeMap;

use agents_config::OneOff;
use agents_names::AgentName;

use crate::budget::Budget;
use crate::by_name::ByName;
use crate::conversation::Conversations;
use crate::delivery::Mailbox;
use crate::handoff::HandoffState;
use crate::life::Life;
use crate::program::Program;
use crate::request::{Answer, RequestId, Verb};
use crate::sequence::Sequence;
use crate::{ActivityState, Limit, Moment, RootsSeen, RunId, ServerSeen, Stall};

/// The number of this shape; a store with a larger one was written by a newer program.
pub const STATE_SCHEMA: u32 = 1;

/// Everything that the decision of the next tick depends on, besides the look and the config.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct FleetState {
    pub tick: u64,
    /// The moment of the last tick.
    pub at: Moment,
    /// The tmux server that answered last.
    pub server: Option<ServerSeen>,
    /// What the operator last asked of the fleet as a whole.
    pub wanted: Wanted,
    pub members: ByName<Member>,
    /// Those that the file declared until lately.
    #[serde(default)]
    pub left: BTreeMap<AgentName, crate::Left>,
    /// `None` before the first tick of a fleet with phases.
    pub sequence: Option<Sequence>,
    pub handoff: HandoffState,
    /// Requests that were taken up and are not answered yet.
    pub open: Vec<OpenRequest>,
    pub last_request: RequestId,
    /// Automatic starts of the last seconds, over the whole fleet.
    pub recent_starts: Vec<Moment>,
    pub next_run: u64,
    pub next_message: u64,
    /// Since when no look at the server succeeds.
    #[serde(default)]
    pub blind: Option<Blind>,
    /// When the server, which is reached by another way, was last asked to make its socket anew.
    #[serde(default)]
    pub socket_asked_at: Option<Moment>,
    /// Since when a mass verdict waits for a look by another way.
    pub doubted_since: Option<Moment>,
    /// The accounts that do not serve, by name.
    #[serde(default)]
    pub accounts: BTreeMap<String, crate::Account>,
    /// Alarms that were raised and whose cause lasts, so that each is told once.
    pub alarms: BTreeMap<String, Moment>,
}

/// A time in which the tmux server cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Blind {
    pub since: Moment,
    /// When the server was last asked to make its socket anew.
    pub asked_at: Option<Moment>,
}

/// What is remembered of one agent or service.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Member {
    pub wanted: Wanted,
    pub life: Life,
    pub budget: Budget,
    pub activity: ActivityState,
    pub limit: Limit,
    pub stall: Stall,
    pub mailbox: Mailbox,
    /// What all evidence together says that its program does; `None` where only patterns read its screen.
    #[serde(default)]
    pub standing: Option<crate::Standing>,
    /// Its program is known to be stopped by a signal.
    #[serde(default)]
    pub suspended: Option<crate::Suspended>,
    /// What it asks a person, as far as the rules of a preset can tell.
    #[serde(default)]
    pub asks: Option<crate::Asks>,
    /// How far the dialog is answered that stands on its screen.
    #[serde(default)]
    pub answering: Option<crate::Answering>,
    /// The provider refuses its key or login.
    #[serde(default)]
    pub login: Option<crate::LoginRefusal>,
    /// When the next scheduled wake is due.
    pub wake_at: Option<Moment>,
    #[serde(default)]
    pub pilot: crate::PilotState,
    /// A fatal row or a mismatched command that one look saw.
    pub suspicion: Option<Suspicion>,
    /// How many times it was started.
    pub starts: u32,
    /// How many of the starts mended something: neither asked for, nor the way of the phases.
    #[serde(default)]
    pub restarts: u32,
    /// The last start of this member.
    pub last_run: Option<RunId>,
    /// How the last start was sent to tmux.
    #[serde(default)]
    pub sent: Option<SentStart>,
    /// What the operator's last `up` or `restart` wants instead of what the config says; later starts take it too.
    #[serde(default)]
    pub one_off: OneOff,
    /// What the last start of an agent took.
    #[serde(default)]
    pub program: Option<Program>,
    #[serde(default)]
    pub conversations: Conversations,
    /// The run whose program is known to have begun, and since when that is known.
    #[serde(default)]
    pub began: Option<(RunId, Moment)>,
    /// The processes that its last run began with, as they were seen.
    #[serde(default)]
    pub roots: Option<RootsSeen>,
    /// The run whose own program was seen in the foreground of its pane.
    #[serde(default)]
    pub in_front: Option<RunId>,
}

impl FleetState {
    /// Takes over when its members were last seen to work, and that they are no longer missed, from what would have been
    /// remembered next, and came to nothing. What is decided has to be made durable first; what was seen was seen, and may
    /// not be there to see at the next look.
    pub fn remember_seen(&mut self, next: &Self) {
        for (name, then) in next.members.iter() {
            let is_found = |now: &Member| {
                now.last_run == then.last_run
                    && matches!(now.life, Life::Missing { .. })
                    && matches!(then.life, Life::Up { .. })
            };
            if self.members.get(name).is_some_and(is_found)
                && let Some(member) = self.members.get_mut(name)
            {
                // The next look that lacks it is the first in a row again.
                member.life = then.life.clone();
            }
            let is_later = |now: &Member| {
                now.last_run == then.last_run
                    && now.activity.evidence_at < then.activity.evidence_at
            };
            if self.members.get(name).is_some_and(is_later)
                && let Some(member) = self.members.get_mut(name)
            {
                member.activity.evidence_at = then.activity.evidence_at;
                member.activity.log = then.activity.log;
            }
        }
    }
}

impl Member {
    /// Whether a closer look is to tell that it stalled. An error on its screen is weighed by each burst.
    pub(crate) fn is_accused(&self) -> bool {
        matches!(self.stall, Stall::Suspect { .. }) && self.suspicion.is_none()
    }

    /// Whether nothing was launched for a run of which one request is known to have failed.
    pub(crate) fn is_sent_once(&self, run: RunId) -> bool {
        self.sent.is_none_or(|sent| sent.run != run || !sent.again)
    }

    /// Since when the last run may have been there, which is up since then as far as looks tell.
    pub(crate) fn begun_by(&self, up_since: Moment) -> Moment {
        let sent = self.sent.filter(|sent| Some(sent.run) == self.last_run);
        sent.map_or(up_since, |sent| up_since.min(sent.at))
    }
}

/// A start, as it was sent to tmux. Whether its session was seen since does not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SentStart {
    pub run: RunId,
    /// When it was sent first.
    pub at: Moment,
    /// It was sent more than once, so the failure of one request says nothing of those before.
    pub again: bool,
}

/// Something that condemns a session when a second look confirms it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Suspicion {
    pub since: Moment,
    pub what: String,
    #[serde(default)]
    pub trial: Trial,
}

/// How far it was tried whether a program that takes input is only quoting an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Trial {
    #[default]
    Open,
    /// A message is on its way to it, or was taken then.
    Asked { taken_at: Option<Moment> },
    /// It answered: the error that stands above the message is old or quoted.
    Passed,
}

/// What the operator wants of a member or of the fleet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Wanted {
    /// Nothing was ever asked: the config alone decides.
    #[default]
    Unsaid,
    Up,
    Down,
}

/// A request under way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenRequest {
    pub id: RequestId,
    pub verb: Verb,
    pub since: Moment,
    /// `None` while the member's answer is outstanding.
    pub answers: BTreeMap<AgentName, Option<Answer>>,
}
