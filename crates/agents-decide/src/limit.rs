//! Is the agent inside a usage window? While it is, nothing else judges it.

mod banner;
mod found;
mod judge;
pub(crate) mod own_rows;
pub mod reset;
#[cfg(test)]
mod tests;
mod window;

use agents_config::{Agent, Backend, Kind, Pattern, Timing};
use chrono::{DateTime, Utc};

use crate::rows::digest;
use crate::sentence::Telling;
use crate::{Moment, Note, Now, PaneSeen, ScreenSeen, Seen, Shown, Stamp, Step, Told, Wish};

pub(crate) use banner::{TAIL_ROWS, Tail, TailRead};
pub use found::{GoesOn, LimitSource};
pub(crate) use judge::step;
pub(crate) use window::pause;
use window::{Probe, Window};

/// The alarm about a window that lasts.
pub(crate) const LASTS: &str = "limit-stays";
/// The alarm about a window that is announced to last for days.
pub(crate) const LASTS_DAYS: &str = "weekly-limit";

/// The usage-limit machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Limit {
    /// No window.
    Clear {
        /// A banner row that a probe has proved to be old or quoted text.
        dismissed: Option<String>,
        /// Up to then, what the program itself said of a limit is over.
        #[serde(default, alias = "settled_ms")]
        settled: Option<Stamp>,
    },
    /// The provider refuses work.
    Held {
        since: Moment,
        /// When the probe is due at the latest, in fleet time.
        probe_at: Moment,
        /// The announced reset with its slack; a probe is due when the wall clock passes it.
        until: Option<DateTime<Utc>>,
        banner: String,
        /// How many probes of this window were in vain.
        probes: u32,
        /// What says so.
        #[serde(default)]
        source: LimitSource,
        /// Whether the program goes on by itself, so that nobody has to type at it.
        #[serde(default)]
        goes_on: GoesOn,
    },
    /// The probe is owed or under way since.
    Probing {
        since: Moment,
        /// When the program was first seen to have taken it.
        taken_at: Option<Moment>,
        banner: String,
        /// How many probes of this window were in vain before this one.
        probes: u32,
        /// What said so.
        #[serde(default)]
        source: LimitSource,
    },
}

impl Default for Limit {
    fn default() -> Self {
        Self::Clear { dismissed: None, settled: None }
    }
}

/// What one look tells the usage-limit machine.
#[derive(Debug, Clone, Copy)]
pub struct LimitLook<'a> {
    pub agent: &'a Agent,
    pub backend: &'a Backend,
    pub timing: &'a Timing,
    pub pane: &'a Seen<PaneSeen>,
    pub screen: &'a Seen<ScreenSeen>,
    /// What the screen shows by the rules of a preset, which then count instead of the backend's pattern.
    pub shown: Option<&'a Shown>,
    /// What the program itself says, which counts before anything that stands on its screen.
    pub told: Option<&'a Told>,
    /// [`crate::ActivityState::pattern_active`]: the log does not count here, since it also grows when a banner is drawn.
    pub pattern_active: bool,
    /// Texts that we typed or gave as a prompt: rows that merely show them are no banner.
    pub own_texts: &'a [&'a str],
    pub probe: ProbeState,
    /// Another agent of its account is probed first: this one waits, also when its window should be over.
    pub waits: bool,
}

/// How far the probe message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ProbeState {
    /// There is none: it was done with, given up or forgotten.
    NotOwed,
    /// It waits for its turn.
    Waiting,
    /// It stands in the composer.
    Typed,
    /// The program has taken it.
    Seen,
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LimitNote {
    /// `probe_at`: when the probe is due at the latest.
    Entered {
        banner: String,
        until: Option<DateTime<Utc>>,
        probe_at: Moment,
        #[serde(default)]
        source: LimitSource,
        #[serde(default)]
        goes_on: GoesOn,
    },
    Holding {
        until: Option<DateTime<Utc>>,
        probe_at: Moment,
    },
    /// It goes on by itself when the window ends; nothing is typed at it.
    GoesOn {
        until: Option<DateTime<Utc>>,
    },
    /// Its window should be over, and it has not gone on by itself, as it said that it would.
    DidNotGoOn {
        until: Option<DateTime<Utc>>,
    },
    /// Its window should be over; another agent of its account is probed first.
    WaitsForAccount,
    /// The session ended inside the window, and the window is over.
    WindowOver,
    /// `probes`: which probe of this window it is, from 1.
    Probing {
        probes: u32,
    },
    Lifted {
        how: String,
    },
    StillLimited {
        probes: u32,
        probe_at: Moment,
    },
    /// The session ended inside the window; it starts again when the window is over, by `over_by`.
    GoneInside {
        over_by: Moment,
    },
}

/// The text of a probe. It asks for nothing but to go on, so it does no harm when the window was never closed.
#[must_use]
pub fn probe_text(agent: &Agent) -> &'static str {
    match agent.kind {
        Kind::Loop | Kind::Task => {
            "Watchdog probe: your window should be open again. Pull, read the status and review files of your phase, and go on where you stopped."
        }
        Kind::Persistent | Kind::Orchestrator => {
            "Watchdog probe: your window should be open again. Look where things stand, and go on where you stopped."
        }
    }
}

impl Limit {
    /// Whether the agent is inside a window: no other machine judges it then.
    #[must_use]
    pub fn silences(&self) -> bool {
        match self {
            Self::Held { .. } | Self::Probing { .. } => true,
            Self::Clear { .. } => false,
        }
    }

    /// What follows from one look. Never a restart: a probe is the strongest thing that this machine does.
    pub fn step(self, look: &LimitLook<'_>, now: Now) -> Step<Self> {
        match self {
            Self::Clear { dismissed, settled } => clear(dismissed, settled, look, now),
            Self::Held { since, probe_at, until, banner, probes, source, goes_on } => {
                Window { since, probe_at, until, banner, probes, source, goes_on }.step(look, now)
            }
            Self::Probing { since, taken_at, banner, probes, source } => {
                Probe { since, taken_at, banner, probes, source }.step(look, now)
            }
        }
    }

    /// When the next probe is due at the latest, and the announced reset with its slack; `None` outside a window.
    #[must_use]
    pub fn due(&self) -> Option<(Moment, Option<DateTime<Utc>>)> {
        match self {
            Self::Held { probe_at, until, .. } => Some((*probe_at, *until)),
            Self::Probing { since, .. } => Some((*since, None)),
            Self::Clear { .. } => None,
        }
    }

    /// The account serves again: a window whose end is not known to be later is probed at the next look.
    pub(crate) fn follow(&mut self, now: Now) {
        if let Self::Held { probe_at, until, .. } = self
            && until.is_none_or(|until| until <= now.wall)
        {
            *probe_at = now.at.min(*probe_at);
        }
    }
}

impl LimitLook<'_> {
    /// What the end of the screen says, when it was seen. Where the rules of a preset read it, no pattern does.
    fn tail(&self) -> Option<TailRead> {
        let rows = &self.screen.known()?.rows;
        let pattern = self.backend.limit_re.as_ref().filter(|_| self.shown.is_none());
        let probe = probe_text(self.agent);
        let by = digest((pattern.map(Pattern::digest), probe, self.own_texts));
        Some(
            rows.kept().limit.get(by, || Tail::of(rows, Some(probe), self.own_texts).read(pattern)),
        )
    }

    /// Whether the program has certainly ended.
    fn is_gone(&self) -> bool {
        match self.pane {
            Seen::Known(pane) => pane.dead.is_some(),
            Seen::Absent => true,
            Seen::Unknown(_) => false,
        }
    }
}

fn clear(
    dismissed: Option<String>,
    settled: Option<Stamp>,
    look: &LimitLook<'_>,
    now: Now,
) -> Step<Limit> {
    if look.is_gone() {
        return Step::to(Limit::default());
    }
    let stays = |dismissed| Step::to(Limit::Clear { dismissed, settled });
    let Some(tail) = look.tail() else { return stays(dismissed) };
    let Some(found) = look.found(&tail) else { return stays(None) };
    let is_settled = match found.source.told_ms() {
        Some(told_ms) => settled.is_some_and(|settled| !settled.is_before(told_ms, now)),
        // What stands below the probe was printed after it, also when it reads the same.
        None => !tail.below_probe && dismissed.as_ref() == Some(&found.row),
    };
    if look.pattern_active || is_settled {
        return stays(dismissed);
    }
    let window = Window::open(now.at, found, 0, look.timing, now);
    let entered = LimitNote::Entered {
        banner: window.banner.clone(),
        until: window.until,
        probe_at: window.probe_at,
        source: window.source.clone(),
        goes_on: window.goes_on,
    };
    let lasts_days = window.lasts_days(now);
    let step = Step::to(window.into_limit());
    if lasts_days {
        let text = Note::Limit(entered.clone());
        let text = text.told(&Telling::decided(Some(&look.agent.name), now));
        return step.because(Note::Limit(entered)).wish(Wish::Alarm { key: LASTS_DAYS, text });
    }
    step.because(Note::Limit(entered))
}
