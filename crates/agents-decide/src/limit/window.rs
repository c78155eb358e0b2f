//! When does a usage window end, and what did the probe find?

use std::time::Duration;

use agents_config::Timing;
use chrono::{DateTime, TimeDelta, Utc};

use super::found::{Found, GoesOn, LimitSource};
use super::{LASTS, LASTS_DAYS, Limit, LimitLook, LimitNote, ProbeState, probe_text, reset};
use crate::sentence::Telling;
use crate::{Moment, Note, Now, Stamp, Step, Wish};

/// The longest time between two probes when no banner says when the window ends.
const SLOWEST_PROBES: Duration = Duration::from_secs(30 * 60);

/// After so many probes in vain the operator hears of it.
const ALARM_PROBES: u32 = 3;

/// A probe that could not be typed for so long counts as one in vain; a program that has not gone on by itself for so
/// long does not do so any more.
const PROBE_PATIENCE: Duration = Duration::from_secs(30 * 60);

/// A window that lasts longer is told at once: somebody may want to change the plan or the account.
const DAYS: TimeDelta = TimeDelta::hours(24);

/// [`Limit::Held`].
pub(super) struct Window {
    pub since: Moment,
    pub probe_at: Moment,
    pub until: Option<DateTime<Utc>>,
    pub banner: String,
    pub probes: u32,
    pub source: LimitSource,
    pub goes_on: GoesOn,
}

impl Window {
    pub(super) fn open(
        since: Moment,
        found: Found,
        probes: u32,
        timing: &Timing,
        now: Now,
    ) -> Self {
        let ends = ends(&found, timing, now);
        let Found { row: banner, source, goes_on, .. } = found;
        let (probe_at, until) = (now.at, None);
        let mut window = Self { since, probe_at, until, banner, probes, source, goes_on };
        let patience = pause(timing, probes);
        match ends {
            Some(Ends { at: until, is_exact }) => {
                let ahead = (until - now.wall).to_std().unwrap_or(Duration::ZERO);
                // A provider that says "soon" after each probe is asked no more often than one that says nothing.
                let least = if probes == 0 { Duration::ZERO } else { patience };
                let span = ahead.max(least);
                let span = if is_exact { span } else { span.min(timing.limit_hold_cap) };
                window.until = later(now.wall, span.max(ahead));
                window.probe_at = now.at.after(span);
            }
            None => window.probe_at = now.at.after(patience.min(timing.limit_hold_cap)),
        }
        window
    }

    /// Whether it lasts for longer than a day.
    pub(super) fn lasts_days(&self, now: Now) -> bool {
        self.until.is_some_and(|until| until - now.wall > DAYS)
    }

    pub(super) fn into_limit(self) -> Limit {
        let Self { since, probe_at, until, banner, probes, source, goes_on } = self;
        Limit::Held { since, probe_at, until, banner, probes, source, goes_on }
    }

    pub(super) fn step(self, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
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
            return lifted((Some(self.banner), self.source), "it works again", now);
        }
        let Some(found) = look.found(&tail) else {
            return lifted((None, self.source), "its screen shows it no longer", now);
        };
        let is_new = found.source != self.source;
        if over && !(is_new && found.source.told_ms().is_some()) {
            return self.end(found.goes_on, look, now);
        }
        if found.row == self.banner && !is_new && self.until.is_some() {
            return Self { goes_on: found.goes_on, ..self }.hold();
        }
        let goes_on = found.goes_on;
        let window = self.reread(found, look, now);
        // A new refusal that names no later end changes nothing about the probe that is due.
        if over && window.probe_at <= now.at {
            return window.end(goes_on, look, now);
        }
        window.hold()
    }

    /// The banner reads otherwise, or the time was not drawn with it: it may say better when the window ends, but the
    /// hold stays bounded by its start.
    fn reread(self, found: Found, look: &LimitLook<'_>, now: Now) -> Self {
        let is_exact = ends(&found, look.timing, now).is_some_and(|ends| ends.is_exact);
        let fresh = Self::open(self.since, found, self.probes, look.timing, now);
        let latest = self.since.after(look.timing.limit_hold_cap);
        let latest = if is_exact { fresh.probe_at } else { latest };
        match fresh.until {
            Some(_) => Self { probe_at: fresh.probe_at.min(latest), ..fresh },
            None => {
                let Self { banner, source, goes_on, .. } = fresh;
                Self { banner, source, goes_on, ..self }
            }
        }
    }

    fn hold(self) -> Step<Limit> {
        let note = match self.goes_on {
            GoesOn::No => LimitNote::Holding { until: self.until, probe_at: self.probe_at },
            GoesOn::Told | GoesOn::Shown => LimitNote::GoesOn { until: self.until },
        };
        Step::to(self.into_limit()).because(Note::Limit(note))
    }

    /// The window should be over, and the limit still stands there.
    fn end(mut self, goes_on: GoesOn, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        self.goes_on = goes_on;
        let late = now.at.since(self.probe_at);
        let patience = PROBE_PATIENCE.saturating_sub(late);
        match self.goes_on {
            GoesOn::No if look.waits => {
                Step::to(self.into_limit()).because(Note::Limit(LimitNote::WaitsForAccount))
            }
            GoesOn::No => self.probe(look, now),
            // Whoever types at a program that counts down calls it off.
            GoesOn::Told | GoesOn::Shown if !patience.is_zero() => self.hold(),
            GoesOn::Told => self.probe(look, now),
            GoesOn::Shown => {
                let note = Note::Limit(LimitNote::DidNotGoOn { until: self.until });
                let text = note.told(&Telling::decided(Some(&look.agent.name), now));
                Step::to(self.into_limit()).because(note).wish(Wish::Alarm { key: LASTS, text })
            }
        }
    }

    fn probe(self, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        let Self { banner, probes, source, .. } = self;
        Step::to(Limit::Probing { since: now.at, taken_at: None, banner, probes, source })
            .wish(Wish::Probe { text: probe_text(look.agent).to_owned() })
            .because(Note::Limit(LimitNote::Probing { probes: probes.saturating_add(1) }))
    }
}

/// [`Limit::Probing`].
pub(super) struct Probe {
    pub since: Moment,
    pub taken_at: Option<Moment>,
    pub banner: String,
    pub probes: u32,
    pub source: LimitSource,
}

impl Probe {
    pub(super) fn step(mut self, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        if look.is_gone() {
            return lifted((None, LimitSource::Pattern), "its session ended", now);
        }
        let Some(tail) = look.tail() else { return self.wait() };
        if look.pattern_active {
            return lifted((Some(self.banner), self.source), "it works again", now);
        }
        let found = look.found(&tail);
        match look.probe {
            ProbeState::Waiting | ProbeState::Typed => {
                if now.at.since(self.since) >= PROBE_PATIENCE {
                    return self.in_vain(found, look, now);
                }
                // A draft of the probe hides the banner above it, which proves nothing.
                let is_bare = found.is_none() && !tail.below_probe;
                if is_bare && look.probe == ProbeState::Waiting {
                    return lifted((None, self.source), "its screen shows it no longer", now);
                }
                self.wait()
            }
            ProbeState::NotOwed | ProbeState::Seen => {
                let taken_at = *self.taken_at.get_or_insert(now.at);
                let settled = now.at.since(taken_at) >= look.timing.signal_interval;
                let told = found.as_ref().and_then(|found| found.source.told_ms());
                match (found, told) {
                    // The program has said nothing since: what it said before the probe is no answer to it.
                    (Some(found), Some(_)) if found.source == self.source => {
                        match look.on_screen(&tail) {
                            _ if !settled => self.wait(),
                            found @ Some(_) if tail.below_probe || look.shown.is_some() => {
                                self.in_vain(found, look, now)
                            }
                            Some(_) | None => lifted(
                                (Some(self.banner), self.source),
                                "the program says nothing of it after the probe",
                                now,
                            ),
                        }
                    }
                    (found @ Some(_), Some(_)) => self.in_vain(found, look, now),
                    (found @ Some(_), None) if tail.below_probe || settled => {
                        self.in_vain(found, look, now)
                    }
                    (None, _) if settled => lifted(
                        (Some(self.banner), self.source),
                        "the answer to the probe does not show it again",
                        now,
                    ),
                    // The answer to the probe may still be on its way.
                    (Some(_) | None, _) => self.wait(),
                }
            }
        }
    }

    fn wait(self) -> Step<Limit> {
        let Self { since, taken_at, banner, probes, source } = self;
        Step::to(Limit::Probing { since, taken_at, banner, probes, source })
            .because(Note::Limit(LimitNote::Probing { probes: probes.saturating_add(1) }))
    }

    fn in_vain(self, found: Option<Found>, look: &LimitLook<'_>, now: Now) -> Step<Limit> {
        let probes = self.probes.saturating_add(1);
        let found = found.unwrap_or_else(|| Found {
            row: self.banner,
            texts: Vec::new(),
            exact: None,
            goes_on: GoesOn::No,
            source: self.source,
        });
        let window = Window::open(now.at, found, probes, look.timing, now);
        let lasts_days = window.lasts_days(now);
        let note = Note::Limit(LimitNote::StillLimited { probes, probe_at: window.probe_at });
        let text = note.told(&Telling::decided(Some(&look.agent.name), now));
        let step = Step::to(window.into_limit()).because(note);
        if probes != ALARM_PROBES && !lasts_days {
            return step;
        }
        step.wish(Wish::Alarm { key: if lasts_days { LASTS_DAYS } else { LASTS }, text })
    }
}

/// `over`: the row and the source of what is no limit any more.
fn lifted(over: (Option<String>, LimitSource), how: &str, now: Now) -> Step<Limit> {
    let (dismissed, source) = over;
    let settled = source.told_ms().map(|told_ms| Stamp::read(told_ms, now));
    Step::to(Limit::Clear { dismissed, settled })
        .because(Note::Limit(LimitNote::Lifted { how: how.to_owned() }))
}

/// An announced end.
struct Ends {
    /// With slack: banners round down, and a probe that comes early costs a turn.
    at: DateTime<Utc>,
    /// The program itself knows it; what a screen says may be a quote, and is held no longer than `limit_hold_cap`.
    is_exact: bool,
}

fn ends(found: &Found, timing: &Timing, now: Now) -> Option<Ends> {
    let exact = found.exact.filter(|at| *at - now.wall <= reset::FARTHEST);
    if let Some(at) = exact.and_then(|at| later(at, timing.limit_reset_slack)) {
        return Some(Ends { at, is_exact: true });
    }
    // A record's words count from when they were written.
    let written = found.source.told_ms().and_then(DateTime::from_timestamp_millis);
    let read = Now { wall: written.map_or(now.wall, |at| at.min(now.wall)), ..now };
    let at = found.texts.iter().find_map(|text| announced(text, timing, read))?;
    Some(Ends { at, is_exact: false })
}

/// The reset that a banner announces, with slack.
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
pub(crate) fn pause(timing: &Timing, probes: u32) -> Duration {
    let doubled = timing.limit_probe_fallback.saturating_mul(1 << probes.min(16));
    doubled.min(SLOWEST_PROBES.max(timing.limit_probe_fallback))
}

/// `None` past the end of the calendar.
fn later(at: DateTime<Utc>, span: Duration) -> Option<DateTime<Utc>> {
    at.checked_add_signed(TimeDelta::from_std(span).ok()?)
}
