//! How long has this machine been up, and which start of it is this?

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

#[cfg(test)]
mod tests;

/// Runs on while the machine sleeps, where there is such a clock.
#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

/// Where Linux tells; no such file elsewhere.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// Milliseconds since the machine started; never goes back, and no one can set it.
#[must_use]
pub fn boot_clock_ms() -> u64 {
    // Neither part is negative on a clock that starts at zero.
    let now = Duration::try_from(clock_gettime(CLOCK)).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// A text that is another one after each start of the machine; `None` where the system has none.
///
/// Times of [`boot_clock_ms`] and process ids from before a start mean nothing after it.
#[must_use]
pub fn boot_id() -> Option<String> {
    let text = std::fs::read_to_string(BOOT_ID).ok()?;
    let id = text.trim();
    (!id.is_empty()).then(|| id.to_owned())
}
