//! Does the agent work?

#[cfg(test)]
pub(crate) mod fixture;
mod heard;
mod tail;
#[cfg(test)]
mod tests;

use std::time::Duration;

use agents_config::{Backend, Pattern, Timing};

use crate::standing::{self, Stand, Standing};
use crate::{MemberSeen, Moment, Now, Rows, ScreenSeen, Seen, Shown, ShownState};

pub use heard::LogMark;
pub(crate) use heard::{log_age, overhear};
pub(crate) use tail::{is_filler, numbered_tail, tail};

/// Rows from the end of the screen in which the active pattern counts; above them stand answers, which may quote it.
pub(crate) const BOTTOM_ROWS: usize = 12;

/// Work uses more of the processor than this share of the time; an idle TUI that blinks uses up to 2 %.
pub(crate) const WORKING_SHARE: f64 = 0.05;

/// How long a program draws its first screen; what changes later is its work.
const BOOT: Duration = Duration::from_secs(60);

/// The verdict of one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Activity {
    Active,
    Idle,
    /// The look failed, or says nothing.
    Unknown,
}

/// What is remembered of an agent's work between two looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ActivityState {
    /// When the screen was first seen since the start.
    pub first_at: Option<Moment>,
    /// Digest of the last screen.
    pub digest: Option<u64>,
    /// When the screen last changed.
    pub changed_at: Option<Moment>,
    /// Whether the screen changed after the program had time to draw its first one.
    pub moved: bool,
    /// When the active pattern was last seen on a screen that still moved.
    pub active_at: Option<Moment>,
    /// Whether the active pattern was ever seen since the start: a pattern that never matched proves nothing by its absence.
    pub ever_active: bool,
    /// CPU time at the start of the span that is being compared, and when that was.
    pub cpu: Option<(Moment, u64)>,
    /// Digest of the process set at the last look.
    pub processes: Option<u64>,
    /// When any signal of work was last seen: output, log, processor, new processes.
    pub evidence_at: Option<Moment>,
    /// What the log was dated when it was last seen to grow.
    #[serde(default)]
    pub log: Option<LogMark>,
}

/// What is known at one look.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub seen: &'a MemberSeen,
    pub standing: Option<&'a Standing>,
    /// It is suspected of a stall, and looked at more closely: a burst that would be nothing over the usual span is none
    /// over a short one either. What it means is then for the stall machine to say.
    pub is_accused: bool,
}

impl<'a> From<(&'a MemberSeen, Option<&'a Standing>)> for Known<'a> {
    fn from((seen, standing): (&'a MemberSeen, Option<&'a Standing>)) -> Self {
        Self { seen, standing, is_accused: false }
    }
}

/// Why the verdict.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ActivityNote {
    /// The program itself says that it works; `by`: how.
    Told {
        by: String,
    },
    /// It said so, but nothing was heard or seen of it since.
    ToldLongAgo {
        by: String,
        since: Moment,
    },
    /// The pattern matched this row, and the screen moves.
    PatternSeen {
        row: String,
        at: Moment,
    },
    /// The pattern matched, but the screen has stood still for so long that it proves nothing.
    PatternStale {
        row: String,
        since: Moment,
    },
    ScreenMoves,
    LogGrows,
    ProcessesWork,
    /// A program whose footer lingers works as long as its log is that young.
    LogYoung {
        grace: Duration,
    },
    /// No sign of work in this look.
    Idle {
        since: Moment,
    },
    /// Nothing is judged by a screen that cannot be seen.
    ScreenUnseen {
        cause: String,
    },
}

impl ActivityNote {
    /// Whether it tells of a sign of work in this very look.
    #[must_use]
    pub fn is_work(&self) -> bool {
        match self {
            Self::Told { .. }
            | Self::PatternSeen { .. }
            | Self::ScreenMoves
            | Self::LogGrows
            | Self::ProcessesWork
            | Self::LogYoung { .. } => true,
            Self::ToldLongAgo { .. }
            | Self::PatternStale { .. }
            | Self::Idle { .. }
            | Self::ScreenUnseen { .. } => false,
        }
    }
}

impl ActivityState {
    /// Whether the look at `now` found the active pattern on a moving screen; the log is not counted.
    #[must_use]
    pub fn pattern_active(&self, now: Now) -> bool {
        self.active_at == Some(now.at)
    }

    /// When the screen that this look found last changed.
    fn changed_with(&self, screen: &ScreenSeen, now: Now) -> Option<Moment> {
        if self.digest == Some(screen.digest) { self.changed_at } else { Some(now.at) }
    }

    fn evidence(&mut self, at: Moment) {
        self.evidence_at = self.evidence_at.max(Some(at));
    }
}

/// What all evidence together says that the program does; see [`standing::join`].
#[must_use]
pub fn stand(
    state: &ActivityState,
    before: Option<&Standing>,
    seen: &MemberSeen,
    timing: &Timing,
    now: Now,
) -> Option<Standing> {
    let changed_at =
        seen.screen.known().map_or(state.changed_at, |screen| state.changed_with(screen, now));
    let look = standing::Look {
        pane: &seen.pane,
        job: seen.job,
        told: seen.told.as_ref(),
        heard: seen.heard.as_ref(),
        shown: seen.shown.as_ref(),
        changed_at,
        longest_still: longest_still(timing),
        now,
    };
    standing::join(before, &look)
}

/// The verdict of this look, with what to remember and why.
///
/// What the program itself tells counts most. Without it `Active` only by the pattern, or by the log of a program whose
/// footer lingers. Every other signal of work moves `evidence_at`, which the stall machine measures from.
#[must_use]
pub fn judge(
    state: &ActivityState,
    backend: &Backend,
    known: Known<'_>,
    timing: &Timing,
    now: Now,
) -> (ActivityState, Activity, Vec<ActivityNote>) {
    let Known { seen, standing, is_accused } = known;
    let mut next = state.clone();
    let mut notes = Vec::new();
    let screen = match &seen.screen {
        Seen::Known(screen) => Ok(screen),
        Seen::Absent => return (next, Activity::Unknown, notes),
        Seen::Unknown(cause) => Err(cause),
    };
    heard::watch_processes(&mut next, (&seen.processes, is_accused), now, &mut notes);
    let log_active = heard::watch_log(&mut next, backend, seen, now, &mut notes);
    let screen = match screen {
        Ok(screen) => screen,
        Err(cause) => {
            notes.push(ActivityNote::ScreenUnseen { cause: cause.clone() });
            return (next, Activity::Unknown, notes);
        }
    };
    watch_screen(&mut next, screen, now, &mut notes);
    if seen.suspended().is_some() {
        // It cannot work, and its stillness says nothing of it.
        return (next, Activity::Unknown, notes);
    }
    let shown = seen.shown.as_ref();
    let told = standing.filter(|standing| standing.is_told);
    let log_active = log_active && told.is_none();
    let pattern_active = match told {
        Some(told) => watch_told(&mut next, (told, seen), timing, now, &mut notes),
        None => watch_pattern(&mut next, backend, (screen, shown), timing, now, &mut notes),
    };
    if log_active && !pattern_active {
        notes.push(ActivityNote::LogYoung { grace: backend.log_grace });
    }
    if pattern_active || log_active {
        return (next, Activity::Active, notes);
    }
    // A sign of work in this very look speaks for itself.
    let is_still = !notes.iter().any(ActivityNote::is_work);
    notes.extend(next.evidence_at.filter(|_| is_still).map(|since| ActivityNote::Idle { since }));
    (next, if is_judged(standing, shown) { Activity::Idle } else { Activity::Unknown }, notes)
}

/// Whether the lack of signs of work says anything.
fn is_judged(standing: Option<&Standing>, shown: Option<&Shown>) -> bool {
    let asks = shown.is_some_and(Shown::asks);
    let stands = standing.is_none_or(|standing| match standing.stand {
        Stand::WaitingInput | Stand::Unknown | Stand::Unauthenticated | Stand::Suspended => false,
        // A window that it told of and that was proved to be over is nobody's hang.
        Stand::Limited => !standing.is_told,
        Stand::Active | Stand::Idle | Stand::Failed | Stand::Exited => true,
    });
    !asks && stands
}

/// Whether the program says that it works, and gave any other sign of life of late: one that hangs says so for ever.
fn watch_told(
    next: &mut ActivityState,
    (told, seen): (&Standing, &MemberSeen),
    timing: &Timing,
    now: Now,
    notes: &mut Vec<ActivityNote>,
) -> bool {
    if !told.is_told_active() {
        return false;
    }
    // What lies ahead was heard before the wall clock was set back: one that hangs would say so for as long as that.
    let heard = [seen.heard.as_ref().map(|heard| heard.at_ms), told.since_ms];
    let heard =
        heard.into_iter().flatten().filter(|at_ms| !now.is_ahead(*at_ms)).max().unwrap_or(0);
    let silent = now.wall.timestamp_millis().saturating_sub(heard).max(0).cast_unsigned();
    let heard_at = now.at.before(Duration::from_millis(silent));
    let since = next.changed_at.unwrap_or(now.at).max(heard_at);
    let by = told.by.clone();
    if now.at.since(since) > longest_still(timing) {
        notes.push(ActivityNote::ToldLongAgo { by, since });
        return false;
    }
    next.active_at = Some(now.at);
    next.ever_active = true;
    next.evidence(since);
    notes.push(ActivityNote::Told { by });
    true
}

fn watch_screen(
    next: &mut ActivityState,
    screen: &ScreenSeen,
    now: Now,
    notes: &mut Vec<ActivityNote>,
) {
    let first_at = *next.first_at.get_or_insert(now.at);
    if next.digest == Some(screen.digest) {
        return;
    }
    next.moved |= next.digest.is_some() && now.at.since(first_at) > BOOT;
    next.digest = Some(screen.digest);
    next.changed_at = Some(now.at);
    next.evidence(now.at);
    notes.push(ActivityNote::ScreenMoves);
}

/// What proves the work, by the rules of a preset.
fn shown_active(shown: Option<&Shown>) -> Option<String> {
    let shown = shown.filter(|shown| shown.state == ShownState::Active)?;
    Some(shown.proof.clone())
}

/// Whether the active pattern stands at the end of a screen that still moves.
fn watch_pattern(
    next: &mut ActivityState,
    backend: &Backend,
    (screen, shown): (&ScreenSeen, Option<&Shown>),
    timing: &Timing,
    now: Now,
    notes: &mut Vec<ActivityNote>,
) -> bool {
    let by_pattern =
        || backend.active_re.as_ref().and_then(|pattern| active_on(pattern, &screen.rows));
    let Some(row) = shown_active(shown).or_else(by_pattern) else { return false };
    let since = next.changed_at.unwrap_or(now.at);
    if now.at.since(since) > longest_still(timing) {
        notes.push(ActivityNote::PatternStale { row, since });
        return false;
    }
    next.active_at = Some(now.at);
    next.ever_active = true;
    next.evidence(now.at);
    notes.push(ActivityNote::PatternSeen { row, at: now.at });
    true
}

/// [`active_row`], read once.
pub(crate) fn active_on(pattern: &Pattern, rows: &Rows) -> Option<String> {
    rows.kept().active.get(pattern.digest(), || active_row(pattern, rows))
}

/// The row in which the active pattern stands, if it stands at the end of the screen.
pub(crate) fn active_row(pattern: &Pattern, rows: &[String]) -> Option<String> {
    let bottom = tail(rows, BOTTOM_ROWS);
    if let Some(row) = bottom.iter().rev().find(|row| pattern.is_match(row)) {
        return Some(row.trim().to_owned());
    }
    // A pattern may span rows.
    pattern
        .is_match(&bottom.join("\n"))
        .then(|| bottom.last().map_or("", |row| row.trim()).to_owned())
}

/// A working program counts seconds or turns a spinner; after this long without any change its last frame is only a
/// frame, as the one that a killed program leaves behind.
fn longest_still(timing: &Timing) -> Duration {
    Duration::from_secs(90).max(timing.signal_interval.saturating_mul(3))
}
