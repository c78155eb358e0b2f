//! What a program tells of its limit, and what the rules of its preset read, at the edge of each time.

use chrono::TimeDelta;

use super::{at, words};
use crate::activity::fixture::{agent, backend, pane, reading, screen, timing};
use crate::limit::{GoesOn, Limit, LimitLook, LimitSource, ProbeState};
use crate::{Now, Seen, Shown, ShownState, Step, Told, ToldState, Wish};

/// A look: what is told, what is shown, and how far a probe is.
#[derive(Clone)]
struct Sight {
    told: Option<Told>,
    shown: Option<Shown>,
    rows: &'static str,
    probe: ProbeState,
}

fn nothing() -> Sight {
    Sight { told: None, shown: None, rows: "> ", probe: ProbeState::NotOwed }
}

fn step(state: Limit, sight: &Sight, now: Now) -> Step<Limit> {
    let look = LimitLook {
        agent: &agent(),
        backend: &backend(),
        timing: &timing(),
        pane: &Seen::Known(pane()),
        shown: sight.shown.as_ref(),
        told: sight.told.as_ref(),
        waits: false,
        screen: &Seen::Known(screen(sight.rows)),
        pattern_active: false,
        own_texts: &[],
        probe: sight.probe,
    };
    state.step(&look, now)
}

/// Told at that time, with an exact end, if any.
fn tells(since: &str, ends: Option<Now>, goes_on: bool, text: &str) -> Sight {
    let reset_ms = ends.map(|it| it.wall.timestamp_millis());
    let text = text.to_owned();
    let state = ToldState::Limited { reset_ms, window_minutes: None, goes_on, text };
    let since_ms = at(since).wall.timestamp_millis();
    let told = Told { state, since_ms, source: "record line 1".to_owned() };
    Sight { told: Some(told), ..nothing() }
}

fn shows(goes_on: bool) -> Shown {
    Shown { goes_on, proof: "limit".to_owned(), ..reading(ShownState::Limited) }
}

fn goes_on(step: &Step<Limit>) -> GoesOn {
    match &step.next {
        Limit::Held { goes_on, .. } => *goes_on,
        other => panic!("{other:?}"),
    }
}

fn entered_again(sight: &Sight) -> Limit {
    step(Limit::default(), sight, at("09:00:00")).next
}

fn source(step: &Step<Limit>) -> String {
    match &step.next {
        Limit::Held { source, .. } | Limit::Probing { source, .. } => source.to_string(),
        Limit::Clear { .. } => "none".to_owned(),
    }
}

#[test]
fn a_window_is_said_to_last_for_days_when_it_lasts_for_more_than_one() {
    let day = TimeDelta::hours(24) - TimeDelta::from_std(timing().limit_reset_slack).unwrap();
    for (span, is_told) in [(day, false), (day + TimeDelta::milliseconds(1), true)] {
        let mut ends = at("09:00:00");
        ends.wall += span;
        let entered = step(
            Limit::default(),
            &tells("09:00:00", Some(ends), false, "used up"),
            at("09:00:00"),
        );
        let is_alarm = |wish: &Wish| matches!(wish, Wish::Alarm { .. });
        assert_eq!(entered.wishes.iter().any(is_alarm), is_told, "{span}");
    }
}

#[test]
fn a_time_of_day_counts_up_to_the_longest_hold_and_an_exact_one_beyond() {
    for (rows, expected) in [
        ("limit reached, resets 15:00", "held until 15:00:45, probe at 15:00:00 (0)"),
        ("limit reached, resets 15:01", "held until unknown, probe at 09:05:00 (0)"),
    ] {
        let entered = step(Limit::default(), &Sight { rows, ..nothing() }, at("09:00:00"));
        assert_eq!(words(&entered), expected, "{rows}");
    }
    let exact = tells("09:00:00", Some(at("16:00:00")), false, "used up");
    let entered = step(Limit::default(), &exact, at("09:00:00"));
    assert_eq!(words(&entered), "held until 16:00:45, probe at 16:00:45 (0)");
}

#[test]
fn the_words_of_a_record_count_from_when_they_were_written() {
    let told = tells("08:00:00", None, false, "limit reached, try again in 2 hours");
    let entered = step(Limit::default(), &told, at("09:00:00"));
    assert_eq!(words(&entered), "held until 10:00:45, probe at 10:00:45 (0)");
    // One that is dated ahead of the clock was written now.
    let told = tells("10:00:00", None, false, "limit reached, try again in 2 hours");
    let entered = step(Limit::default(), &told, at("09:00:00"));
    assert_eq!(words(&entered), "held until 11:00:45, probe at 11:00:45 (0)");
}

#[test]
fn whether_it_goes_on_by_itself_is_what_the_last_look_says() {
    let told = |goes_on| tells("09:00:00", Some(at("11:00:00")), goes_on, "used up");
    let entered = step(Limit::default(), &told(true), at("09:00:00"));
    assert_eq!(goes_on(&entered), GoesOn::Told);
    let shown = Sight { shown: Some(shows(true)), ..told(true) };
    let seen = step(entered.next, &shown, at("09:01:00"));
    assert_eq!(goes_on(&seen), GoesOn::Shown, "its screen says so now");
    let called_off = step(seen.next, &told(false), at("09:02:00"));
    assert_eq!(goes_on(&called_off), GoesOn::No);
    // A screen that shows no limit says nothing of it.
    let works = Shown { goes_on: true, ..reading(ShownState::Active) };
    let seen = step(
        entered_again(&told(false)),
        &Sight { shown: Some(works), ..told(false) },
        at("09:02:00"),
    );
    assert_eq!(goes_on(&seen), GoesOn::No);
    // Its screen alone, by a preset.
    for (it, expected) in [(true, GoesOn::Shown), (false, GoesOn::No)] {
        let sight = Sight { shown: Some(shows(it)), ..nothing() };
        assert_eq!(goes_on(&step(Limit::default(), &sight, at("09:00:00"))), expected);
    }
}

#[test]
fn a_limit_says_what_it_is_known_by() {
    let by = |sight: &Sight| source(&step(Limit::default(), sight, at("09:00:00")));
    assert_eq!(by(&tells("09:00:00", None, false, "used up")), "record line 1");
    let shown = shows(false);
    assert_eq!(by(&Sight { shown: Some(shown.clone()), ..nothing() }), "screen, by its preset");
    let ruled = Shown { rule: Some("banner".to_owned()), ..shown };
    assert_eq!(by(&Sight { shown: Some(ruled), ..nothing() }), "screen, rule `banner`");
    assert_eq!(by(&Sight { rows: "limit reached / >", ..nothing() }), "screen, `limit_re`");
    // A preset that reads something else reads no banner.
    let idle = Some(reading(ShownState::Idle));
    assert_eq!(by(&Sight { shown: idle, rows: "limit reached / >", ..nothing() }), "none");
    let rests = Told { state: ToldState::Idle, since_ms: 5, source: "hook X".to_owned() };
    let sight = Sight { told: Some(rests), rows: "limit reached / >", ..nothing() };
    assert_eq!(by(&sight), "none", "it says that its last turn ended well");
}

#[test]
fn a_new_word_of_the_program_in_an_old_window_tells_when_that_ends() {
    let held = || {
        let entered = tells("09:00:00", Some(at("10:00:00")), false, "used up");
        step(Limit::default(), &entered, at("09:00:00")).next
    };
    let later = |ends: &str| tells("10:00:30", Some(at(ends)), false, "used up again");
    // The window was over, and it says now that another one holds: nobody asks before that ends.
    let said = step(held(), &later("12:00:00"), at("10:01:00"));
    assert_eq!(words(&said), "held until 12:00:45, probe at 12:00:45 (0)");
    // It says the same of a time that has come: then it is asked.
    let said = step(held(), &later("10:00:00"), at("10:01:00"));
    assert_eq!(words(&said), "probing (0) + probe");
    // Without another end the new words are kept, and the probe that is due is due.
    let words_only = tells("09:30:00", None, false, "used up again");
    let said = step(held(), &words_only, at("09:31:00"));
    assert_eq!(words(&said), "held until 10:00:45, probe at 10:00:45 (0)");
    let Limit::Held { banner, source, .. } = &said.next else { panic!("it is held") };
    let since_ms = at("09:30:00").wall.timestamp_millis();
    let place = "record line 1".to_owned();
    assert_eq!(
        (banner.as_str(), source),
        ("used up again", &LimitSource::Told { place, since_ms })
    );
}

/// A probe that was taken at 10:01:00, of a window of which the program told at 09:00:00.
fn taken() -> Limit {
    let since_ms = at("09:00:00").wall.timestamp_millis();
    Limit::Probing {
        since: at("10:00:45").at,
        taken_at: Some(at("10:01:00").at),
        banner: "used up".to_owned(),
        probes: 0,
        source: LimitSource::Told { place: "record line 1".to_owned(), since_ms },
    }
}

#[test]
fn what_was_told_before_a_probe_is_no_answer_to_it_and_the_screen_decides() {
    let old = Sight { probe: ProbeState::Seen, ..tells("09:00:00", None, false, "used up") };
    let settled = at("10:01:00").at.after(timing().signal_interval);
    let mut later = at("10:01:00");
    later.wall += TimeDelta::from_std(timing().signal_interval).unwrap();
    later.at = settled;
    let mut soon = later;
    soon.at.0 -= 1;
    assert_eq!(words(&step(taken(), &old, soon)), "probing (0)");
    assert_eq!(words(&step(taken(), &old, later)), "clear, dismissed");
    let shown = Sight { shown: Some(shows(false)), ..old.clone() };
    assert!(words(&step(taken(), &shown, later)).starts_with("held until"));
    let rested = Sight { shown: Some(reading(ShownState::Idle)), ..old.clone() };
    assert_eq!(words(&step(taken(), &rested, later)), "clear, dismissed");
    // A banner above the probe is an old one; one below it answers.
    let above = Sight { rows: "limit reached / >", ..old.clone() };
    assert_eq!(words(&step(taken(), &above, later)), "clear, dismissed");
    // What it tells since is the answer, whatever the screen shows.
    let new = Sight { probe: ProbeState::Seen, ..tells("10:01:10", None, false, "used up") };
    assert!(words(&step(taken(), &new, at("10:01:11"))).starts_with("held until unknown"));
}

#[test]
fn f52_a_limit_that_is_told_after_the_clock_was_set_holds_and_an_old_one_does_not_come_back() {
    // Told at 09:00:00, and over by what the screen said after the probe at 10:01:00.
    let old = tells("09:00:00", None, false, "used up");
    let sight = Sight { probe: ProbeState::Seen, ..old.clone() };
    let over = step(taken(), &sight, at("10:02:00"));
    assert_eq!(words(&over), "clear, dismissed");
    for hours in [240, 3, -3, -240] {
        let set = |now: Now| Now { wall: now.wall + TimeDelta::hours(hours), ..now };
        let moved = |mut sight: Sight| {
            let told = sight.told.as_mut().unwrap();
            told.since_ms += TimeDelta::hours(hours).num_milliseconds();
            sight
        };
        for old in [old.clone(), moved(old.clone())] {
            let stays = step(over.next.clone(), &old, set(at("10:30:00")));
            assert!(matches!(stays.next, Limit::Clear { .. }), "{hours}: {:?}", stays.next);
        }
        let new = moved(tells("10:20:00", None, false, "used up again"));
        let held = step(over.next.clone(), &new, set(at("10:30:00")));
        assert!(matches!(held.next, Limit::Held { .. }), "{hours}: {:?}", held.next);
    }
}
