//! What condemns a session, and how a program that takes input is heard first.

use std::time::Duration;

use super::*;
use crate::activity::fixture::held;
use crate::health::FatalNote;
use crate::messages::LOOK_AND_GO_ON;
use crate::state::Trial;
use crate::{StopStage, Told, ToldState, Why};

/// It has stood still for so long that it is idle.
fn idle() -> Scene {
    let mut scene = Scene::running(&["ann"], "");
    for _ in 0..30 {
        scene.tick(1000);
    }
    assert!(scene.done.is_empty(), "{:?}", scene.done);
    scene
}

/// Ticks every second, and plays a program that answers a message with this; at which second it is stopped, and why.
fn stopped(scene: &mut Scene, seconds: u64, answer: &str) -> Option<(u64, Why)> {
    let begin = scene.at_ms;
    for _ in 0..seconds * 4 {
        let decision = scene.tick(250);
        for action in decision.actions {
            match action {
                Action::Stop { why, stage: StopStage::Terminate, .. } => {
                    return Some(((scene.at_ms - 250 - begin) / 1000, why));
                }
                Action::Type { text, token, .. } => {
                    let pane = PaneSeen { typed: Some(token), run: Some(RunId(1)), ..pane() };
                    scene.look("ann").pane = Seen::Known(pane);
                    scene.screen("ann", &format!("it is broken / > {text}"));
                }
                Action::Submit { token, .. } => {
                    let seen = scene.look("ann");
                    let Seen::Known(pane) = &mut seen.pane else { panic!("it runs") };
                    pane.submitted = Some(token);
                    scene.screen(
                        "ann",
                        &format!("it is broken / > {LOOK_AND_GO_ON} / {answer} / > "),
                    );
                }
                _ => {}
            }
        }
    }
    None
}

fn fatal(row: &str) -> Why {
    Why::Fatal { row: row.to_owned() }
}

fn trial(scene: &Scene) -> Option<Trial> {
    scene.state.members[&name("ann")].suspicion.as_ref().map(|it| it.trial)
}

fn said(decision: &Decision) -> Vec<FatalNote> {
    let fatal =
        |note: &&Note| if let Note::Fatal(fatal) = note { Some(fatal.clone()) } else { None };
    notes(decision, Some("ann")).iter().filter_map(fatal).collect()
}

#[test]
fn f28_an_error_without_a_composer_condemns_once_it_has_stood_for_five_seconds() {
    let mut scene = idle();
    scene.screen("ann", "all was well /   it is broken / $");
    let begin = scene.at_ms;
    let mut first = None;
    let mut stop = None;
    for _ in 0..30 {
        let decision = scene.tick(1000);
        for note in said(&decision) {
            let FatalNote::Once { what, decided_at } = note else { panic!("{note:?}") };
            assert!(what.contains("it is broken"), "{what}");
            assert!(decided_at > scene.now().at.before(Duration::from_secs(1)));
            assert!(decision.look_by.unwrap() <= decided_at.after(Duration::from_secs(1)));
            first.get_or_insert((scene.at_ms - begin) / 1000 - 1);
        }
        if let Some(Action::Stop { why, .. }) = decision.actions.first() {
            stop.get_or_insert(((scene.at_ms - begin) / 1000 - 1, why.clone()));
        }
    }
    let (first, (stop, why)) = (first.unwrap(), stop.unwrap());
    assert_eq!(why, fatal("it is broken"));
    assert!((5..=7).contains(&(stop - first)), "{first} {stop}");
    assert_eq!(trial(&scene), None, "another run is not suspected");
}

#[test]
fn f28_what_one_look_saw_and_the_next_did_not_condemns_nobody() {
    let mut scene = idle();
    scene.screen("ann", "it is broken / $");
    for _ in 0..3 {
        scene.tick(1000);
    }
    for text in ["all is well / $", "it is broken / $"] {
        scene.screen("ann", text);
        assert_eq!(stopped(&mut scene, 4, ""), None, "{text}");
    }
    // Other words are another suspicion.
    let mut scene = idle();
    for text in ["broken one / $", "broken two / $", "broken three / $"] {
        scene.screen("ann", text);
        assert_eq!(stopped(&mut scene, 5, ""), None, "{text}");
    }
}

#[test]
fn f18_another_backends_program_condemns_and_a_shell_does_not() {
    for (command, condemns) in [("vi", true), ("sh", false), ("tui", false)] {
        let mut scene = idle();
        let Seen::Known(pane) = &mut scene.look("ann").pane else { panic!("it runs") };
        pane.command = command.to_owned();
        let why = Why::Mismatch { found: "vi".to_owned(), expected: "tui".to_owned() };
        let found = stopped(&mut scene, 30, "").map(|(_, why)| why);
        assert_eq!(found, condemns.then_some(why), "{command}");
    }
}

#[test]
fn f28_a_program_that_takes_input_is_asked_and_its_answer_decides() {
    for (answer, ends) in [
        ("it is broken", true),
        ("on it", false),
        // An answer that quotes begins otherwise.
        ("I read / the log: / it is broken", false),
    ] {
        let mut scene = idle();
        scene.screen("ann", "it is broken / > ");
        let found = stopped(&mut scene, 60, answer);
        assert_eq!(found.as_ref().map(|(_, why)| why.clone()), ends.then(|| fatal("it is broken")));
        if let Some((second, _)) = found {
            // Five seconds until it is asked, and five after its answer.
            assert!((10..30).contains(&second), "{second}");
        }
    }
}

#[test]
fn f28_who_answered_with_something_else_is_left_alone_until_the_error_stands_below_that() {
    let shown =
        |above: &str, below: &str| format!("{above} / > {LOOK_AND_GO_ON} / well / {below} / > ");
    let mut scene = idle();
    scene.screen("ann", "it is broken / > ");
    assert_eq!(stopped(&mut scene, 60, "on it / all is well"), None);
    // Above the message it is what was judged before.
    scene.screen("ann", &shown("it is broken", "well"));
    assert_eq!(stopped(&mut scene, 20, "on it"), None);
    assert_eq!(trial(&scene), Some(Trial::Passed));
    assert!(matches!(said(&scene.tick(1000))[..], [FatalNote::Quoted { .. }]));
    scene.screen("ann", "all is well / > ");
    scene.tick(1000);
    scene.tick(1000);
    assert_eq!(trial(&scene), None, "nothing is wrong any more");
}

#[test]
fn f28_an_error_that_comes_again_below_the_answer_is_suspected_anew() {
    let mut scene = idle();
    scene.screen("ann", "it is broken / > ");
    assert_eq!(stopped(&mut scene, 60, "I say: / well / it is broken"), None);
    let asked = |scene: &Scene| {
        scene.done.iter().filter(|(_, it)| matches!(it, Action::Type { .. })).count()
    };
    let before = asked(&scene);
    scene.screen(
        "ann",
        &format!("it is broken / > {LOOK_AND_GO_ON} / well / on it / it is broken / > "),
    );
    assert_eq!(
        stopped(&mut scene, 60, "it is broken").map(|(_, why)| why),
        Some(fatal("it is broken"))
    );
    assert!(asked(&scene) > before, "it is asked once more");
}

#[test]
fn f28_while_it_works_nothing_condemns_it() {
    let mut scene = idle();
    scene.screen("ann", "it is broken / esc interrupt / $");
    for nth in 0..40 {
        scene.screen("ann", &format!("it is broken / row {} / esc interrupt / $", "x".repeat(nth)));
        let decision = scene.tick(1000);
        assert_eq!((said(&decision), touches(&decision)), (vec![], false));
        assert_eq!(trial(&scene), None);
    }
}

#[test]
fn f18_who_may_not_be_started_again_is_not_ended_and_stays_suspected() {
    let mut scene = idle();
    scene.screen("ann", "it is broken / $");
    scene.look("ann").unstartable = Some("no prompt".to_owned());
    assert_eq!(stopped(&mut scene, 30, ""), None);
    assert_eq!(trial(&scene), Some(Trial::Open));
    let alarms = scene.done.iter().filter(|(_, it)| matches!(it, Action::Alarm { .. })).count();
    assert_eq!(alarms, 1);
}

/// Its program tells that a turn failed at that second, with those words.
fn tells_failure(scene: &mut Scene, words: &str, second: u64) {
    let state = ToldState::Failed { text: words.to_owned(), retried: false };
    let since_ms = now(second).wall.timestamp_millis();
    scene.look("ann").told = Some(Told { state, since_ms, source: "hook X".to_owned() });
}

/// Tells of a failure, and again one second after it was asked, where it fails again; why it is stopped then. `ahead`: by so many
/// seconds the wall clock was set back since the first of them.
fn ends_after_telling(words: &str, ahead: u64, fails_again: bool) -> (Option<Why>, Scene) {
    let mut scene = idle();
    let second = scene.at_ms / 1000;
    tells_failure(&mut scene, words, second + ahead);
    for _ in 0..240 {
        let decision = scene.tick(250);
        for action in decision.actions {
            match action {
                Action::Stop { why, .. } => return (Some(why), scene),
                Action::Type { text, token, .. } => {
                    assert_eq!(text, LOOK_AND_GO_ON);
                    let pane = PaneSeen { typed: Some(token), run: Some(RunId(1)), ..pane() };
                    scene.look("ann").pane = Seen::Known(pane);
                    scene.screen("ann", &format!("> {text}"));
                }
                Action::Submit { token, .. } => {
                    let Seen::Known(pane) = &mut scene.look("ann").pane else { panic!("it runs") };
                    pane.submitted = Some(token);
                    scene.screen("ann", &format!("> {LOOK_AND_GO_ON} / well / > "));
                    if fails_again {
                        let second = scene.at_ms / 1000 + 1;
                        tells_failure(&mut scene, words, second);
                    }
                }
                _ => {}
            }
        }
    }
    (None, scene)
}

#[test]
fn f28_a_turn_that_its_program_says_failed_is_tried_again_before_anything_is_ended() {
    for (words, row) in [(" API Error: 500 ", "API Error: 500"), ("  ", "the turn failed")] {
        let (why, _) = ends_after_telling(words, 0, true);
        assert_eq!(why, Some(fatal(row)));
    }
    // It told of no other failure since, so the message helped.
    for ahead in [0, 864_000] {
        let (why, scene) = ends_after_telling("API Error: 500", ahead, false);
        assert_eq!((why, trial(&scene)), (None, Some(Trial::Passed)), "{ahead}");
    }
}

#[test]
fn f28_a_failure_that_its_program_tries_again_itself_condemns_nobody() {
    let mut scene = idle();
    let state = ToldState::Failed { text: "API Error: 500".to_owned(), retried: true };
    let since_ms = scene.now().wall.timestamp_millis();
    scene.look("ann").told = Some(Told { state, since_ms, source: "hook X".to_owned() });
    scene.screen("ann", "it is broken / > ");
    assert_eq!(stopped(&mut scene, 20, ""), None);
    assert_eq!(trial(&scene), None);
}

/// Ann is suspected of that since so many seconds, and what she printed last is as old; what becomes of her.
fn suspected(what: &str, seconds: u64, text: &str) -> (Scene, Decision) {
    let mut scene = idle();
    scene.screen("ann", text);
    // The look that finds the screen changed.
    let member = scene.state.members.get_mut(&name("ann")).unwrap();
    let printed = crate::activity::fixture::screen(text).digest;
    member.activity.digest = Some(printed);
    let since = now(scene.at_ms / 1000 - seconds).at;
    (member.activity.changed_at, member.activity.evidence_at) = (Some(since), Some(since));
    member.suspicion = Some(crate::Suspicion { since, what: what.to_owned(), trial: Trial::Open });
    let decision = scene.tick(1000);
    (scene, decision)
}

const BROKEN: &str = "its screen shows a fatal error: it is broken";

#[test]
fn f28_only_the_same_words_confirm_a_first_look() {
    let (scene, decision) = suspected(BROKEN, 5, "it is broken / $");
    assert!(touches(&decision), "{:?}", scene.state.members[&name("ann")].suspicion);
    let (scene, decision) = suspected("another thing", 5, "it is broken / $");
    assert!(!touches(&decision));
    let suspicion = scene.state.members[&name("ann")].suspicion.clone().unwrap();
    assert_eq!(
        (suspicion.what.as_str(), suspicion.since),
        (BROKEN, now(scene.at_ms / 1000 - 1).at)
    );
    let (_, decision) = suspected(BROKEN, 4, "it is broken / $");
    assert!(!touches(&decision), "it has not lasted");
}

#[test]
fn i2_a_first_look_from_before_the_watchdog_was_away_condemns_nobody() {
    for (away, is_confirmed) in [(29, true), (30, false), (300, false)] {
        let mut scene = idle();
        scene.screen("ann", "it is broken / $");
        for _ in 0..3 {
            scene.tick(1000);
        }
        assert_eq!(trial(&scene), Some(Trial::Open));
        scene.at_ms += (away - 1) * 1000;
        assert_eq!(touches(&scene.tick(1000)), is_confirmed, "{away}");
        assert!(is_confirmed || stopped(&mut scene, 10, "").is_some(), "two looks confirm it");
    }
}

#[test]
fn f28_a_screen_with_a_clock_on_it_is_condemned_after_a_minute() {
    let mut scene = idle();
    let begin = scene.at_ms;
    let mut stopped = None;
    for nth in 0..90 {
        scene.screen("ann", &format!("it is broken / clock {} / $", "x".repeat(nth)));
        if touches(&scene.tick(1000)) {
            stopped.get_or_insert((scene.at_ms - begin) / 1000 - 1);
        }
    }
    assert!(stopped.is_some_and(|second| (60..=62).contains(&second)), "{stopped:?}");
}

#[test]
fn f28_while_a_text_of_ours_is_in_its_composer_nothing_condemns_it() {
    for (stage, is_suspected) in [
        (crate::Stage::Owed, true),
        (crate::Stage::Typing { at: now(1030).at, run: Some(RunId(1)), tries: 1 }, false),
        (crate::Stage::Typed { at: now(1030).at, run: Some(RunId(1)) }, false),
    ] {
        let mut scene = idle();
        scene.screen("ann", "it is broken / $");
        let member = scene.state.members.get_mut(&name("ann")).unwrap();
        if stage != crate::Stage::Owed {
            let (kind, text) = (crate::MessageKind::Claim, "hello".to_owned());
            let owed_since = now(1030).at;
            let message =
                crate::Message { id: 1, kind, text, owed_since, now_until: None, again: None };
            member.mailbox.queue.push_back(message);
        }
        member.mailbox.stage = stage.clone();
        scene.tick(100);
        assert_eq!(trial(&scene).is_some(), is_suspected, "{stage:?}");
    }
}

#[test]
fn what_was_seen_before_and_inside_a_window_condemns_nobody_after_it() {
    let held = || held(now(9000).at, None, crate::GoesOn::No);
    type Change = fn(&mut Scene, crate::Limit);
    let changes: [(&str, Change, bool); 3] = [
        ("nothing", |_, _| {}, true),
        // The look finds that its window is over.
        (
            "a window before",
            |scene, held| {
                scene.state.members.get_mut(&name("ann")).unwrap().limit = held;
            },
            false,
        ),
        (
            "a login",
            |scene, _| {
                let (text, place) = ("401".to_owned(), "hook X".to_owned());
                let login =
                    crate::LoginRefusal { since: now(900).at, text, place, confirmed: true };
                scene.state.members.get_mut(&name("ann")).unwrap().login = Some(login);
                let state = ToldState::Unauthenticated { text: "401".to_owned() };
                let since_ms = now(900).wall.timestamp_millis();
                scene.look("ann").told =
                    Some(Told { state, since_ms, source: "hook X".to_owned() });
            },
            false,
        ),
    ];
    for (what, change, is_kept) in changes {
        let mut scene = idle();
        scene.screen("ann", "it is broken / $");
        scene.tick(100);
        assert_eq!(trial(&scene), Some(Trial::Open));
        change(&mut scene, held());
        scene.tick(100);
        assert_eq!(trial(&scene).is_some(), is_kept, "{what}");
    }
    // What a message was sent for is still to be answered.
    let mut scene = idle();
    let member = scene.state.members.get_mut(&name("ann")).unwrap();
    let trial_of_it = Trial::Asked { taken_at: None };
    let (since, what) = (now(1000).at, BROKEN.to_owned());
    member.suspicion = Some(crate::Suspicion { since, what, trial: trial_of_it });
    member.limit = held();
    scene.tick(100);
    assert_eq!(trial(&scene), Some(trial_of_it));
}
