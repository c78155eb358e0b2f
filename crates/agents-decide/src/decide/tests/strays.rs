//! What becomes of sessions that the file no longer declares.

use std::time::Duration;

use super::*;
use crate::{StopStage, Undeclared};

fn stray() -> Undeclared {
    Undeclared { name: name("old"), session: "t-old".to_owned(), pane: 7, run: Some(RunId(4)) }
}

fn stops(scene: &Scene) -> Vec<(u64, StopStage)> {
    let stop = |(at, it): &(u64, Action)| match it {
        Action::StopUndeclared { name: of, session, pane: 7, run: Some(RunId(4)), stage } => {
            assert_eq!((of, session.as_str()), (&name("old"), "t-old"));
            Some((at - 1_000_000, *stage))
        }
        _ => None,
    };
    scene.done.iter().filter_map(stop).collect()
}

#[test]
fn a_session_that_the_file_lost_is_told_of_and_left_alone_until_somebody_asks() {
    let mut scene = Scene::running(&["ann"], "");
    scene.seen.undeclared = vec![stray()];
    let decision = scene.tick(1000);
    let expected = Note::Undeclared { session: "t-old".to_owned() };
    assert_eq!(notes(&decision, Some("old")), [&expected]);
    assert_eq!(stops(&scene), []);
    scene.ask(Verb::Down { names: vec![name("ann")], whole: false });
    scene.tick(1000);
    assert_eq!(stops(&scene), [], "another verb does not end it");
}

#[test]
fn what_is_asked_to_end_is_asked_kindly_then_killed_and_answered_for_once_it_is_gone() {
    let mut scene = Scene::running(&["ann"], "");
    let grace = u64::try_from(scene.fleet.timing.stop_grace.as_millis()).unwrap();
    scene.seen.undeclared = vec![stray()];
    scene.ask(Verb::DownUndeclared);
    let decision = scene.tick(grace - 1);
    assert!(decision.look_by.unwrap() <= now(1000).at.after(Duration::from_millis(200)));
    assert_eq!(answers(&decision), []);
    assert_eq!(notes(&decision, Some("old")), Vec::<&Note>::new());
    scene.tick(1);
    scene.tick(1000);
    let terminate = StopStage::Terminate;
    assert_eq!(stops(&scene), [(0, terminate), (grace - 1, terminate), (grace, StopStage::Kill)]);
    // Nobody can see whether it is gone.
    scene.seen.undeclared.clear();
    scene.seen.server = Seen::Unknown("no answer".to_owned());
    scene.seen.members.insert(name("ann"), unseen());
    assert_eq!(answers(&scene.tick(1000)), []);
    scene.seen.server = Seen::Known(SERVER);
    scene.seen.members.insert(name("ann"), up(1));
    let decision = scene.tick(1000);
    assert_eq!(answers(&decision), [(name("old"), Answer::Stopped)]);
    assert!(scene.state.open.is_empty());
    assert!(!decision.actions.contains(&Action::Exit));
}

#[test]
fn where_nothing_is_undeclared_the_answer_is_empty_and_comes_once_the_server_is_seen() {
    let replies = |scene: &Scene| {
        scene.done.iter().filter(|(_, it)| matches!(it, Action::Reply { .. })).count()
    };
    let mut scene = Scene::running(&["ann"], "");
    scene.seen.server = Seen::Unknown("no answer".to_owned());
    scene.seen.members.insert(name("ann"), unseen());
    scene.ask(Verb::DownUndeclared);
    scene.tick(1000);
    assert_eq!(replies(&scene), 0);
    scene.seen.server = Seen::Known(SERVER);
    scene.seen.members.insert(name("ann"), up(1));
    let decision = scene.tick(1000);
    assert_eq!((replies(&scene), answers(&decision)), (1, vec![]));
}
