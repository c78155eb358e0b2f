mod touched;

use std::time::Duration;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::fixture::{backend, member, now, processes, reading, timing, unknown};
use super::{Activity, ActivityNote, ActivityState, judge, tail};
use crate::{MemberSeen, Moment, Seen};

const WORK: &str = "working / esc interrupt";
const REST: &str = "done / >";

/// Looks one after the other: seconds, what is seen, the verdict, and the seconds since the last evidence.
fn check(looks: &[(u64, MemberSeen, Activity, Option<u64>)]) {
    let mut state = ActivityState::default();
    for (at, seen, verdict, evidence_age) in looks {
        let (next, found, _) = judge(&state, &backend(), (seen, None).into(), &timing(), now(*at));
        let age = next.evidence_at.map(|evidence| now(*at).at.since(evidence).as_secs());
        assert_eq!((found, age), (*verdict, *evidence_age), "at {at}: {next:?}");
        state = next;
    }
}

fn still(
    at: u64,
    text: &str,
    cpu_ms: u64,
    verdict: Activity,
    age: u64,
) -> (u64, MemberSeen, Activity, Option<u64>) {
    (at, member(text, cpu_ms), verdict, Some(age))
}

#[test]
fn a_pattern_on_a_moving_screen_is_work() {
    check(&[
        still(0, WORK, 0, Activity::Active, 0),
        still(90, WORK, 0, Activity::Active, 0),
        still(91, WORK, 0, Activity::Idle, 1),
        still(100, "working / esc interrupt 2s", 0, Activity::Active, 0),
    ]);
}

#[test]
fn a_frozen_frame_is_stale_after_three_looks_when_looks_are_rare() {
    let mut slow = timing();
    slow.signal_interval = Duration::from_secs(60);
    let (state, _, _) = judge(
        &ActivityState::default(),
        &backend(),
        (&member(WORK, 0), None).into(),
        &slow,
        now(0),
    );
    let (state, at_limit, _) =
        judge(&state, &backend(), (&member(WORK, 0), None).into(), &slow, now(180));
    assert_eq!(at_limit, Activity::Active);
    let (_, past, notes) =
        judge(&state, &backend(), (&member(WORK, 0), None).into(), &slow, now(181));
    assert_eq!(past, Activity::Idle);
    let stale = ActivityNote::PatternStale { row: "esc interrupt".to_owned(), since: now(0).at };
    assert!(notes.contains(&stale), "{notes:?}");
}

#[test]
fn only_the_last_rows_count() {
    let above = format!("esc interrupt / {}", ["answer"; 12].join(" / "));
    let within = format!("esc interrupt / {}", ["answer"; 11].join(" / "));
    // Frames and empty rows do not push the pattern out.
    let framed = format!("esc interrupt / {}", ["│    │ /  / ────"; 12].join(" / "));
    check(&[still(0, &above, 0, Activity::Idle, 0)]);
    check(&[still(0, &within, 0, Activity::Active, 0)]);
    check(&[still(0, &framed, 0, Activity::Active, 0)]);
}

#[test]
fn any_output_is_evidence_but_not_activity() {
    check(&[
        still(0, REST, 0, Activity::Idle, 0),
        still(30, REST, 0, Activity::Idle, 30),
        still(60, "more / >", 0, Activity::Idle, 0),
        still(90, "more / >", 0, Activity::Idle, 30),
    ]);
}

#[test]
fn f21_a_silent_compile_is_evidence() {
    check(&[
        still(0, REST, 0, Activity::Idle, 0),
        // 1.9 % is the blinking of an idle TUI.
        still(30, REST, 570, Activity::Idle, 30),
        still(60, REST, 2_071, Activity::Idle, 0),
        // Under five seconds nothing is compared.
        still(61, REST, 2_900, Activity::Idle, 1),
        still(90, REST, 3_571, Activity::Idle, 30),
    ]);
}

#[test]
fn a_new_process_is_evidence() {
    let mut child = member(REST, 0);
    child.processes = processes(0, 2);
    check(&[
        still(0, REST, 0, Activity::Idle, 0),
        still(30, REST, 0, Activity::Idle, 30),
        (60, child.clone(), Activity::Idle, Some(0)),
        (90, child, Activity::Idle, Some(30)),
    ]);
}

#[test]
fn the_log_tells_when_it_grew() {
    let mut logged = member(REST, 0);
    logged.log_age = Some(Duration::from_secs(5));
    check(&[
        still(0, REST, 0, Activity::Idle, 0),
        still(30, REST, 0, Activity::Idle, 30),
        (60, logged, Activity::Idle, Some(5)),
    ]);
}

#[test]
fn a_fresh_log_makes_a_lingering_footer_active_but_not_for_limits() {
    let mut footer = backend();
    footer.footer_ui = true;
    let mut seen = member(REST, 0);
    for (age, verdict) in [(180, Activity::Active), (181, Activity::Idle)] {
        seen.log_age = Some(Duration::from_secs(age));
        let (state, found, _) =
            judge(&ActivityState::default(), &footer, (&seen, None).into(), &timing(), now(500));
        assert_eq!(found, verdict, "log of {age} s");
        assert!(!state.pattern_active(now(500)), "the log must not count for limits");
    }
    let (state, _, _) = judge(
        &ActivityState::default(),
        &footer,
        (&member(WORK, 0), None).into(),
        &timing(),
        now(500),
    );
    assert!(state.pattern_active(now(500)));
    assert!(!state.pattern_active(now(501)), "an earlier look must not count");
}

#[test]
fn a_failed_look_is_unknown_and_forgets_nothing() {
    let mut blind = member(REST, 0);
    (blind.screen, blind.processes) = (unknown(), unknown());
    let mut gone = blind.clone();
    (gone.screen, gone.processes) = (Seen::Absent, Seen::Absent);
    let (before, _, _) = judge(
        &ActivityState::default(),
        &backend(),
        (&member(WORK, 0), None).into(),
        &timing(),
        now(0),
    );
    let cause = "the server does not answer".to_owned();
    for (seen, said) in [(blind, vec![ActivityNote::ScreenUnseen { cause }]), (gone, Vec::new())] {
        let (after, verdict, notes) =
            judge(&before, &backend(), (&seen, None).into(), &timing(), now(60));
        assert_eq!((verdict, notes), (Activity::Unknown, said));
        assert_eq!(after, before);
    }
}

/// What is said of a look after one that saw `REST` at second 0.
fn said(at: u64, seen: &MemberSeen) -> Vec<ActivityNote> {
    let (before, _, _) = judge(
        &ActivityState::default(),
        &backend(),
        (&member(REST, 0), None).into(),
        &timing(),
        now(0),
    );
    judge(&before, &backend(), (seen, None).into(), &timing(), now(at)).2
}

#[test]
fn an_agent_that_shows_a_sign_of_work_is_not_called_idle() {
    assert_eq!(said(30, &member(REST, 0)), [ActivityNote::Idle { since: now(0).at }]);
    assert_eq!(said(30, &member("more / >", 0)), [ActivityNote::ScreenMoves]);
    assert_eq!(said(30, &member(REST, 9_000)), [ActivityNote::ProcessesWork]);
}

#[test]
fn a_log_is_said_to_grow_only_when_it_grew() {
    let mut logged = member(REST, 0);
    logged.log_age = Some(Duration::from_secs(5));
    assert_eq!(said(30, &logged), [ActivityNote::LogGrows]);
    // The same age, measured a little later within the look.
    logged.log_age = Some(Duration::from_millis(29_600));
    let [ActivityNote::Idle { .. }] = said(30, &logged)[..] else {
        panic!("{:?}", said(30, &logged))
    };
}

#[test]
fn f52_what_was_logged_before_the_clock_was_set_is_evidence() {
    // A log dated so in ms, at a look in that second, when the wall clock is so many seconds ahead; and when it last worked.
    let cases: [&[(i64, u64, i64, u64)]; 5] = [
        // Nothing set: to the second.
        &[(-5_000, 0, 0, 0), (20_000, 60, 0, 20), (20_000, 120, 0, 20), (110_000, 180, 0, 110)],
        // Set back after it was written: its date is to come, and it has no age.
        &[(-5_000, 0, 0, 0), (50_000, 60, -3_600, 60), (50_000, 120, -3_600, 60)],
        // Set forward: its age says that it was written an hour ago.
        &[(-5_000, 0, 0, 0), (50_000, 60, 3_600, 60), (50_000, 120, 3_600, 60)],
        // Set while it rested: no sign of work.
        &[(-5_000, 0, 0, 0), (-5_000, 60, 3_600, 0), (-5_000, 120, -3_600, 0)],
        // Once it has grown by the new clock, its age counts again.
        &[(-5_000, 0, 0, 0), (3_650_000, 60, 3_600, 60), (3_700_000, 120, 3_600, 100)],
    ];
    for looks in cases {
        let mut state = ActivityState::default();
        for (dated, at, ahead, worked_at) in looks {
            let mut now = now(*at);
            let zero = (now.wall - TimeDelta::seconds(at.cast_signed())).timestamp_millis();
            now.wall += TimeDelta::seconds(*ahead);
            let mut seen = member(REST, 0);
            let date = zero + dated;
            seen.log_dated = Some(date);
            let age = u64::try_from(now.wall.timestamp_millis() - date);
            seen.log_age = age.ok().map(Duration::from_millis);
            state = judge(&state, &backend(), (&seen, None).into(), &timing(), now).0;
            let worked_at = super::tests::now(*worked_at).at;
            assert_eq!(state.evidence_at, Some(worked_at), "{looks:?} at {at}");
        }
    }
}

#[test]
fn what_moves_after_the_boot_is_remembered() {
    let look = |state: &ActivityState, at, text| {
        judge(state, &backend(), (&member(text, 0), None).into(), &timing(), now(at)).0
    };
    let booted = look(&look(&ActivityState::default(), 0, "logo"), 60, REST);
    assert!(!booted.moved, "drawing the first screen is no work");
    assert!(look(&booted, 90, "answer").moved);
    assert!(!look(&booted, 90, REST).moved);
}

#[test]
fn the_tail_skips_empty_rows_and_frames() {
    let rows: Vec<String> = ["a", "", "│ │", "b  ", "───", "c"].map(str::to_owned).to_vec();
    assert_eq!(tail(&rows, 2), ["b", "c"]);
    assert_eq!(tail(&rows, 9), ["a", "b", "c"]);
}

proptest! {
    #[test]
    fn evidence_never_goes_back_and_is_never_ahead(
        looks in proptest::collection::vec((1_u64..200, 0_usize..4, 0_u64..3, 0_u64..20_000, proptest::option::of(0_u64..400)), 1..30),
    ) {
        let mut state = ActivityState::default();
        let (mut at, mut cpu) = (0, 0);
        for (gap, text, set, used, log_age) in looks {
            at += gap;
            cpu += used;
            let mut seen = member([WORK, REST, "more", ""][text], cpu);
            seen.processes = processes(cpu, set);
            seen.log_age = log_age.map(Duration::from_secs);
            let (next, verdict, _) = judge(&state, &backend(), (&seen, None).into(), &timing(), now(at));
            prop_assert!(next.evidence_at >= state.evidence_at);
            prop_assert!(next.evidence_at <= Some(now(at).at));
            prop_assert_eq!(verdict == Activity::Active, next.pattern_active(now(at)));
            if next.digest != state.digest {
                prop_assert_eq!(next.evidence_at, Some(now(at).at));
            }
            state = next;
        }
        prop_assert_ne!(state.first_at, None::<Moment>);
    }
}

#[test]
fn each_note_says_whether_it_is_a_sign_of_work_in_this_very_look() {
    let (row, since, at) = ("esc interrupt".to_owned(), now(0).at, now(0).at);
    let (by, cause) = ("hook X".to_owned(), "no answer".to_owned());
    for (note, is_work) in [
        (ActivityNote::Told { by: by.clone() }, true),
        (ActivityNote::PatternSeen { row: row.clone(), at }, true),
        (ActivityNote::ScreenMoves, true),
        (ActivityNote::LogGrows, true),
        (ActivityNote::ProcessesWork, true),
        (ActivityNote::LogYoung { grace: Duration::ZERO }, true),
        (ActivityNote::ToldLongAgo { by, since }, false),
        (ActivityNote::PatternStale { row, since }, false),
        (ActivityNote::Idle { since }, false),
        (ActivityNote::ScreenUnseen { cause }, false),
    ] {
        assert_eq!(note.is_work(), is_work, "{note:?}");
    }
}

#[test]
fn a_young_log_is_told_of_only_where_nothing_else_shows_work() {
    let mut footer = backend();
    footer.footer_ui = true;
    for (text, is_told) in [(WORK, false), (REST, true)] {
        let mut seen = member(text, 0);
        seen.log_age = Some(Duration::from_secs(5));
        let (_, _, notes) =
            judge(&ActivityState::default(), &footer, (&seen, None).into(), &timing(), now(500));
        let young = ActivityNote::LogYoung { grace: footer.log_grace };
        assert_eq!(notes.contains(&young), is_told, "{text}: {notes:?}");
    }
}

/// What an idle look at a program says that stands so; and, perhaps, shows so.
fn judged(stand: crate::Stand, is_told: bool, shown: Option<crate::Shown>) -> Activity {
    let (by, since_ms) = ("hook X".to_owned(), None);
    let (besides, differs_since) = (Vec::new(), None);
    let standing = crate::Standing { stand, by, is_told, since_ms, besides, differs_since };
    let seen = MemberSeen { shown, ..member(REST, 0) };
    let known = (&seen, Some(&standing)).into();
    judge(&ActivityState::default(), &backend(), known, &timing(), now(500)).1
}

#[test]
fn a_lack_of_work_says_nothing_of_one_that_asks_or_is_refused_or_cannot_be_told() {
    use crate::Stand;
    for (stand, is_told, expected) in [
        (Stand::Idle, true, Activity::Idle),
        (Stand::Failed, true, Activity::Idle),
        (Stand::Exited, false, Activity::Idle),
        (Stand::Limited, false, Activity::Idle),
        (Stand::Limited, true, Activity::Unknown),
        (Stand::WaitingInput, true, Activity::Unknown),
        (Stand::Unauthenticated, true, Activity::Unknown),
        (Stand::Unknown, false, Activity::Unknown),
    ] {
        assert_eq!(judged(stand, is_told, None), expected, "{stand:?} {is_told}");
        // A menu is open: it asks, whatever is told.
        let menu = crate::Shown { menu: true, ..reading(crate::ShownState::Idle) };
        assert_eq!(judged(stand, is_told, Some(menu)), Activity::Unknown, "{stand:?} {is_told}");
    }
}

#[test]
fn what_its_program_tells_is_believed_until_nothing_else_moved_for_ninety_seconds() {
    let told = |seconds: u64| crate::Standing {
        stand: crate::Stand::Active,
        by: "hook X".to_owned(),
        is_told: true,
        since_ms: Some(now(seconds).wall.timestamp_millis()),
        besides: Vec::new(),
        differs_since: None,
    };
    let (seen, timing) = (member(REST, 0), timing());
    let at = |state: &ActivityState, seconds| {
        judge(state, &backend(), (&seen, Some(&told(0))).into(), &timing, now(seconds))
    };
    let (first, _, _) = at(&ActivityState::default(), 0);
    assert_eq!(at(&first, 90).1, Activity::Active);
    let (_, activity, notes) = at(&first, 91);
    assert_eq!(activity, Activity::Idle);
    let (by, since) = ("hook X".to_owned(), now(0).at);
    assert!(notes.contains(&ActivityNote::ToldLongAgo { by, since }), "{notes:?}");
    // Nor is what was told before the wall clock was set back by ten days believed for so long.
    let ahead = |seconds| {
        let told = told(864_000);
        judge(&first, &backend(), (&seen, Some(&told)).into(), &timing, now(seconds)).1
    };
    assert_eq!((ahead(90), ahead(91)), (Activity::Active, Activity::Idle), "f52");
}

#[test]
fn when_the_screen_changed_is_known_in_the_look_that_finds_it_changed() {
    // A screen that goes on changing shows a turn that its program has not told of.
    let idle = crate::Told {
        state: crate::ToldState::Idle,
        since_ms: now(0).wall.timestamp_millis(),
        source: "hook X".to_owned(),
    };
    let seen = |text: &str| MemberSeen {
        told: Some(idle.clone()),
        shown: Some(crate::Shown {
            rule: Some("r".to_owned()),
            ..reading(crate::ShownState::Active)
        }),
        ..member(text, 0)
    };
    let (state, _, _) =
        judge(&ActivityState::default(), &backend(), (&seen(WORK), None).into(), &timing(), now(0));
    let stands = |text: &str, at: u64| {
        super::stand(&state, None, &seen(text), &timing(), now(at)).unwrap().stand
    };
    assert_eq!(stands(WORK, 10), crate::Stand::Idle, "it stands as it stood");
    assert_eq!(stands("working on / esc interrupt", 10), crate::Stand::Active);
}
