//! What does the program itself tell of its limit?

use chrono::DateTime;

use super::banner::Banner;
use crate::{Moment, Now, Shown, ShownState, Told, ToldState};

/// What the program tells of its limit, by exact time where it has one; without, its screen may announce it.
pub(super) fn banner(told: &Told, shown: Option<&Shown>) -> Option<Banner> {
    let ToldState::Limited { reset_ms, text, .. } = &told.state else { return None };
    let shown = shown.filter(|shown| shown.state == ShownState::Limited);
    let texts = shown.and_then(|shown| shown.reset_text.clone());
    let texts = texts.into_iter().chain([text.clone()]).collect();
    let until = reset_ms.and_then(DateTime::from_timestamp_millis);
    // The same words of another time are another refusal, which no earlier probe has answered.
    let said = if text.trim().is_empty() { "it is limited" } else { text.trim() };
    let row = format!("{said} ({}, {})", told.source, clock(told.since_ms));
    Some(Banner { row, texts, until })
}

fn clock(wall_ms: i64) -> String {
    DateTime::from_timestamp_millis(wall_ms)
        .map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// Whether it told so before a moment: then it is no answer to what was typed at that moment.
pub(super) fn is_before(told: &Told, moment: Moment, now: Now) -> bool {
    matches!(told.state, ToldState::Limited { .. })
        && told.since_ms < now.wall_of(moment).timestamp_millis()
}
