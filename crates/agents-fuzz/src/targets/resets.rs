//! Is a reset time always one that can be waited for, and a promise one that was made?

use agents_decide::limit::reset::parse;
use agents_decide::stall::promise::{MARKER, Promise, last};
use agents_decide::{Moment, Now, Tz, Zone};
use chrono::{DateTime, TimeDelta};

use crate::{Outcome, Target};

/// Banners with reset times, and rows with promises. The first two bytes choose the time and the zone.
pub const TARGET: Target = Target {
    name: "resets",
    run,
    words: &[
        "resets ",
        "reset at ",
        "try again at ",
        "try again in ",
        "retrying in ",
        "limit",
        "resets_at\":",
        "resets_in_seconds\":",
        "3pm",
        "12:41 PM",
        "10:30",
        "(Europe/Paris)",
        " UTC",
        "+05:30",
        "tomorrow ",
        "Mon ",
        "Nov 24th, 2026 ",
        "Feb 29",
        "Feb 30",
        "2026-11-22T02:30:00Z",
        "2026-03-29T02:30",
        "1h 29m",
        " minutes",
        " days",
        " weeks",
        "1795264976",
        "WAITING-UNTIL: ",
        "noon",
        "midnight",
        "from now",
        "\u{a0}",
        "·",
        "T",
        "24:00",
        "60",
    ],
};

fn run(bytes: &[u8]) -> Outcome {
    let (head, rest) = bytes.split_at(bytes.len().min(2));
    let text = String::from_utf8_lossy(rest);
    let now = now(head.first().copied().unwrap_or(0), head.get(1).copied().unwrap_or(0));
    let reset = parse(&text, now);
    if let Some(reset) = reset {
        assert!(reset.at > now.wall - TimeDelta::minutes(2), "over already");
        assert!(reset.at <= now.wall + TimeDelta::days(32), "longer than any window");
    }
    assert_eq!(parse(&text, now), reset, "the same text, another time");
    let rows: Vec<String> = text.lines().map(str::to_owned).collect();
    let promise = last(&rows, now);
    assert!(promise == Promise::None || text.contains(MARKER), "nobody promised");
    let below: Vec<String> = rows.iter().cloned().chain(["plain".to_owned()]).collect();
    assert_eq!(last(&below, now), promise, "what stands below is none of its business");
    Outcome::of((
        reset.map(|it| it.dated),
        reset.map(|it| (it.at - now.wall).num_hours()),
        kind(&promise),
    ))
}

/// Times of twelve years in steps of 17 days and some seconds, in fixed zones and in named ones.
fn now(step: u8, zone: u8) -> Now {
    let seconds = i64::from(step) * 1_472_461 + 1_774_000_000;
    let zone = match zone {
        0..=20 => Zone::Fixed(i32::from(zone) * 4_500 - 45_000),
        21..=255 => {
            let zones: Vec<Tz> = Tz::all().collect();
            Zone::Named(zones[usize::from(zone) * 7 % zones.len()])
        }
    };
    Now { at: Moment(0), wall: DateTime::from_timestamp(seconds, 0).unwrap_or_default(), zone }
}

fn kind(promise: &Promise) -> u8 {
    match promise {
        Promise::None => 0,
        Promise::Until(_) => 1,
        Promise::Unreadable(_) => 2,
    }
}
