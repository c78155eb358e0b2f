//! What do the judging machines say? Work, usage windows, stalls.

use super::{Telling, count, span};
use crate::limit::reset;
use crate::{ActivityNote, GoesOn, LimitNote, LimitSource, StallNote};

impl ActivityNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let now = &telling.now;
        match self {
            Self::Told { by } => format!("it is at work, as the program itself says ({by})"),
            Self::ToldLongAgo { by, since } => format!(
                "the program said that it works ({by}), but there is no sign of it {}",
                now.since(*since)
            ),
            Self::PatternSeen { row, at } => {
                let at = now.clock(now.wall_of(*at));
                format!("it is at work: at {at} its screen showed \"{}\"", row.trim())
            }
            Self::PatternStale { row, since } => format!(
                "its screen shows \"{}\", but has stood still {}, so that proves no work",
                row.trim(),
                now.since(*since)
            ),
            Self::ScreenMoves => "its screen changes".to_owned(),
            Self::LogGrows => "its session log grows".to_owned(),
            Self::ProcessesWork => "its processes work".to_owned(),
            Self::LogYoung { grace } => format!(
                "it counts as at work until its log has not grown for {} (`log_grace`)",
                span(grace.as_secs())
            ),
            Self::Idle { since } => format!("it is idle {}", now.since(*since)),
            Self::ScreenUnseen { cause } => {
                format!("its screen cannot be seen ({cause}), so nothing is judged by it")
            }
        }
    }
}

impl LimitNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let now = &telling.now;
        match self {
            Self::Entered { banner, until, source, goes_on, .. } if *goes_on != GoesOn::No => {
                format!(
                    "{} says \"{}\": it {} inside its usage window, where nothing restarts it, and goes on by itself{}",
                    speaker(source),
                    banner.trim(),
                    telling.is("is held", "would be held"),
                    until.map_or_else(String::new, |until| format!(" by {}", now.clock(until)))
                )
            }
            Self::Entered { banner, until: Some(_), probe_at, source, .. } => format!(
                "{} says \"{}\": it {} inside its usage window, where nothing restarts it, and probed at {}",
                speaker(source),
                banner.trim(),
                telling.is("is held", "would be held"),
                now.point(*probe_at)
            ),
            Self::Entered { banner, until: None, probe_at, source, .. } => format!(
                "{} says \"{}\", {}: it {} inside its usage window, where nothing restarts it, and probed at {}",
                speaker(source),
                banner.trim(),
                if reset::parse(banner, *now).is_some() {
                    "with a reset time too far ahead to be believed"
                } else {
                    "without a reset time that can be read"
                },
                telling.is("is held", "would be held"),
                now.point(*probe_at)
            ),
            Self::Holding { until: Some(until), probe_at } => format!(
                "it is held inside its usage window until {}: nothing restarts it, and a probe is due at {} at the latest",
                now.clock(*until),
                now.point(*probe_at)
            ),
            Self::Holding { until: None, probe_at } => format!(
                "it is held inside its usage window, whose end is not known: nothing restarts it, and a probe is due at {}",
                now.point(*probe_at)
            ),
            Self::GoesOn { until } => format!(
                "it is limited, and goes on by itself{}: nothing is typed at it, and nothing restarts it",
                until.map_or_else(String::new, |until| format!(" at {}", now.clock(until)))
            ),
            Self::DidNotGoOn { until } => format!(
                "it was to go on by itself{}, and has not; nothing is typed at it, so `agents attach {}` helps",
                until.map_or_else(String::new, |until| format!(" at {}", now.clock(until))),
                telling.name()
            ),
            Self::WaitsForAccount => {
                "its usage window should be over; it goes on after another agent of its account"
                    .to_owned()
            }
            Self::WindowOver => {
                "its usage window should be over, so it may be started again".to_owned()
            }
            Self::Probing { probes } => format!(
                "its usage window should be over: a probe {} (probe {probes} of this window)",
                telling.is("asks whether it is", "would ask whether it is")
            ),
            Self::Lifted { how } => format!("its usage window is over: {how}"),
            Self::StillLimited { probes, probe_at } => format!(
                "its usage window still holds after {}: nothing restarts it, and the next probe is due at {}",
                count(u64::from(*probes), "probe"),
                now.point(*probe_at)
            ),
            Self::GoneInside { over_by } => format!(
                "it ended inside its usage window, and is started when the window is over, at {} at the latest",
                now.point(*over_by)
            ),
        }
    }
}

/// Who says that a window is closed.
fn speaker(source: &LimitSource) -> String {
    match source {
        LimitSource::Told { place, .. } => format!("its program ({place})"),
        LimitSource::Shown { .. } | LimitSource::Pattern => "its screen".to_owned(),
    }
}

impl StallNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let now = &telling.now;
        match self {
            Self::Idle { since, stalls_at } => format!(
                "it is idle {}; unless it works before, it counts as stalled from {} on",
                now.since(*since),
                now.point(*stalls_at)
            ),
            Self::OthersTurn { awaits } => {
                format!("it is not its turn: it waits for {awaits}, so its idling is no stall")
            }
            Self::Unsettled { since } => format!(
                "it is idle {}, which would be a stall, but a message for it is on its way",
                now.since(*since)
            ),
            Self::Promise { until, ends } => format!(
                "its screen promises to go on at {} (WAITING-UNTIL), so its idling counts only from {} on",
                now.clock(*until),
                now.point(*ends)
            ),
            Self::PromiseTooFar { until, due } => format!(
                "its screen promises to go on only at {} (WAITING-UNTIL); such a promise is honoured no longer than `promise_cap`, until {}",
                now.clock(*until),
                now.point(*due)
            ),
            Self::PromiseUnreadable { text } => {
                format!("its WAITING-UNTIL marker cannot be read, and counts for nothing: {text}")
            }
            Self::Suspected { since } => format!(
                "it has shown no sign of work {}; a closer look, 5 s later or more, restarts it if there is none then",
                now.since(*since)
            ),
            Self::NotProven { since, reason } => format!(
                "it is idle {} and looks stalled, but is not restarted, since that is not proven: {reason}",
                now.since(*since)
            ),
        }
    }
}
