//! Which reset times do known banners announce? Data for the tests and for `agents selftest`.

use chrono::{DateTime, Utc};

use crate::{Moment, Now, Tz, Zone};

/// Banners read at one time in one zone.
#[derive(Debug, Clone, Copy)]
struct Group {
    /// RFC 3339.
    now: &'static str,
    /// Its name.
    zone: &'static str,
    /// A text, and the time that it announces, in RFC 3339; empty when it announces none.
    cases: &'static [(&'static str, &'static str)],
}

/// One banner with what it should and what it does announce.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ResetResult {
    pub text: String,
    pub expected: Option<DateTime<Utc>>,
    pub found: Option<DateTime<Utc>>,
}

/// Reads every banner of the table.
#[must_use]
pub fn run() -> Vec<ResetResult> {
    GROUPS.iter().flat_map(|group| group.cases.iter().map(|case| read(group, case))).collect()
}

fn read(group: &Group, (text, expected): &(&str, &str)) -> ResetResult {
    let now = Now {
        at: Moment(0),
        wall: time(group.now).unwrap_or_default(),
        zone: Zone::Named(Tz::of(group.zone).unwrap_or_else(Tz::utc)),
    };
    ResetResult {
        text: (*text).to_owned(),
        expected: (!expected.is_empty()).then(|| time(expected).unwrap_or_default()),
        found: super::parse(text, now).map(|reset| reset.at),
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}

const GROUPS: &[Group] = &[
    // A Saturday.
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: CLOCKS },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: SPANS },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: DAYS },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: ZONES },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: FIELDS },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: NONE },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: WORDINGS },
    Group { now: "2026-11-21T10:30:00Z", zone: "UTC", cases: WRAPPED },
    Group { now: "2026-11-21T23:50:00Z", zone: "UTC", cases: MIDNIGHT },
    // Late on the day before by the zone that the text names.
    Group {
        now: "2026-11-21T03:00:00Z",
        zone: "UTC",
        cases: &[
            ("resets 11pm (America/New_York)", "2026-11-21T04:00:00Z"),
            ("resets tomorrow 1am (America/New_York)", "2026-11-21T06:00:00Z"),
            // A window of a month.
            ("or try again at Dec 21st, 2026 10:43 AM.", "2026-12-21T10:43:00Z"),
            ("monthly spend limit · resets Dec 1, 12am (UTC)", "2026-12-01T00:00:00Z"),
            ("resets Fri 11pm (America/New_York)", "2026-11-21T04:00:00Z"),
        ],
    },
    // The hour that comes twice and the one that never comes, in a zone that is not this machine's.
    Group {
        now: "2026-11-01T04:00:00Z",
        zone: "UTC",
        cases: &[
            ("resets 1:30am (America/New_York)", "2026-11-01T05:30:00Z"),
            ("resets in 3 hours (America/New_York)", "2026-11-01T07:00:00Z"),
            ("resets Nov 1, 3am (America/New_York)", "2026-11-01T08:00:00Z"),
        ],
    },
    Group {
        now: "2026-03-08T05:00:00Z",
        zone: "UTC",
        cases: &[
            ("resets 2:30am (America/New_York)", "2026-03-08T07:00:00Z"),
            ("resets Mar 8, 02:30 (America/New_York)", "2026-03-08T07:00:00Z"),
            ("resets Sun 1:59am (America/New_York)", "2026-03-08T06:59:00Z"),
        ],
    },
    Group { now: "2026-11-21T10:30:00Z", zone: "Europe/Paris", cases: PARIS },
    Group { now: "2026-11-21T10:30:00Z", zone: "Asia/Shanghai", cases: SHANGHAI },
    // Clocks go back at 03:00 on this day, so 02:30 comes twice.
    Group {
        now: "2026-10-25T00:15:00Z",
        zone: "Europe/Paris",
        cases: &[("resets 2:30am", "2026-10-25T00:30:00Z")],
    },
    Group {
        now: "2026-10-25T00:45:00Z",
        zone: "Europe/Paris",
        cases: &[("resets 2:30am", "2026-10-25T01:30:00Z")],
    },
    // Clocks go forward at 02:00, so 02:30 never comes.
    Group {
        now: "2026-03-29T00:15:00Z",
        zone: "Europe/Paris",
        cases: &[("resets 2:30am", "2026-03-29T01:00:00Z"), ("resets 4am", "2026-03-29T02:00:00Z")],
    },
    Group {
        now: "2026-03-08T06:00:00Z",
        zone: "America/New_York",
        cases: &[
            ("resets 3am", "2026-03-08T07:00:00Z"),
            ("resets tomorrow at 3am", "2026-03-09T07:00:00Z"),
        ],
    },
    Group {
        now: "2026-12-30T10:00:00Z",
        zone: "UTC",
        cases: &[
            ("resets Jan 2, 9am", "2027-01-02T09:00:00Z"),
            ("resets Dec 31 at 9am", "2026-12-31T09:00:00Z"),
            ("resets Dec 29, 9am", ""),
        ],
    },
    Group {
        now: "2028-02-27T10:00:00Z",
        zone: "UTC",
        cases: &[("resets Feb 29, 9am", "2028-02-29T09:00:00Z"), ("resets Feb 30, 9am", "")],
    },
];

const CLOCKS: &[(&str, &str)] = &[
    ("resets 3pm", "2026-11-21T15:00:00Z"),
    ("resets 3 pm", "2026-11-21T15:00:00Z"),
    ("resets 3PM", "2026-11-21T15:00:00Z"),
    ("resets 3 p.m.", "2026-11-21T15:00:00Z"),
    ("resets at 11:30am", "2026-11-21T11:30:00Z"),
    ("Usage limit reached · resets at 10:45", "2026-11-21T10:45:00Z"),
    ("resets 22:00", "2026-11-21T22:00:00Z"),
    ("resets at 22:00:30", "2026-11-21T22:00:30Z"),
    ("resets 9am", "2026-11-22T09:00:00Z"),
    ("resets 12am", "2026-11-22T00:00:00Z"),
    ("resets 12pm", "2026-11-21T12:00:00Z"),
    ("resets at noon", "2026-11-21T12:00:00Z"),
    ("resets at midnight", "2026-11-22T00:00:00Z"),
    ("resets 10:29am", "2026-11-21T10:29:00Z"),
    ("resets 10:30", "2026-11-21T10:30:00Z"),
    ("resets 10:28am", "2026-11-22T10:28:00Z"),
    ("5-hour limit reached ∙ resets 3pm", "2026-11-21T15:00:00Z"),
    ("⎿  You've hit your 5-hour limit · resets 12:37pm (UTC)", "2026-11-21T12:37:00Z"),
    ("⎿  You’ve hit your session limit · resets 1:10pm · progress saved", "2026-11-21T13:10:00Z"),
    ("⚠ Usage limit reached · limit resets 12:37pm", "2026-11-21T12:37:00Z"),
    ("● Usage limit reached · set to continue automatically at 12:37pm", "2026-11-21T12:37:00Z"),
    ("Continuing automatically at 12:37pm · Esc to cancel", "2026-11-21T12:37:00Z"),
    (
        "■ You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), visit https://chatgpt.com/settings/usage to purchase more credits or try again at 12:13 PM.",
        "2026-11-21T12:13:00Z",
    ),
    ("or try again\n  at 12:41 PM.", "2026-11-21T12:41:00Z"),
    ("⚠ 5h limit: only <1% left · resets at 12:13 · /status", "2026-11-21T12:13:00Z"),
    ("Your limit will reset at 3pm.", "2026-11-21T15:00:00Z"),
    ("limit reset time: 15:00", "2026-11-21T15:00:00Z"),
    ("rate limited until 3pm", "2026-11-21T15:00:00Z"),
    ("resets 11am, then again; the other limit resets 3pm", "2026-11-21T15:00:00Z"),
    ("resets 3pm\n 1. Stop and wait for limit to reset\n    2. Wait here", "2026-11-21T15:00:00Z"),
];

const SPANS: &[(&str, &str)] = &[
    ("usage limit - resets 5 minutes from now", "2026-11-21T10:35:00Z"),
    ("usage limit - resets in 40 minutes", "2026-11-21T11:10:00Z"),
    ("resets in 40m", "2026-11-21T11:10:00Z"),
    ("resets in 1h 29m", "2026-11-21T11:59:00Z"),
    ("resets in 1h29m", "2026-11-21T11:59:00Z"),
    ("resets in 1 hour and 29 minutes", "2026-11-21T11:59:00Z"),
    ("resets in 1 hour, 29 minutes", "2026-11-21T11:59:00Z"),
    ("resets in 2 days", "2026-11-23T10:30:00Z"),
    ("resets in 2d 3h", "2026-11-23T13:30:00Z"),
    ("resets in 1.5 hours", "2026-11-21T12:00:00Z"),
    ("resets in an hour", "2026-11-21T11:30:00Z"),
    ("resets in 1 week", "2026-11-28T10:30:00Z"),
    ("resets in about 2 hours", "2026-11-21T12:30:00Z"),
    ("resets in ~2h", "2026-11-21T12:30:00Z"),
    ("Please try again in 2s. rate limit", "2026-11-21T10:30:02Z"),
    ("try again in 5 minutes", "2026-11-21T10:35:00Z"),
    ("try again after 5 minutes", "2026-11-21T10:35:00Z"),
    ("The usage limit has been reached [retrying in 1h 29m attempt #1]", "2026-11-21T11:59:00Z"),
    (
        "✻ 429 This request would exceed your organization's rate limit · retrying in 14s · attempt 6/10",
        "2026-11-21T10:30:14Z",
    ),
    (
        "You have hit your ChatGPT usage limit (plus plan). Try again in ~89 min.",
        "2026-11-21T11:59:00Z",
    ),
    ("Fast limit reached, fast mode paused · resets in 20m", "2026-11-21T10:50:00Z"),
    ("available again in 3 hours", "2026-11-21T13:30:00Z"),
    ("quota exceeded, resumes in 30 min", "2026-11-21T11:00:00Z"),
];

const DAYS: &[(&str, &str)] = &[
    ("reset at 2026-11-22 00:56:38", "2026-11-22T00:56:38Z"),
    ("resets 2026-11-22T00:56:38Z", "2026-11-22T00:56:38Z"),
    ("resets at 2026-11-22T00:56:38+02:00", "2026-11-21T22:56:38Z"),
    ("resets at 2026-11-22T00:56:38.123-0500", "2026-11-22T05:56:38Z"),
    ("resets at 2026-11-22T00:56Z", "2026-11-22T00:56:00Z"),
    ("resets at 2026-11-22 00:56 UTC", "2026-11-22T00:56:00Z"),
    ("resets on 2026-11-23", "2026-11-23T00:00:00Z"),
    ("You've hit your weekly limit · resets Nov 26, 10pm", "2026-11-26T22:00:00Z"),
    ("⎿  You've hit your weekly limit · resets Nov 24, 11:08am (UTC)", "2026-11-24T11:08:00Z"),
    ("or try again at Nov 24th, 2026 10:43 AM.", "2026-11-24T10:43:00Z"),
    ("try again at November 24th 10:43 AM", "2026-11-24T10:43:00Z"),
    ("resets Nov. 24 at 22:00", "2026-11-24T22:00:00Z"),
    ("resets 24 Nov 2026, 22:00", "2026-11-24T22:00:00Z"),
    ("resets on the", ""),
    ("resets Nov 24", "2026-11-24T00:00:00Z"),
    ("resets Nov 21, 3pm", "2026-11-21T15:00:00Z"),
    ("resets Nov 21, 10:29am", "2026-11-21T10:29:00Z"),
    ("resets Tue, Nov 24, 9am", "2026-11-24T09:00:00Z"),
    ("resets Mon 9am", "2026-11-23T09:00:00Z"),
    ("resets Monday at 9:00", "2026-11-23T09:00:00Z"),
    ("resets on Thursday, 9:30 PM", "2026-11-26T21:30:00Z"),
    ("resets Sat 3pm", "2026-11-21T15:00:00Z"),
    ("resets Sat 9am", "2026-11-28T09:00:00Z"),
    ("weekly limit resets Friday", "2026-11-27T00:00:00Z"),
    ("weekly limit resets Saturday", "2026-11-28T00:00:00Z"),
    ("resets tomorrow at 9am", "2026-11-22T09:00:00Z"),
    ("resets tomorrow, 9am", "2026-11-22T09:00:00Z"),
    ("resets 9am tomorrow", "2026-11-22T09:00:00Z"),
    ("resets today at 9pm", "2026-11-21T21:00:00Z"),
    ("resets 9pm on Monday", "2026-11-23T21:00:00Z"),
    ("resets at 9pm (UTC) on Nov 24", "2026-11-24T21:00:00Z"),
];

const ZONES: &[(&str, &str)] = &[
    ("usage limit resets 10pm (Europe/Paris)", "2026-11-21T21:00:00Z"),
    ("resets 10pm (europe/paris)", "2026-11-21T21:00:00Z"),
    ("resets 9am (America/New_York)", "2026-11-21T14:00:00Z"),
    ("resets 9am (America/Argentina/Buenos_Aires)", "2026-11-21T12:00:00Z"),
    ("resets Nov 24, 9am (Asia/Tokyo)", "2026-11-24T00:00:00Z"),
    ("resets 3pm UTC", "2026-11-21T15:00:00Z"),
    ("resets 3pm (GMT)", "2026-11-21T15:00:00Z"),
    ("resets 3pm PST", "2026-11-21T23:00:00Z"),
    ("resets 3pm PT", "2026-11-21T23:00:00Z"),
    ("resets 3pm (EST)", "2026-11-21T20:00:00Z"),
    ("resets 15:00 CET", "2026-11-21T14:00:00Z"),
    ("resets 15:00 UTC+2", "2026-11-21T13:00:00Z"),
    ("resets 15:00 (UTC-03:30)", "2026-11-21T18:30:00Z"),
    ("resets 15:00 (local time)", "2026-11-21T15:00:00Z"),
    ("resets 3pm (in 4 hours)", "2026-11-21T15:00:00Z"),
    ("resets 3pm (Mars/Olympus)", ""),
    ("resets 3pm (IST)", ""),
    ("resets 3pm QQT", ""),
];

const FIELDS: &[(&str, &str)] = &[
    ("{\"type\":\"usage_limit_reached\",\"resets_in_seconds\":5400}", "2026-11-21T12:00:00Z"),
    ("resets_in_seconds: 5400", "2026-11-21T12:00:00Z"),
    ("\"resets_at\":1795264976,\"resets_in_seconds\":5400}", "2026-11-21T12:42:56Z"),
    ("resets_at: 1795264976", "2026-11-21T12:42:56Z"),
    ("resetsAt\":1795264976000", "2026-11-21T12:42:56Z"),
    ("\"resets_at\":\"2026-11-21T12:42:56Z\"", "2026-11-21T12:42:56Z"),
    ("Claude AI usage limit reached, resets at 1795264976", "2026-11-21T12:42:56Z"),
    ("retry-after: 3600", "2026-11-21T11:30:00Z"),
    ("\"retry_after\": 90", "2026-11-21T10:31:30Z"),
    ("\"retryAfter\": \"30s\"", "2026-11-21T10:30:30Z"),
    ("Claude AI usage limit reached|1795264976", "2026-11-21T12:42:56Z"),
    ("resets_at: 1795", ""),
    ("resets_at: 1995264976", ""),
];

/// Other words and signs than those of the programs that were measured.
const WORDINGS: &[(&str, &str)] = &[
    ("You’ve reached your limit — resets 3:00\u{202f}PM", "2026-11-21T15:00:00Z"),
    ("usage limit • resets\u{a0}at\u{a0}3\u{a0}pm", "2026-11-21T15:00:00Z"),
    ("try again at 12:13\u{202f}p.m.", "2026-11-21T12:13:00Z"),
    ("Limit hit. Your plan renews at 3:30 PM.", "2026-11-21T15:30:00Z"),
    ("Usage limit reached. Access is restored at 14:00.", "2026-11-21T14:00:00Z"),
    ("The limit lifts at 3pm", "2026-11-21T15:00:00Z"),
    ("The limit ends at 15:45", "2026-11-21T15:45:00Z"),
    ("limited; available from 3pm", "2026-11-21T15:00:00Z"),
    ("usage limit, back at 3pm", "2026-11-21T15:00:00Z"),
    ("next reset: 15:00", "2026-11-21T15:00:00Z"),
    ("Resets at 3pm, your time", "2026-11-21T15:00:00Z"),
    ("quota resets at midnight Pacific time", "2026-11-22T08:00:00Z"),
    ("resets 9 AM Eastern", "2026-11-21T14:00:00Z"),
    ("resets 15:00 GMT+1", "2026-11-21T14:00:00Z"),
    ("resets 24:00", "2026-11-22T00:00:00Z"),
    ("resets at 1:00 a.m. tomorrow", "2026-11-22T01:00:00Z"),
    ("resets Tue 24 Nov, 9:00", "2026-11-24T09:00:00Z"),
    ("resets next Tuesday at 9am", "2026-11-24T09:00:00Z"),
    ("weekly limit · resets on Tuesday 09:00 UTC", "2026-11-24T09:00:00Z"),
    ("resets Nov 24 at 9:00 AM PST", "2026-11-24T17:00:00Z"),
    ("limited until 2026-11-22T00:56:38.000Z", "2026-11-22T00:56:38Z"),
    ("until 3pm you are rate limited", ""),
    ("Please retry in 37.5s, quota exceeded", "2026-11-21T10:30:37.500Z"),
    ("\"retryDelay\": \"37s\"", "2026-11-21T10:30:37Z"),
    ("retry-after-ms: 90000", "2026-11-21T10:31:30Z"),
    ("x-ratelimit-reset: 1795264976", "2026-11-21T12:42:56Z"),
    ("rate limit, reset=1795264976", "2026-11-21T12:42:56Z"),
    ("try again in 5400 seconds", "2026-11-21T12:00:00Z"),
    ("resets in 1:29:00", "2026-11-21T11:59:00Z"),
    ("resets in 2 days, 3 hours and 5 minutes", "2026-11-23T13:35:00Z"),
    ("resets in less than 5 minutes", "2026-11-21T10:35:00Z"),
    ("resets in <5m", "2026-11-21T10:35:00Z"),
    ("resets in under an hour", "2026-11-21T11:30:00Z"),
    ("You can continue in 2h 5m", "2026-11-21T12:35:00Z"),
    ("Come back in 2 hours", "2026-11-21T12:30:00Z"),
    ("quota will be refreshed at 4 PM UTC", "2026-11-21T16:00:00Z"),
    ("limit exceeded, wait 90 seconds", "2026-11-21T10:31:30Z"),
    ("the sprint ends at 15:45", ""),
    ("the build is back at 3pm", ""),
    ("resets 11/24, 9am", ""),
];

/// As a narrow terminal breaks them; a program indents what it breaks itself.
const WRAPPED: &[(&str, &str)] = &[
    (
        "You’ve hit your weekly limit · resets\n     Nov 24, 11:08am\n     (UTC)",
        "2026-11-24T11:08:00Z",
    ),
    ("resets Nov\n24, 11:08am (UTC)", "2026-11-24T11:08:00Z"),
    ("or try\nagain at 12:13\nPM.", "2026-11-21T12:13:00Z"),
    ("try again in 1h\n  29m", "2026-11-21T11:59:00Z"),
    ("resets 10pm\n  (Europe/\nParis)", "2026-11-21T21:00:00Z"),
    ("resets 10pm\n  (Europe/Paris)", "2026-11-21T21:00:00Z"),
];

const MIDNIGHT: &[(&str, &str)] = &[
    ("resets 12:10am", "2026-11-22T00:10:00Z"),
    ("resets 00:10", "2026-11-22T00:10:00Z"),
    ("resets at midnight", "2026-11-22T00:00:00Z"),
    ("resets 11:49pm", "2026-11-21T23:49:00Z"),
    ("resets 11:47pm", "2026-11-22T23:47:00Z"),
    ("resets tomorrow at 12:10am", "2026-11-22T00:10:00Z"),
    ("resets Sun 12:10am", "2026-11-22T00:10:00Z"),
    ("resets 12:10am (UTC+1)", "2026-11-22T23:10:00Z"),
    ("resets in 20 minutes", "2026-11-22T00:10:00Z"),
];

const NONE: &[(&str, &str)] = &[
    ("", ""),
    ("usage limit reached", ""),
    ("usage limit; then git reset 3 files", ""),
    ("git reset --hard HEAD~3", ""),
    ("git reset 3pmx", ""),
    ("What do you want to do?\n 1. Stop and wait for limit to reset\n    2. Wait here", ""),
    ("resets 3", ""),
    ("resets at 22", ""),
    ("resets in 5", ""),
    ("resets 5 minutes", ""),
    ("resets 25:00", ""),
    ("resets 13pm", ""),
    ("resets 0am", ""),
    ("resets 10:61", ""),
    ("resets 10:305", ""),
    ("resets 10:30x", ""),
    ("resets 06/16 3pm", ""),
    ("resets 16.06.2026", ""),
    ("resets in 40 days", ""),
    ("resets Feb 24, 9am", ""),
    ("resets in 99999999999999999999 minutes", ""),
    ("resets Dec 24, 9am", ""),
    ("resets Nov 24, 25:00", ""),
    ("resets Nov 31, 9am", ""),
    ("resets 2026-11-20 09:00", ""),
    ("resets today at 9am", ""),
    ("resets soon", ""),
    ("resets in a while", ""),
    ("It is 3pm now", ""),
    ("Please try again later.", ""),
    ("API error · retrying in 1s · attempt 2/10", ""),
    ("── ⠦ Retrying (2/3) in 4s... (escape to cancel) ──", ""),
    ("Approaching your 5-hour usage limit", ""),
    ("the retry limit is 3, next line 10:30", ""),
];

const PARIS: &[(&str, &str)] = &[
    ("resets 3pm", "2026-11-21T14:00:00Z"),
    ("resets 11:30", "2026-11-21T11:30:00+01:00"),
    ("resets 3pm (UTC)", "2026-11-21T15:00:00Z"),
    ("resets 11:15am", "2026-11-22T11:15:00+01:00"),
    ("resets Nov 24, 12:30am", "2026-11-24T00:30:00+01:00"),
    ("resets 11pm (America/Los_Angeles)", "2026-11-21T23:00:00-08:00"),
];

const SHANGHAI: &[(&str, &str)] = &[
    ("resets 8pm", "2026-11-21T12:00:00Z"),
    ("resets 8pm CST", "2026-11-21T12:00:00Z"),
    ("resets Mon 1am", "2026-11-22T17:00:00Z"),
];
