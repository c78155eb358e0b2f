//! Has the agent been idle for longer than allowed, with no live promise?

pub mod closer;
pub mod promise;
#[cfg(test)]
mod tests;

use std::time::Duration;

use agents_config::{Agent, Backend, Timing, Watch};
use agents_names::AgentName;
use chrono::{DateTime, Utc};

use crate::sentence::Telling;
use crate::{
    Activity, ActivityState, Moment, Note, Now, ProcessesSeen, ScreenSeen, Seen, Step, Why, Wish,
};

use closer::{Reading, Rest};
use promise::Promise;

/// The stall machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Stall {
    #[default]
    Working,
    /// Idle since.
    Idle { since: Moment, vow: Option<Vow> },
    /// Every signal has been still for the whole period in one look; a closer look decides, which compares what the
    /// processor did since `reading`.
    Suspect {
        since: Moment,
        suspected_at: Moment,
        vow: Option<Vow>,
        #[serde(default)]
        reading: Option<Reading>,
    },
    /// The agent promised to go on by itself.
    Promised { idle_since: Moment, vow: Vow },
}

/// A promise as it is honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Vow {
    /// What the marker says.
    pub until: DateTime<Utc>,
    pub first_seen: Moment,
    /// The end of the promise in fleet time, fixed when it was first seen, so that a jump of the wall clock moves nothing.
    pub due: Moment,
    /// It reaches further than the longest promise that is honoured.
    pub too_far: bool,
}

/// What one look tells the stall machine.
#[derive(Debug, Clone, Copy)]
pub struct StallLook<'a> {
    pub agent: &'a Agent,
    pub backend: &'a Backend,
    pub timing: &'a Timing,
    pub screen: &'a Seen<ScreenSeen>,
    pub activity: Activity,
    /// After this look.
    pub state: &'a ActivityState,
    pub processes: &'a Seen<ProcessesSeen>,
    pub log_age: Option<Duration>,
    /// A message is on its way, so the agent is about to have work.
    pub unsettled: bool,
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StallNote {
    /// Idle, and stalled from `stalls_at` on.
    Idle {
        since: Moment,
        stalls_at: Moment,
    },
    /// It is the other loop agent's turn, so its idling counts for nothing.
    OthersTurn {
        awaits: String,
    },
    /// Idle for longer than allowed, with a message on its way that is about to give it work.
    Unsettled {
        since: Moment,
    },
    /// `ends`: from then on its idling counts.
    Promise {
        until: DateTime<Utc>,
        ends: Moment,
    },
    /// `due`: the end of the longest promise that is honoured.
    PromiseTooFar {
        until: DateTime<Utc>,
        due: Moment,
    },
    PromiseUnreadable {
        text: String,
    },
    Suspected {
        since: Moment,
    },
    /// Too little evidence to end a process.
    NotProven {
        since: Moment,
        reason: String,
    },
}

impl Stall {
    /// What follows from one look. Asks for a restart only when every signal of work has been still for the whole
    /// period, in two looks, and the processor until the last one; a failed look changes nothing.
    pub fn step(self, look: &StallLook<'_>, now: Now) -> Step<Self> {
        if look.agent.watch != Watch::HealStall {
            return Step::to(Self::Working);
        }
        let screen = match look.screen {
            Seen::Known(screen) => screen,
            Seen::Absent => return Step::to(Self::Working),
            Seen::Unknown(_) => return Step::to(self),
        };
        match (look.activity, look.state.evidence_at) {
            (Activity::Unknown, _) => Step::to(self),
            (Activity::Active, _) | (Activity::Idle, None) => Step::to(Self::Working),
            (Activity::Idle, Some(since)) => self.idle(since, screen, look, now),
        }
    }

    fn idle(
        self,
        since: Moment,
        screen: &ScreenSeen,
        look: &StallLook<'_>,
        now: Now,
    ) -> Step<Self> {
        let read = promise::last_on(&screen.rows, now);
        let vow = match &read {
            Promise::Until(until) => Some(Vow::of(*until, self.vow(), look.timing, now)),
            Promise::None | Promise::Unreadable(_) => None,
        };
        let stalls_at = since.after(look.backend.stall_idle);
        let step = match vow {
            Some(vow) if now.at < vow.due.after(look.timing.stall_grace) => {
                let (until, ends) = (vow.until, vow.due.after(look.timing.stall_grace));
                Step::to(Self::Promised { idle_since: since, vow })
                    .because(Note::Stall(StallNote::Promise { until, ends }))
            }
            Some(_) | None if now.at < stalls_at => Step::to(Self::Idle { since, vow })
                .because(Note::Stall(StallNote::Idle { since, stalls_at })),
            Some(_) | None if look.unsettled => Step::to(Self::Idle { since, vow })
                .because(Note::Stall(StallNote::Unsettled { since })),
            Some(_) | None => self.accuse(since, vow, look, now),
        };
        about_promise(step, &read, vow, &look.agent.name, now)
    }

    /// The whole period is over without a sign of work.
    fn accuse(self, since: Moment, vow: Option<Vow>, look: &StallLook<'_>, now: Now) -> Step<Self> {
        if let Err(doubt) = prove(look) {
            return doubt.hold(since, vow);
        }
        let read = Reading::of(look.processes, now);
        let Self::Suspect { suspected_at, reading, .. } = self else {
            return Self::suspect(since, now.at, vow, read);
        };
        match Rest::told(reading, suspected_at, look.processes, now) {
            Rest::Untold => Self::suspect(since, suspected_at, vow, reading.or(read)),
            // The reading stays: if this look is doubted, the next one at once compares as much.
            Rest::Rests => Step::to(Self::Suspect { since, suspected_at, vow, reading })
                .wish(Wish::Restart(reproach(since, vow))),
            Rest::Stirs { used, within } => {
                let reason = format!(
                    "its processes used {:.1} s of processor time within the last {} s, and may have begun to work",
                    used.as_secs_f64(),
                    within.as_secs()
                );
                Step::to(Self::Suspect { since, suspected_at, vow, reading: read })
                    .because(Note::Stall(StallNote::NotProven { since, reason }))
            }
        }
    }

    fn suspect(
        since: Moment,
        suspected_at: Moment,
        vow: Option<Vow>,
        reading: Option<Reading>,
    ) -> Step<Self> {
        Step::to(Self::Suspect { since, suspected_at, vow, reading })
            .because(Note::Stall(StallNote::Suspected { since }))
    }

    /// When a closer look can tell; for one that is suspected.
    pub(crate) fn told_at(&self) -> Option<Moment> {
        match self {
            Self::Suspect { suspected_at, reading, .. } => {
                Some(Reading::told_at(*reading, *suspected_at))
            }
            Self::Working | Self::Idle { .. } | Self::Promised { .. } => None,
        }
    }

    fn vow(&self) -> Option<Vow> {
        match self {
            Self::Working => None,
            Self::Idle { vow, .. } | Self::Suspect { vow, .. } => *vow,
            Self::Promised { vow, .. } => Some(*vow),
        }
    }
}

impl Vow {
    /// The promise read now; the same one as `known` when it names the same time.
    fn of(until: DateTime<Utc>, known: Option<Vow>, timing: &Timing, now: Now) -> Self {
        if let Some(known) = known.filter(|known| known.until == until) {
            return known;
        }
        let (due, too_far) = match (until - now.wall).to_std() {
            Ok(ahead) => (now.at.after(ahead.min(timing.promise_cap)), ahead > timing.promise_cap),
            Err(_) => {
                let past = (now.wall - until).num_milliseconds();
                (Moment(now.at.0.saturating_sub(u64::try_from(past).unwrap_or(0))), false)
            }
        };
        Self { until, first_seen: now.at, due, too_far }
    }
}

/// Why nothing may be ended yet.
struct Doubt {
    reason: String,
    alarm: Option<Wish>,
}

impl Doubt {
    fn of(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), alarm: None }
    }

    fn hold(self, since: Moment, vow: Option<Vow>) -> Step<Stall> {
        let note = StallNote::NotProven { since, reason: self.reason };
        let step = Step::to(Stall::Idle { since, vow }).because(Note::Stall(note));
        match self.alarm {
            Some(alarm) => step.wish(alarm),
            None => step,
        }
    }
}

/// Whether the stillness proves enough to end a process.
fn prove(look: &StallLook<'_>) -> Result<(), Doubt> {
    if look.backend.active_re.is_some() && !look.state.ever_active && look.state.moved {
        let reason = format!(
            "`active_re` of backend `{}` has never matched, although the screen moved: the pattern may be out of date",
            look.backend.name
        );
        let text = format!("{reason}; stalls are not judged until it matches");
        return Err(Doubt { reason, alarm: Some(Wish::Alarm { key: "stall-detector", text }) });
    }
    match look.processes {
        Seen::Known(_) => Ok(()),
        Seen::Unknown(cause) => Err(Doubt::of(format!("its processes cannot be seen: {cause}"))),
        // Without processes the log is the second signal; the screen alone proves nothing.
        Seen::Absent => match look.log_age {
            Some(age) if age >= look.backend.stall_idle => Ok(()),
            Some(_) => Err(Doubt::of("its log was written to lately")),
            None => Err(Doubt::of("only its screen is known, neither its processes nor a log")),
        },
    }
}

/// What the agent is restarted for.
fn reproach(since: Moment, vow: Option<Vow>) -> Why {
    let how = match vow {
        // Signs of work after the promised time: it was kept, and what remains is a stale marker.
        Some(vow) if since > vow.due => "and its WAITING-UNTIL marker is from before",
        Some(_) => "and it did not go on at the time of its WAITING-UNTIL marker",
        None => "and its screen shows no WAITING-UNTIL marker",
    };
    Why::Stall { since: Some(since), how: how.to_owned() }
}

fn about_promise(
    step: Step<Stall>,
    read: &Promise,
    vow: Option<Vow>,
    name: &AgentName,
    now: Now,
) -> Step<Stall> {
    match (read, vow) {
        (Promise::Unreadable(text), _) => {
            step.because(Note::Stall(StallNote::PromiseUnreadable { text: text.clone() }))
        }
        (_, Some(vow)) if vow.too_far => {
            let Vow { until, due, .. } = vow;
            let note = Note::Stall(StallNote::PromiseTooFar { until, due });
            let text = note.told(&Telling::decided(Some(name), now));
            step.because(note).wish(Wish::Alarm { key: "promise-too-far", text })
        }
        (Promise::None | Promise::Until(_), _) => step,
    }
}
