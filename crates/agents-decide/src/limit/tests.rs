mod beside;
mod properties;
mod told;

use chrono::TimeDelta;

use super::{Limit, LimitLook, ProbeState, probe_text};
use crate::activity::fixture::{agent, backend, midnight, now, pane, screen, timing, unknown};
use crate::{DeadSeen, Now, PaneSeen, ScreenSeen, Seen, Step, Wish};

const BANNER: &str = "5-hour limit reached · resets 10:30am / >";

/// What is seen, in words: `?` nothing, `gone`, `dead`; else a screen, perhaps after `active:` and the probe's state
/// (`waiting:`, `typed:`, `taken:`). `PROBE` stands for the probe's text.
fn step(state: Limit, look: &str, now: Now) -> Step<Limit> {
    let (agent, backend, timing) = (agent(), backend(), timing());
    let (mut probe, mut pattern_active, mut text) = (ProbeState::NotOwed, false, look.trim());
    while let Some((flag, rest)) = text.split_once(": ") {
        match flag {
            "active" => pattern_active = true,
            "waiting" => probe = ProbeState::Waiting,
            "typed" => probe = ProbeState::Typed,
            "taken" => probe = ProbeState::Seen,
            _ => break,
        }
        text = rest;
    }
    let text = text.replace("PROBE", probe_text(&agent));
    let (pane, screen) = seen(&text);
    let own_texts = ["please find out what a limit reached banner looks like"];
    let look = LimitLook {
        agent: &agent,
        backend: &backend,
        timing: &timing,
        pane: &pane,
        shown: None,
        told: None,
        waits: false,
        screen: &screen,
        pattern_active,
        own_texts: &own_texts,
        probe,
    };
    state.step(&look, now)
}

fn seen(text: &str) -> (Seen<PaneSeen>, Seen<ScreenSeen>) {
    let dead = Some(DeadSeen { status: Some(1), signal: None });
    match text {
        "?" => (Seen::Known(pane()), unknown()),
        "gone" => (Seen::Absent, Seen::Absent),
        "dead" => (Seen::Known(PaneSeen { dead, ..pane() }), Seen::Known(screen(BANNER))),
        text => (Seen::Known(pane()), Seen::Known(screen(text))),
    }
}

/// A state and its wishes in words: `held until 10:30:45, probe at 10:30:45 (0)`.
fn words(step: &Step<Limit>) -> String {
    let clock = |millis: u64| {
        let time = midnight() + TimeDelta::milliseconds(i64::try_from(millis).expect("small"))
            - TimeDelta::days(1);
        time.format("%H:%M:%S").to_string()
    };
    let mut words = match &step.next {
        Limit::Clear { dismissed: None, .. } => "clear".to_owned(),
        Limit::Clear { dismissed: Some(_), .. } => "clear, dismissed".to_owned(),
        Limit::Held { probe_at, until, probes, .. } => {
            let until =
                until.map_or("unknown".to_owned(), |until| until.format("%H:%M:%S").to_string());
            format!("held until {until}, probe at {} ({probes})", clock(probe_at.0))
        }
        Limit::Probing { probes, .. } => format!("probing ({probes})"),
    };
    for wish in &step.wishes {
        words.push_str(match wish {
            Wish::Probe { .. } => " + probe",
            Wish::Alarm { .. } => " + alarm",
            Wish::Restart(_) => " + RESTART",
        });
    }
    words
}

/// A script: time, look, outcome.
fn check(script: &[(&str, &str, &str)]) {
    let mut state = Limit::default();
    for (time, look, outcome) in script {
        let step = step(state, look, at(time));
        assert_eq!(words(&step), *outcome, "at {time}, seeing {look:?}");
        state = step.next;
    }
}

fn at(time: &str) -> Now {
    let parts: Vec<u64> = time.split(':').map(|part| part.parse().expect("a number")).collect();
    let [hours, minutes, seconds] = parts.try_into().expect("three parts");
    now(hours * 3600 + minutes * 60 + seconds)
}

#[test]
fn a_window_is_held_until_its_reset_and_probed_once() {
    check(&[
        ("08:00:00", "ready / >", "clear"),
        ("09:00:00", BANNER, "held until 10:30:45, probe at 10:30:45 (0)"),
        ("10:30:44", BANNER, "held until 10:30:45, probe at 10:30:45 (0)"),
        ("10:30:45", BANNER, "probing (0) + probe"),
        ("10:31:00", "waiting: limit reached / >", "probing (0)"),
        ("10:31:30", "typed: limit reached / > PROBE", "probing (0)"),
        ("10:32:00", "active: taken: limit reached / PROBE / esc interrupt", "clear, dismissed"),
        ("10:32:30", "limit reached / PROBE / done / >", "clear"),
    ]);
}

#[test]
fn f25_a_banner_of_a_working_agent_is_quoted_text() {
    check(&[("09:00:00", "active: limit reached · resets 10:30am / esc interrupt", "clear")]);
}

#[test]
fn f27_activity_or_a_vanished_banner_ends_the_hold_at_once() {
    let held = "held until 10:30:45, probe at 10:30:45 (0)";
    check(&[
        ("09:00:00", BANNER, held),
        ("09:00:30", "active: limit reached · resets 10:30am / esc interrupt", "clear, dismissed"),
    ]);
    check(&[("09:00:00", BANNER, held), ("09:00:30", "ready / >", "clear")]);
}

#[test]
fn a_failed_look_changes_nothing() {
    let held = "held until 10:30:45, probe at 10:30:45 (0)";
    check(&[
        ("08:00:00", "?", "clear"),
        ("09:00:00", BANNER, held),
        ("09:30:00", "?", held),
        ("11:00:00", "?", held),
        ("11:00:30", BANNER, "probing (0) + probe"),
        ("12:00:00", "?", "probing (0)"),
    ]);
}

#[test]
fn f24_a_session_that_ends_inside_the_window_waits_for_its_end() {
    for end in ["gone", "dead"] {
        let held = "held until 10:30:45, probe at 10:30:45 (0)";
        check(&[
            ("09:00:00", BANNER, held),
            ("09:30:00", end, held),
            ("10:30:44", end, held),
            ("10:30:45", end, "clear"),
        ]);
    }
}

#[test]
fn a_probe_that_comes_too_early_is_repeated_ever_more_slowly() {
    check(&[
        ("09:00:00", "limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        ("09:05:00", "limit reached / >", "probing (0) + probe"),
        (
            "09:05:30",
            "taken: limit reached / PROBE / limit reached",
            "held until unknown, probe at 09:15:30 (1)",
        ),
        ("09:15:30", "taken: limit reached / PROBE / limit reached", "probing (1) + probe"),
        (
            "09:16:00",
            "taken: limit reached / PROBE / limit reached",
            "held until unknown, probe at 09:36:00 (2)",
        ),
        ("09:36:00", "taken: limit reached / PROBE / limit reached", "probing (2) + probe"),
        (
            "09:37:00",
            "taken: limit reached / PROBE / limit reached",
            "held until unknown, probe at 10:07:00 (3) + alarm",
        ),
        ("10:07:00", "taken: limit reached / PROBE / limit reached", "probing (3) + probe"),
        (
            "10:08:00",
            "taken: limit reached / PROBE / limit reached",
            "held until unknown, probe at 10:38:00 (4)",
        ),
        ("10:09:00", "active: taken: esc interrupt", "clear, dismissed"),
    ]);
}

#[test]
fn the_answer_to_a_probe_may_take_a_look() {
    let early = [
        ("09:00:00", "limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        ("09:05:00", "limit reached / >", "probing (0) + probe"),
        ("09:05:30", "taken: limit reached / PROBE / >", "probing (0)"),
    ];
    let quiet = ("09:06:00", "taken: limit reached / PROBE / fine / >", "clear, dismissed");
    let again = (
        "09:06:00",
        "taken: limit reached / PROBE / limit reached / >",
        "held until unknown, probe at 09:16:00 (1)",
    );
    for last in [quiet, again] {
        check(&[early.as_slice(), &[last]].concat());
    }
}

#[test]
fn a_probe_that_the_program_does_not_show_is_judged_after_a_look() {
    check(&[
        ("09:00:00", "limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        ("09:05:00", "limit reached / >", "probing (0) + probe"),
        ("09:05:30", "taken: limit reached / >", "probing (0)"),
        ("09:05:59", "taken: limit reached / >", "probing (0)"),
        ("09:06:00", "taken: limit reached / >", "held until unknown, probe at 09:16:00 (1)"),
    ]);
}

#[test]
fn a_dismissed_row_is_no_banner_until_it_has_left_the_screen() {
    check(&[
        ("09:00:00", "docs: limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        ("09:04:00", "active: docs: limit reached / esc interrupt", "clear, dismissed"),
        ("09:05:00", "docs: limit reached / >", "clear, dismissed"),
        ("09:06:00", "other / >", "clear"),
        ("09:07:00", "docs: limit reached / >", "held until unknown, probe at 09:12:00 (0)"),
    ]);
}

#[test]
fn the_same_words_below_the_probe_are_a_new_banner() {
    check(&[
        ("09:00:00", "limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        ("09:05:00", "limit reached / >", "probing (0) + probe"),
        ("09:05:30", "active: taken: limit reached / PROBE / esc interrupt", "clear, dismissed"),
        (
            "09:06:00",
            "limit reached / PROBE / limit reached / >",
            "held until unknown, probe at 09:11:00 (0)",
        ),
    ]);
}

#[test]
fn a_better_banner_is_read_again_within_the_cap() {
    check(&[
        ("09:00:00", "limit reached / >", "held until unknown, probe at 09:05:00 (0)"),
        (
            "09:01:00",
            "limit reached, resets 11:00 / >",
            "held until 11:00:45, probe at 11:00:45 (0)",
        ),
        (
            "09:02:00",
            "limit reached, resets Nov 22, 11:00 / >",
            "held until 11:00:45, probe at 15:00:00 (0)",
        ),
        ("09:03:00", "limit reached, oh / >", "held until 11:00:45, probe at 15:00:00 (0)"),
    ]);
}

#[test]
fn a_far_reset_is_probed_at_the_cap_and_an_old_one_soon() {
    check(&[(
        "09:00:00",
        "limit reached, resets Nov 24, 11am",
        "held until 11:00:45, probe at 15:00:00 (0) + alarm",
    )]);
    // Without a date, 8:00 is more likely an hour ago than in 23 hours.
    check(&[(
        "09:00:00",
        "limit reached, resets 8:00",
        "held until unknown, probe at 09:05:00 (0)",
    )]);
}

#[test]
fn a_provider_that_always_says_soon_is_not_asked_more_often() {
    check(&[
        (
            "09:00:00",
            "limit reached, try again in 10 seconds",
            "held until 09:00:55, probe at 09:00:55 (0)",
        ),
        ("09:01:00", "limit reached, try again in 10 seconds", "probing (0) + probe"),
        (
            "09:02:00",
            "taken: PROBE / limit reached, try again in 10 seconds",
            "held until 09:12:00, probe at 09:12:00 (1)",
        ),
    ]);
}

#[test]
fn a_probe_that_cannot_be_typed_is_given_up_for_a_later_one() {
    check(&[
        ("09:00:00", "limit reached", "held until unknown, probe at 09:05:00 (0)"),
        ("09:05:00", "limit reached", "probing (0) + probe"),
        ("09:34:59", "waiting: limit reached", "probing (0)"),
        ("09:35:00", "waiting: limit reached", "held until unknown, probe at 09:45:00 (1)"),
        ("09:45:00", "limit reached", "probing (1) + probe"),
        ("09:45:30", "waiting: ready", "clear"),
    ]);
}

#[test]
fn a_banner_broken_at_the_margin_is_seen() {
    check(&[(
        "09:00:00",
        "│ You are at your 5-hour limit   │ / │ reached · resets   │ / │ 11am │",
        "held until 11:00:45, probe at 11:00:45 (0)",
    )]);
}

#[test]
fn a_row_that_shows_our_own_text_is_no_banner() {
    check(&[(
        "09:00:00",
        "❯ please find out what a / limit reached banner looks like / ok",
        "clear",
    )]);
}

#[test]
fn only_the_end_of_the_screen_counts() {
    let above = format!("limit reached / {}", vec!["answer"; 15].join(" / "));
    let within = format!("limit reached / {}", vec!["answer"; 14].join(" / "));
    check(&[("09:00:00", &above, "clear")]);
    check(&[("09:00:00", &within, "held until unknown, probe at 09:05:00 (0)")]);
}

#[test]
fn only_held_and_probing_silence() {
    assert!(!Limit::default().silences());
    let held = step(Limit::default(), BANNER, at("09:00:00")).next;
    assert!(held.silences());
    assert!(step(held, BANNER, at("10:30:45")).next.silences());
}
