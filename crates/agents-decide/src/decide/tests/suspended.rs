//! What becomes of an agent whose program was stopped by a signal, and when it goes on.

use super::*;
use crate::activity::fixture::{processes, reading};
use crate::delivery::MessageKind;
use crate::{JobSeen, ShownState, Stand, Why};

/// An agent without a promise may be idle for so long.
const STALL_IDLE_MS: u64 = 300_000;
const HOUR_MS: u64 = 3_600_000;

/// One agent that shows the same screen for ever.
fn scene() -> Scene {
    Scene::running(&["ann"], "watch = \"heal+stall\"\n")
}

fn stops(scene: &mut Scene) {
    scene.look("ann").job = Some(JobSeen { pid: 7, suspended: true });
}

fn goes_on(scene: &mut Scene) {
    scene.look("ann").job = Some(JobSeen { pid: 7, suspended: false });
}

/// Looks as often as it is asked for, every 30 s at least; at which millisecond of that span what was done.
fn lives(scene: &mut Scene, span_ms: u64) -> Vec<(u64, Action)> {
    let (began, known) = (scene.at_ms, scene.done.len());
    while scene.at_ms - began < span_ms {
        let now = scene.now().at;
        let decision = scene.tick(0);
        let asked = decision.look_by.map_or(u64::MAX, |by| by.0.saturating_sub(now.0));
        scene.at_ms += asked.clamp(1, 30_000);
    }
    scene.done[known..].iter().map(|(at, action)| (at - began, action.clone())).collect()
}

fn stand(scene: &Scene) -> Option<Stand> {
    scene.state.members[&name("ann")].standing.as_ref().map(|standing| standing.stand)
}

fn is_stall(action: &Action) -> bool {
    matches!(action, Action::Stop { why: Why::Stall { .. }, .. })
}

#[test]
fn f19_one_that_was_stopped_is_told_of_once_after_a_minute_and_is_not_ended_for_it() {
    let mut scene = scene();
    stops(&mut scene);
    let done = lives(&mut scene, HOUR_MS);
    let [(60_000, Action::Alarm { about, key, text })] = done.as_slice() else {
        panic!("{done:?}")
    };
    assert_eq!((about.as_ref(), key.as_str()), (Some(&name("ann")), "suspended"));
    assert!(text.starts_with("ann: its program has been stopped by a signal (SIGSTOP or Ctrl-Z)"));
    assert!(text.ends_with("`kill -CONT -7` lets it go on"), "{text}");
    assert_eq!(stand(&scene), Some(Stand::Suspended));
    let decision = scene.tick(1000);
    let said = notes(&decision, Some("ann"));
    let is_it =
        |note: &&&Note| matches!(note, Note::Suspended { pid: 7, since } if *since == now(1000).at);
    assert_eq!(said.iter().filter(is_it).count(), 1, "{said:?}");
    let rests = |note: &&&Note| matches!(note, Note::Activity(_) | Note::Stall(_));
    assert_eq!(said.iter().filter(rests).count(), 0, "it does not count as idle: {said:?}");
}

#[test]
fn f19_the_time_in_which_it_was_stopped_is_no_idling() {
    let mut scene = scene();
    let began = scene.at_ms;
    // It would be ended at 305.1 s.
    assert_eq!(lives(&mut scene, 290_000), []);
    stops(&mut scene);
    let _ = lives(&mut scene, HOUR_MS);
    goes_on(&mut scene);
    let since = scene.at_ms;
    let decision = scene.tick(1000);
    let said = notes(&decision, Some("ann"));
    let goes =
        |note: &&Note| matches!(note, Note::GoesOn { since } if since.0 - now(1000).at.0 < began);
    assert!(said.iter().any(goes), "{said:?}");
    assert_eq!((stand(&scene), scene.state.members[&name("ann")].suspended), (None, None));
    let done = lives(&mut scene, 2 * STALL_IDLE_MS);
    let ended = done.iter().find(|(_, action)| is_stall(action)).map(|(at, _)| *at + 1000);
    let late = ended.and_then(|at| at.checked_sub(STALL_IDLE_MS + 5_100));
    assert!(late.is_some_and(|late| late < 30_000), "{since} {done:?}");
    // A second time is told as the first.
    let mut again = self::scene();
    for _ in 0..2 {
        stops(&mut again);
        let alarms = lives(&mut again, 120_000).len();
        goes_on(&mut again);
        assert_eq!((alarms, lives(&mut again, 60_000).len()), (1, 0));
    }
}

#[test]
fn f19_what_cannot_be_told_is_taken_for_neither() {
    // As before there was any such look: idle, and ended at a closer look.
    let ended = |job: Option<JobSeen>| {
        let mut scene = scene();
        scene.look("ann").job = job;
        let done = lives(&mut scene, 2 * STALL_IDLE_MS);
        done.iter().find(|(_, action)| is_stall(action)).map(|(at, _)| *at)
    };
    let before = Some(STALL_IDLE_MS + 5_100);
    assert_eq!(ended(None), before);
    assert_eq!(ended(Some(JobSeen { pid: 7, suspended: false })), before);
    assert_eq!(ended(Some(JobSeen { pid: 7, suspended: true })), None);
    // A look that failed does not tell that it goes on; one that saw it, and could not tell, no longer says that it is.
    let mut scene = scene();
    stops(&mut scene);
    let _ = lives(&mut scene, 90_000);
    let known = scene.look("ann").clone();
    *scene.look("ann") = unseen();
    scene.tick(1000);
    assert!(scene.state.members[&name("ann")].suspended.is_some());
    *scene.look("ann") = known;
    scene.look("ann").job = None;
    let decision = scene.tick(1000);
    assert_eq!(scene.state.members[&name("ann")].suspended, None);
    let goes = |note: &&Note| matches!(note, Note::GoesOn { .. });
    assert!(!notes(&decision, Some("ann")).iter().any(goes), "nobody knows that");
}

#[test]
fn f19_nothing_is_typed_at_it_not_even_at_once_until_it_goes_on() {
    for at_once in [false, true] {
        let mut scene = scene();
        stops(&mut scene);
        scene.tick(1000);
        let until = at_once.then(|| now(9000).at);
        scene.state.next_message += 1;
        let message = crate::Message {
            id: scene.state.next_message,
            kind: MessageKind::Operator(1),
            text: "hello".to_owned(),
            owed_since: scene.now().at,
            now_until: until,
            again: None,
        };
        scene.state.members.get_mut(&name("ann")).unwrap().mailbox.queue.push_back(message);
        let typed = |done: &[(u64, Action)]| {
            done.iter().filter(|(_, it)| matches!(it, Action::Type { .. })).count()
        };
        assert_eq!(typed(&lives(&mut scene, 600_000)), 0, "at once: {at_once}");
        let decision = scene.tick(1000);
        let said = notes(&decision, Some("ann"));
        let waits = |note: &&Note| {
            matches!(note, Note::Message(crate::MessageNote::Waits { reason, .. })
                if reason.starts_with("its program has been stopped by a signal"))
        };
        assert!(said.iter().any(waits), "{said:?}");
        goes_on(&mut scene);
        let decision = scene.tick(1000);
        let types = decision.actions.iter().filter(|it| matches!(it, Action::Type { .. }));
        assert_eq!(types.count(), 1, "at once: {at_once}, {:?}", decision.notes);
    }
}

#[test]
fn f19_neither_an_error_nor_a_dialog_on_its_last_screen_moves_anybody() {
    let mut scene = scene();
    scene.screen("ann", "it is broken");
    stops(&mut scene);
    assert_eq!(lives(&mut scene, 50_000), [], "it has lost its composer, and shows an error");
    let mut scene = self::scene();
    scene.look("ann").shown = Some(reading(ShownState::WaitingInput));
    stops(&mut scene);
    assert_eq!(lives(&mut scene, 50_000), [], "nobody can answer it now");
    goes_on(&mut scene);
    let decision = scene.tick(1000);
    assert_eq!(alarms(&decision), ["asks"]);
}

#[test]
fn f19_a_wake_that_is_due_waits_and_the_screen_of_before_proves_no_work() {
    let wake = "watch = \"none\"\nwake = { interval = \"10m\", prompt_file = \"wake.md\" }\n";
    let mut scene = Scene::running(&["ann"], wake);
    scene.look("ann").wake_text = Some("wake up".to_owned());
    scene.state.members.get_mut(&name("ann")).unwrap().wake_at = Some(now(1010).at);
    scene.screen("ann", "esc interrupt / > ");
    stops(&mut scene);
    scene.look("ann").processes = processes(5000, 2);
    let _ = lives(&mut scene, 120_000);
    assert!(scene.state.members[&name("ann")].mailbox.queue.is_empty());
    assert_eq!(scene.state.members[&name("ann")].activity.active_at, None);
    scene.screen("ann", "> ");
    goes_on(&mut scene);
    scene.tick(1000);
    let queue = &scene.state.members[&name("ann")].mailbox.queue;
    assert_eq!(queue.iter().filter(|it| it.kind == MessageKind::Wake).count(), 1);
}

#[test]
fn f19_who_is_started_anew_was_not_the_one_that_was_stopped() {
    let mut scene = scene();
    stops(&mut scene);
    scene.tick(1000);
    scene.ask(Verb::Restart {
        names: vec![name("ann")],
        one_offs: crate::OneOffs::default(),
        which: crate::Which::Own,
    });
    let decision = scene.tick(1000);
    assert!(touches(&decision), "a person may always have it ended: {:?}", decision.actions);
    *scene.look("ann") = gone();
    scene.tick(1000);
    assert_eq!(scene.state.members[&name("ann")].suspended, None);
}
