//! Is the reset time found on the rows around a banner?

use super::{LimitLook, ProbeState, agent, at, backend, check, pane, timing};
use crate::corpus::{Class, cases, rules};
use crate::limit::Limit;
use crate::{ScreenSeen, Seen};

#[test]
fn a_reset_on_a_row_beside_the_banner_is_used() {
    let held = "held until 12:37:45, probe at 12:37:45 (0)";
    for rows in [
        "limit reached. Buy more or try again / at 12:37 PM. /  / >",
        "Continuing automatically at 12:37pm / limit reached / >",
        "limit reached / Continuing automatically at 12:37pm / Esc to cancel / >",
        "limit resets 12:37pm / limit reached / >",
        "limit reached, resets 12:3 / 7pm / >",
        "limit reached /  / the limit resets 12:37pm /  / >",
    ] {
        check(&[("09:00:00", rows, held)]);
    }
    let unknown = "held until unknown, probe at 09:05:00 (0)";
    for rows in [
        "it resets 12:37pm, I read /  / limit reached / >",
        "limit reached / What now? / 1. Stop and wait for limit to reset /    2. Wait here / >",
        "limit reached / What now? / 1. Stop and wait for limit to reset / 2. Go on / 3. PM me",
    ] {
        check(&[("09:00:00", rows, unknown)]);
    }
}

#[test]
fn a_reset_that_is_drawn_after_its_banner_is_used() {
    check(&[
        ("09:00:00", "limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        (
            "09:01:00",
            "limit reached / Continuing automatically at 12:37pm / >",
            "held until 12:37:45, probe at 12:37:45 (0)",
        ),
        (
            "09:02:00",
            "limit reached / Continuing automatically at 1:37pm / >",
            "held until 12:37:45, probe at 12:37:45 (0)",
        ),
    ]);
}

/// Until when a screen of a program is held at nine, and at when it is probed.
fn held(program: &str, text: &str) -> String {
    let plan = rules::PLANS.iter().find(|plan| plan.backend == program).expect("a program");
    let backend =
        agents_config::Backend { limit_re: plan.compile().expect("valid").limit, ..backend() };
    let rows = text.lines().map(str::to_owned).collect();
    let look = LimitLook {
        agent: &agent(),
        backend: &backend,
        timing: &timing(),
        pane: &Seen::Known(pane()),
        shown: None,
        told: None,
        waits: false,
        screen: &Seen::Known(ScreenSeen { rows, digest: 1 }),
        pattern_active: false,
        own_texts: &[],
        probe: ProbeState::NotOwed,
    };
    match Limit::default().step(&look, at("09:00:00")).next {
        Limit::Held { until: Some(until), .. } => until.format("%d %H:%M:%S").to_string(),
        Limit::Held { until: None, .. } => "unknown".to_owned(),
        Limit::Clear { .. } | Limit::Probing { .. } => "not held".to_owned(),
    }
}

#[test]
fn recorded_screens_are_held_until_the_reset_that_they_show() {
    let found: Vec<String> = cases()
        .iter()
        .filter(|case| case.class == Class::Limited)
        .map(|case| format!("{}/{}: {}", case.backend, case.name, held(case.backend, case.text)))
        .collect();
    assert_eq!(
        found,
        [
            "claude/limit_usage_apikey: unknown",
            "claude/limit_usage_apikey_80x24: unknown",
            "codex/limit_429_rate: unknown",
            "codex/limit_usage: 21 12:13:45",
            "codex/limit_usage_80x24: 21 12:41:45",
            "codex/limit_weekly: 24 10:43:45",
            "gemini/limit_usage: unknown",
            "opencode/limit_429_rate: unknown",
            "opencode/limit_quota: unknown",
            "opencode/limit_usage: 21 10:29:45",
            "pi/limit_429_rate: 21 09:00:47",
            "pi/limit_429_retrying: 21 09:00:47",
            "pi/limit_quota: unknown",
            "pi/limit_usage_80x24: 21 12:43:41",
            "tui/banner_below_footer: unknown"
        ]
    );
}

#[test]
fn the_menu_of_a_weekly_limit_names_no_hour() {
    let menu = "What do you want to do?\n\n❯ 1. Stop and wait for limit to reset\n    2. Wait here\n    3. Upgrade your plan\n";
    let weekly = "  ⎿  You've hit your weekly limit";
    assert_eq!(held("claude", &format!("{weekly}\n\n{menu}")), "unknown");
    assert_eq!(held("claude", &format!("{weekly}\n{menu}")), "unknown");
    let dated = format!("{weekly} · resets\n     Nov 24, 11:08am (UTC)\n\n{menu}");
    assert_eq!(held("claude", &dated), "24 11:08:45");
}
