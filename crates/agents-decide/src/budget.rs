//! May this member be started again, and when?

use std::time::Duration;

use agents_config::Timing;

use crate::Moment;

/// Automatic starts of one member; kept over restarts of the watchdog.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Budget {
    /// Automatic starts, oldest first, none older than the window.
    pub starts: Vec<Moment>,
    /// Deaths since the member was last healthy; each doubles the delay.
    pub failures: u32,
    /// It used up its starts, and was not healthy since: a death more parks it again at once.
    #[serde(default)]
    pub spent: bool,
    /// Restarts in a row of a running member that did no work between them.
    #[serde(default)]
    pub in_vain: u32,
}

/// The budget's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    After(Duration),
    /// Too many starts in the window.
    Exhausted,
}

impl Budget {
    /// Counts a death and says when the next start may be.
    ///
    /// The delay doubles from `restart_delay` to `restart_delay_max`, with up to 10 % of jitter so that
    /// members which died together do not come back together.
    pub fn after_death(&mut self, timing: &Timing, jitter: u64, now: Moment) -> Verdict {
        self.forget_old(timing, now);
        if self.spent || self.starts.len() >= timing.restart_limit as usize {
            self.spent = true;
            return Verdict::Exhausted;
        }
        let doubled = timing.restart_delay.saturating_mul(1 << self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        let delay = doubled.min(timing.restart_delay_max);
        Verdict::After(delay + delay.mul_f64(f64::from((jitter % 100) as u32) / 1000.0))
    }

    /// Whether one more automatic start fits into the window.
    pub fn allows(&mut self, timing: &Timing, now: Moment) -> bool {
        self.forget_old(timing, now);
        self.starts.len() < timing.restart_limit as usize
    }

    /// When one more automatic start fits into the window again; `None`: never, since none is allowed at all.
    #[must_use]
    pub fn allows_at(&self, timing: &Timing) -> Option<Moment> {
        let over = self.starts.len().checked_sub(timing.restart_limit as usize)?;
        self.starts.get(over).map(|start| start.after(timing.restart_window))
    }

    /// The automatic starts that still count at `now`.
    #[must_use]
    pub fn counted(&self, timing: &Timing, now: Moment) -> usize {
        let counts = |start: &&Moment| now.since(**start) < timing.restart_window;
        self.starts.iter().filter(counts).count()
    }

    /// Notes an automatic start.
    pub fn spend(&mut self, now: Moment) {
        self.starts.push(now);
    }

    /// The member ran long enough: the next death is again the first.
    pub fn healthy(&mut self) {
        self.failures = 0;
        self.spent = false;
    }

    /// The operator's own start wipes the slate.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn forget_old(&mut self, timing: &Timing, now: Moment) {
        self.starts.retain(|start| now.since(*start) < timing.restart_window);
    }
}

/// A number that differs between members and tries, yet is the same in a replay.
#[must_use]
pub fn jitter(name: &str, tries: u32) -> u64 {
    // FNV-1a: any spread will do, as long as it never changes.
    let seed = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(tries);
    name.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        >> 8
}

#[cfg(test)]
mod tests;
