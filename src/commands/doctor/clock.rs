//! Can the clock be believed? Announced resets are told in wall time.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::Finding;

const CLOCK: &str = "clock";

/// Programs of this age were not there before: 2025-01-01, in seconds since 1970.
const SURELY_PAST: u64 = 1_735_689_600;
/// File systems of other machines may be a little ahead.
const AHEAD: Duration = Duration::from_secs(300);

/// Looks at the clock, and at the newest file of the state.
pub fn clock(state_dir: Option<&Path>) -> Finding {
    let newest = state_dir.and_then(|dir| {
        let files = std::fs::read_dir(dir).ok()?.flatten();
        files.filter_map(|file| file.metadata().ok()?.modified().ok()).max()
    });
    judge_clock(SystemTime::now(), newest)
}

pub fn judge_clock(now: SystemTime, newest: Option<SystemTime>) -> Finding {
    let advice = "set it, and keep it set: timedatectl set-ntp true";
    let since_1970 = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    if since_1970 < SURELY_PAST {
        return Finding::fail(CLOCK, "it is years behind: TLS and usage limits fail by it", advice);
    }
    match newest.and_then(|newest| newest.duration_since(now).ok()).filter(|it| *it > AHEAD) {
        Some(ahead) => Finding::warn(
            CLOCK,
            format!(
                "the newest file of the state is from {} s ahead: it was set back",
                ahead.as_secs()
            ),
            advice,
        ),
        None => Finding::ok(CLOCK, "no sign that it is wrong"),
    }
}

/// Whether the time zone is one that is known here: a reset at `3pm` is told in it.
pub fn zone() -> Option<Finding> {
    judge_zone(&std::env::var("TZ").ok()?, Path::new("/usr/share/zoneinfo"))
}

pub fn judge_zone(named: &str, zones: &Path) -> Option<Finding> {
    let name = named.trim_start_matches(':');
    // A rule such as `CET-1CEST` names no file.
    let is_file_name = name.contains('/') && !name.starts_with('/') && !name.contains("..");
    (is_file_name && zones.is_dir() && !zones.join(name).is_file()).then(|| {
        Finding::warn(
            "time zone",
            format!("TZ is {named:?}, which is not known here, so local time is UTC"),
            "name one that `timedatectl list-timezones` shows, or unset TZ",
        )
    })
}
