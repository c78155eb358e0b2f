//! Is the agent inside a usage window? While it is, nothing else judges it.

mod banner;
pub(crate) mod own_rows;
pub mod reset;
#[cfg(test)]
mod tests;
mod told;

use std::time::Duration;

use agents_config::{Agent, Backend, Kind, Timing};
use chrono::{DateTime, TimeDelta, Utc};

use crate::sentence::Telling;
use crate::{Moment, Note, Now, PaneSeen, ScreenSeen, Seen, Shown, ShownState, Step, Told, Wish};

use banner::Banner;
pub(crate) use banner::{TAIL_ROWS, Tail};

/// The longest time between two probes when no banner says when the window ends.
const SLOWEST_PROBES: Duration = Duration::from_secs(30 * 60);

/// After so many probes in vain the operator hears of it.
const ALARM_PROBES: u32 = 3;

/// A probe that could not be typed for so long counts as one in vain.
const PROBE_PATIENCE: Duration = Duration::from_secs(30 * 60);

/// The usage-limit machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Limit {
    /// No window. `dismissed`: a banner row that a probe has proved to be old or quoted text.
    Clear { dismissed: Option<String> },
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
    },
    /// The probe is owed or under way since.
    Probing {
        since: Moment,
        /// When the program was first seen to have taken it.
        taken_at: Option<Moment>,
        banner: String,
        /// How many probes of this window were in vain before this one.
        probes: u32,
    },
}

impl Default for Limit {
    fn default() -> Self {
        Self::Clear { dismissed: None }
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
    /// What the program itself tells, which then counts instead of its screen.
    pub told: Option<&'a Told>,
    /// [`crate::ActivityState::pattern_active`]: the log does not count here, since it also grows when a banner is drawn.
    pub pattern_active: bool,
    /// Texts that we typed or gave as a prompt: rows that merely show them are no banner.
    pub own_texts: &'a [String],
    pub probe: ProbeState,
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
    },
    Holding {
        until: Option<DateTime<Utc>>,
        probe_at: Moment,
    },
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
            Self::Clear { dismissed } => clear(dismissed, look, now),
            Self::Held { since, probe_at, until, banner, probes } => {
                Window { since, probe_at, until, banner, probes }.step(look, now)
            }
            Self::Probing { since, taken_at, banner, probes } => {
                Probe { since, taken_at, banner, probes }.step(look, now)
            }
        }
    }
}

impl LimitLook<'_> {
    /// The rows that may hold a banner, when the screen was seen.
    fn tail(&self) -> Option<Tail<'_>> {
        let screen = self.screen.known()?;
        Some(Tail::of(&screen.rows, Some(probe_text(self.agent)), self.own_texts))
    }

    fn banner_in(&self, tail: &Tail<'_>) -> Option<Banner> {
        if let Some(told) = self.told {
            return told::banner(told, self.shown);
        }
        if let Some(shown) = self.shown {
            let is_limited = shown.state == ShownState::Limited;
            let texts = shown.reset_text.iter().cloned().collect();
            return is_limited.then(|| Banner { row: shown.proof.clone(), texts, until: None });
        }
        tail.banner(self.backend.limit_re.as_ref()?)
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

fn clear(dismissed: Option<String>, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
    if look.is_gone() {
        return Step::to(Limit::default());
    }
    let Some(tail) = look.tail() else { return Step::to(Limit::Clear { dismissed }) };
    match look.banner_in(&tail) {
        None => Step::to(Limit::default()),
        Some(_) if look.pattern_active => Step::to(Limit::Clear { dismissed }),
        // What stands below the probe was printed after it, also when it reads the same.
        Some(found) if !tail.below_probe && dismissed.as_ref() == Some(&found.row) => {
            Step::to(Limit::Clear { dismissed })
        }
        Some(found) => {
            let window = Window::open(now.at, found, 0, look.timing, now);
            let (banner, until) = (window.banner.clone(), window.until);
            let entered = LimitNote::Entered { banner, until, probe_at: window.probe_at };
            Step::to(window.into_limit()).because(Note::Limit(entered))
        }
    }
}

/// [`Limit::Held`].
struct Window {
    since: Moment,
    probe_at: Moment,
    until: Option<DateTime<Utc>>,
    banner: String,
    probes: u32,
}

impl Window {
    fn open(since: Moment, found: Banner, probes: u32, timing: &Timing, now: Now) -> Self {
        let mut window = Self { since, probe_at: now.at, until: None, banner: found.row, probes };
        let patience = pause(timing, probes);
        let exact = found.until.and_then(|until| later(until, timing.limit_reset_slack));
        let announced = || found.texts.iter().find_map(|text| announced(text, timing, now));
        match exact.or_else(announced) {
            Some(until) => {
                let ahead = (until - now.wall).to_std().unwrap_or(Duration::ZERO);
                // A provider that says "soon" after each probe is asked no more often than one that says nothing.
                let least = if probes == 0 { Duration::ZERO } else { patience };
                let span = ahead.max(least).min(timing.limit_hold_cap);
                window.until = later(now.wall, span.max(ahead));
                window.probe_at = now.at.after(span);
            }
            None => window.probe_at = now.at.after(patience.min(timing.limit_hold_cap)),
        }
        window
    }

    fn into_limit(self) -> Limit {
        let Self { since, probe_at, until, banner, probes } = self;
        Limit::Held { since, probe_at, until, banner, probes }
    }

    fn step(self, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        let over = now.at >= self.probe_at || self.until.is_some_and(|until| now.wall >= until);
        if look.is_gone() {
            return if over {
                Step::to(Limit::default()).because(Note::Limit(LimitNote::WindowOver))
            } else {
                let over_by = self.probe_at;
                Step::to(self.into_limit()).because(Note::Limit(LimitNote::GoneInside { over_by }))
            };
        }
        let Some(tail) = look.tail() else { return self.hold() };
        if look.pattern_active {
            return lifted(Limit::Clear { dismissed: Some(self.banner) }, "it works again");
        }
        let Some(found) = look.banner_in(&tail) else {
            return lifted(Limit::default(), "its screen shows it no longer");
        };
        if over {
            return self.probe(look, now);
        }
        if found.row == self.banner && self.until.is_some() {
            return self.hold();
        }
        self.reread(found, look, now)
    }

    /// The banner reads otherwise, or the time was not drawn with it: it may say better when the window ends, but the
    /// hold stays bounded by its start.
    fn reread(self, found: Banner, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        let fresh = Self::open(self.since, found, self.probes, look.timing, now);
        let latest = self.since.after(look.timing.limit_hold_cap);
        let window = match fresh.until {
            Some(_) => Self { probe_at: fresh.probe_at.min(latest), ..fresh },
            None => Self { banner: fresh.banner, ..self },
        };
        window.hold()
    }

    fn hold(self) -> Step<Limit> {
        let note = LimitNote::Holding { until: self.until, probe_at: self.probe_at };
        Step::to(self.into_limit()).because(Note::Limit(note))
    }

    fn probe(self, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        let Self { banner, probes, .. } = self;
        Step::to(Limit::Probing { since: now.at, taken_at: None, banner, probes })
            .wish(Wish::Probe { text: probe_text(look.agent).to_owned() })
            .because(Note::Limit(LimitNote::Probing { probes: probes + 1 }))
    }
}

/// [`Limit::Probing`].
struct Probe {
    since: Moment,
    taken_at: Option<Moment>,
    banner: String,
    probes: u32,
}

impl Probe {
    fn step(mut self, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        if look.is_gone() {
            return lifted(Limit::default(), "its session ended");
        }
        let Some(tail) = look.tail() else { return self.wait() };
        if look.pattern_active {
            return lifted(Limit::Clear { dismissed: Some(self.banner) }, "it works again");
        }
        let found = look.banner_in(&tail);
        match look.probe {
            ProbeState::Waiting | ProbeState::Typed => {
                if now.at.since(self.since) >= PROBE_PATIENCE {
                    return self.in_vain(found, look, now);
                }
                // A draft of the probe hides the banner above it, which proves nothing.
                let is_bare = found.is_none() && !tail.below_probe;
                if is_bare && look.probe == ProbeState::Waiting {
                    return lifted(Limit::default(), "its screen shows it no longer");
                }
                self.wait()
            }
            ProbeState::NotOwed | ProbeState::Seen => {
                let taken_at = *self.taken_at.get_or_insert(now.at);
                let settled = now.at.since(taken_at) >= look.timing.signal_interval;
                // What the program told before it took the probe is no answer to it.
                let is_old = look.told.is_some_and(|told| told::is_before(told, taken_at, now));
                match found {
                    Some(_) if (tail.below_probe && !is_old) || settled => {
                        self.in_vain(found, look, now)
                    }
                    None if settled => lifted(
                        Limit::Clear { dismissed: Some(self.banner) },
                        "the answer to the probe does not show it again",
                    ),
                    // The answer to the probe may still be on its way.
                    Some(_) | None => self.wait(),
                }
            }
        }
    }

    fn wait(self) -> Step<Limit> {
        let Self { since, taken_at, banner, probes } = self;
        Step::to(Limit::Probing { since, taken_at, banner, probes })
            .because(Note::Limit(LimitNote::Probing { probes: probes + 1 }))
    }

    fn in_vain(self, found: Option<Banner>, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        let probes = self.probes.saturating_add(1);
        let found =
            found.unwrap_or_else(|| Banner { row: self.banner, texts: Vec::new(), until: None });
        let window = Window::open(now.at, found, probes, look.timing, now);
        let note = Note::Limit(LimitNote::StillLimited { probes, probe_at: window.probe_at });
        let text = note.told(&Telling::decided(Some(&look.agent.name), now));
        let step = Step::to(window.into_limit()).because(note);
        if probes != ALARM_PROBES {
            return step;
        }
        step.wish(Wish::Alarm { key: "limit-stays", text })
    }
}

fn lifted(next: Limit, how: &str) -> Step<Limit> {
    Step::to(next).because(Note::Limit(LimitNote::Lifted { how: how.to_owned() }))
}

/// The reset that a banner announces, with slack: banners round down, and a probe that comes early costs a turn.
///
/// A time of day without a date that lies further ahead than the longest hold is more likely an old banner, whose time
/// has passed, than a window of a day.
fn announced(banner: &str, timing: &Timing, now: Now) -> Option<DateTime<Utc>> {
    let reset = reset::parse(banner, now)?;
    let ahead = (reset.at - now.wall).to_std().unwrap_or(Duration::ZERO);
    if !reset.dated && ahead > timing.limit_hold_cap {
        return None;
    }
    later(reset.at, timing.limit_reset_slack)
}

/// How long to wait for the next probe when nothing says when the window ends.
fn pause(timing: &Timing, probes: u32) -> Duration {
    let doubled = timing.limit_probe_fallback.saturating_mul(1 << probes.min(16));
    doubled.min(SLOWEST_PROBES.max(timing.limit_probe_fallback))
}

/// `None` past the end of the calendar.
fn later(at: DateTime<Utc>, span: Duration) -> Option<DateTime<Utc>> {
    at.checked_add_signed(TimeDelta::from_std(span).ok()?)
}
