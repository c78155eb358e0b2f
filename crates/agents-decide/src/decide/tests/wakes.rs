//! When a scheduled wake is owed, and why it waits.

use super::*;
use crate::activity::fixture::held;
use crate::delivery::MessageKind;
use crate::{Limit, WakeNote};

fn scene() -> Scene {
    let more = "[[agent]]\nname = \"wim\"\nwatch = \"none\"\naccount = \"team\"\nwake = { interval = \"10m\", prompt_file = \"wake.md\" }\n\
                [[agent]]\nname = \"bob\"\naccount = \"team\"\n";
    let mut scene = Scene::running(&[], more);
    scene.seen.members.insert(name("bob"), up(2));
    let life = Life::Up { since: now(500).at, run: Some(RunId(2)) };
    scene.state.members.entry(name("bob")).or_default().life = life;
    let mut seen = up(1);
    seen.wake_text = Some("wake up".to_owned());
    scene.seen.members.insert(name("wim"), seen);
    let member = scene.state.members.entry(name("wim")).or_default();
    member.wanted = Wanted::Up;
    member.last_run = Some(RunId(1));
    member.life = Life::Up { since: now(500).at, run: Some(RunId(1)) };
    member.wake_at = Some(now(1060).at);
    scene.state.next_run = 2;
    scene
}

fn said(decision: &Decision) -> Vec<WakeNote> {
    let wake = |note: &&Note| if let Note::Wake(wake) = note { Some(wake.clone()) } else { None };
    notes(decision, Some("wim")).iter().filter_map(wake).collect()
}

fn owed(scene: &Scene) -> usize {
    let queue = &scene.state.members[&name("wim")].mailbox.queue;
    queue.iter().filter(|it| it.kind == MessageKind::Wake).count()
}

#[test]
fn a_wake_is_owed_when_it_is_due_and_then_an_interval_later() {
    let mut scene = scene();
    let decision = scene.tick(59_999);
    assert_eq!(said(&decision), [WakeNote::At { at: now(1060).at }]);
    assert!(decision.look_by.unwrap() <= now(1060).at);
    assert_eq!((said(&scene.tick(1)).len(), owed(&scene)), (1, 0));
    assert_eq!((said(&scene.tick(1000)).len(), owed(&scene)), (0, 1));
    assert_eq!(scene.state.members[&name("wim")].wake_at, Some(now(1660).at));
    // A longer way than the interval was meant by an earlier file.
    scene.state.members.get_mut(&name("wim")).unwrap().wake_at = Some(now(9000).at);
    let decision = scene.tick(1000);
    assert_eq!(said(&decision), [WakeNote::At { at: now(1661).at }]);
}

#[test]
fn a_wake_that_is_due_waits_for_its_reason_and_is_not_doubled() {
    let reason = |change: fn(&mut Scene)| {
        let mut scene = scene();
        scene.tick(60_000);
        change(&mut scene);
        let before = owed(&scene);
        let decision = scene.tick(1000);
        assert_eq!(owed(&scene), before);
        match &said(&decision)[..] {
            [WakeNote::Due { since, reason }] => {
                assert_eq!(*since, now(1060).at);
                reason.clone()
            }
            other => panic!("{other:?}"),
        }
    };
    let works: fn(&mut Scene) = |it| it.screen("wim", "esc interrupt");
    assert_eq!(reason(works), "it is at work");
    let blind: fn(&mut Scene) = |it| it.look("wim").screen = Seen::Unknown("cut off".to_owned());
    assert_eq!(reason(blind), "its screen cannot be seen");
    let owes: fn(&mut Scene) = |it| {
        let owed_since = now(1000).at;
        let (kind, text) = (MessageKind::Wake, "wake up".to_owned());
        let message =
            crate::Message { id: 9, kind, text, owed_since, now_until: None, again: None };
        it.state.members.get_mut(&name("wim")).unwrap().mailbox.queue.push_back(message);
        it.screen("wim", "esc interrupt");
    };
    assert_eq!(reason(owes), "the last wake is not delivered yet");
    let shared: fn(&mut Scene) = |it| {
        let (since, canary) = (now(1000).at, name("bob"));
        let first = canary.clone();
        let closed = crate::Closed { since, first, canary, tries: 0, not_before: since };
        it.state.accounts.insert("team".to_owned(), crate::Account::Closed(closed));
        it.state.members.entry(name("bob")).or_default().limit =
            held(now(9000).at, None, crate::GoesOn::No);
    };
    assert_eq!(reason(shared), "its account is inside a usage window");
}

#[test]
fn a_wake_without_its_text_is_skipped_once_an_interval_and_told_once() {
    let mut scene = scene();
    scene.look("wim").wake_text = None;
    scene.tick(60_000);
    let decision = scene.tick(600_000);
    assert_eq!(
        (said(&decision), alarms(&decision)),
        (vec![WakeNote::FileMissing], vec!["wake-file"])
    );
    let decision = scene.tick(1000);
    assert_eq!((said(&decision), alarms(&decision)), (vec![WakeNote::FileMissing], vec![]));
    // Once there is one again it is owed, and the next time that it is missing is told anew.
    scene.look("wim").wake_text = Some("wake up".to_owned());
    scene.at_ms += 600_000;
    scene.tick(1000);
    assert_eq!((owed(&scene), scene.state.alarms.contains_key("wim/wake-file")), (1, false));
    assert_eq!(scene.state.members[&name("wim")].limit, Limit::default());
}

#[test]
fn who_has_no_wake_any_more_is_due_for_none() {
    let mut scene = Scene::running(&["ann"], "");
    scene.state.members.get_mut(&name("ann")).unwrap().wake_at = Some(now(1060).at);
    scene.tick(1000);
    assert_eq!(scene.state.members[&name("ann")].wake_at, None);
}
