//! What is made of a server that is another one, that cannot be seen, or that shows many as gone at once.

use std::time::Duration;

use super::*;
use crate::Why;

fn restored(scene: &Scene) -> Vec<u64> {
    let asked = scene.done.iter().filter(|(_, it)| matches!(it, Action::RestoreSocket { .. }));
    asked.map(|(at, _)| (at - 1_000_000) / 1000).collect()
}

#[test]
fn f08_another_server_and_no_server_mean_that_the_fleet_was_lost_and_the_same_one_does_not() {
    let other = ServerSeen { pid: 2, start_time: 5 };
    for (server, is_lost) in
        [(Seen::Known(SERVER), false), (Seen::Known(other), true), (Seen::Absent, true)]
    {
        let mut scene = Scene::running(&["ann"], "");
        scene.seen.server = server.clone();
        scene.seen.members.insert(name("ann"), gone());
        let decision = scene.tick(1000);
        assert_eq!(alarms(&decision).contains(&"lost"), is_lost, "{server:?}");
        // Another server is the second signal of an absence; without one a second look is awaited.
        let is_over = !matches!(scene.life("ann"), Life::Missing { .. });
        assert_eq!(is_over, is_lost, "{server:?}: {:?}", scene.life("ann"));
        assert_eq!(scene.state.server, server.known().copied());
    }
}

#[test]
fn a_server_that_held_nobody_is_nobodys_loss_and_each_loss_is_told() {
    let mut scene = Scene::of(&["ann"], "");
    scene.state.server = Some(ServerSeen { pid: 9, start_time: 9 });
    assert_eq!(alarms(&scene.tick(1000)), Vec::<&str>::new());
    assert_eq!(scene.state.server, Some(SERVER));
    // The first server of all is not another one.
    let mut scene = Scene::running(&["ann"], "");
    scene.state.server = None;
    assert_eq!(alarms(&scene.tick(1000)), Vec::<&str>::new());
    for pid in [2, 3] {
        scene.seen.server = Seen::Known(ServerSeen { pid, start_time: 5 });
        scene.state.members.get_mut(&name("ann")).unwrap().life =
            Life::Up { since: now(500).at, run: Some(RunId(1)) };
        let decision = scene.tick(1000);
        assert!(alarms(&decision).contains(&"lost"), "{:?}", decision.actions);
    }
}

#[test]
fn who_cannot_see_the_server_judges_nobody_asks_for_the_socket_and_says_so_after_half_a_minute() {
    let mut scene = Scene::running(&["ann"], "");
    scene.seen.server = Seen::Unknown("no answer".to_owned());
    scene.seen.members.insert(name("ann"), unseen());
    let mut told = Vec::new();
    for second in 0..95 {
        let decision = scene.tick(1000);
        assert!(!touches(&decision), "{:?}", decision.actions);
        assert_eq!(decision.look_by, Some(now(1001 + second).at), "it looks again soon");
        let notes = notes(&decision, None);
        assert!(matches!(notes[..], [Note::TerminalsUnseen { server: None, .. }]), "{notes:?}");
        told.extend(alarms(&decision).iter().map(|key| (second, (*key).to_owned())));
    }
    assert_eq!(told, [(30, "blind".to_owned())]);
    assert_eq!(restored(&scene), [0, 30, 60, 90]);
    assert_eq!(scene.state.blind.unwrap().since, now(1000).at);
    // Once it is seen again all that is over, and another time is told anew.
    scene.seen.server = Seen::Known(SERVER);
    scene.seen.members.insert(name("ann"), up(1));
    scene.tick(1000);
    assert_eq!((scene.state.blind, scene.state.alarms.contains_key("fleet/blind")), (None, false));
    assert!(matches!(scene.life("ann"), Life::Up { .. }));
}

#[test]
fn a_server_that_hangs_is_not_asked_for_its_socket_and_is_named_once_somebody_may_have_to_help() {
    let mut scene = Scene::running(&["ann"], "");
    scene.seen.server = Seen::Unknown("no answer".to_owned());
    scene.seen.hangs = true;
    scene.seen.members.insert(name("ann"), unseen());
    for second in 0..40 {
        let decision = scene.tick(1000);
        let named = (second >= 30).then_some(SERVER);
        let notes = notes(&decision, None);
        let is_it = matches!(notes[..], [Note::TerminalsUnseen { server, .. }] if *server == named);
        assert!(is_it, "{second}: {notes:?}");
    }
    assert!(restored(&scene).is_empty());
    // Before any server was seen there is none to be asked.
    let mut scene = Scene::of(&["ann"], "");
    scene.seen.server = Seen::Unknown("no answer".to_owned());
    scene.seen.members.insert(name("ann"), unseen());
    scene.tick(1000);
    assert!(restored(&scene).is_empty());
}

#[test]
fn f08_a_lost_socket_is_asked_for_every_half_a_minute_until_it_is_back() {
    let mut scene = Scene::running(&["ann"], "");
    scene.seen.socket_lost = true;
    for _ in 0..62 {
        scene.tick(1000);
    }
    assert_eq!(restored(&scene), [0, 30, 60]);
    scene.seen.socket_lost = false;
    scene.tick(1000);
    assert_eq!(scene.state.socket_asked_at, None);
    // Lost once more, it is asked for at once.
    scene.seen.socket_lost = true;
    scene.tick(1000);
    assert_eq!(restored(&scene), [0, 30, 60, 63]);
}

#[test]
fn f29_half_of_them_and_at_least_three_that_look_gone_at_once_are_doubted() {
    const ALL: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];
    for of in 1..=7 {
        for count in 0..=of {
            let is_mass = count >= 3 && 2 * count >= of;
            // Absent, and dead in a pane that is still there.
            for kind in 0..2 {
                let mut scene = Scene::running(&ALL[..of], "");
                for (it, run) in ALL[..count].iter().zip(1..) {
                    let dead = Some(crate::DeadSeen { status: Some(1), signal: None });
                    let pane = PaneSeen { run: Some(RunId(run)), dead, ..pane() };
                    let dead = MemberSeen { pane: Seen::Known(pane), ..member("", 0) };
                    scene.seen.members.insert(name(it), if kind == 0 { gone() } else { dead });
                }
                let decision = scene.tick(1000);
                let said = notes(&decision, None);
                let expected = Note::MassVerdict { count, of };
                assert_eq!(said.contains(&&expected), is_mass, "{count} of {of}: {said:?}");
                assert_eq!(decision.actions.contains(&Action::LookAgain), is_mass);
                assert_eq!(scene.state.doubted_since, is_mass.then(|| now(1000).at));
                if is_mass {
                    assert_eq!(
                        decision.look_by,
                        Some(now(1000).at.after(Duration::from_millis(50)))
                    );
                    if kind == 0 {
                        assert!(!touches(&decision), "{:?}", decision.actions);
                    }
                }
            }
        }
    }
}

#[test]
fn f29_what_another_way_of_looking_confirms_and_what_was_never_up_is_not_doubted() {
    let mut scene = Scene::running(&["a", "b", "c"], "");
    for it in ["a", "b", "c"] {
        scene.seen.members.insert(name(it), gone());
    }
    scene.tick(50);
    scene.tick(50);
    assert_eq!(scene.state.doubted_since, Some(now(1000).at), "it is counted from the first");
    scene.seen.independent = true;
    let decision = scene.tick(1000);
    assert!(!decision.actions.contains(&Action::LookAgain), "{:?}", decision.actions);
    assert_eq!(scene.state.doubted_since, None);
    assert!(!matches!(scene.life("a"), Life::Up { .. } | Life::Missing { .. }));
    // Those that cannot be seen do not look gone.
    let mut scene = Scene::running(&["a", "b", "c"], "");
    for it in ["a", "b", "c"] {
        scene.seen.members.insert(name(it), unseen());
    }
    assert!(!scene.tick(50).actions.contains(&Action::LookAgain));
    // Nor do those that are down.
    let mut scene = Scene::of(&["a", "b", "c"], "");
    assert!(!scene.tick(50).actions.contains(&Action::LookAgain));
}

#[test]
fn f48_who_is_new_in_the_file_starts_when_the_fleet_is_up_unless_it_is_not_enabled() {
    let more = "[[agent]]\nname = \"off\"\nenabled = false\nwatch = \"none\"\n\
                [[agent]]\nname = \"bare\"\nwatch = \"none\"\n";
    for (wanted, starts) in [(Wanted::Up, true), (Wanted::Unsaid, false), (Wanted::Down, false)] {
        let mut scene = Scene::running(&["ann"], more);
        scene.state.wanted = wanted;
        for it in ["off", "bare"] {
            scene.seen.members.insert(name(it), gone());
        }
        scene.tick(1000);
        let started: Vec<_> = scene
            .done
            .iter()
            .filter_map(|(_, it)| match it {
                Action::Start { name, why: Why::New, .. } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(started, if starts { vec!["bare"] } else { vec![] }, "{wanted:?}");
    }
}

#[test]
fn many_that_were_missed_once_and_are_missed_again_together_wait_for_another_way_of_looking() {
    let names = ["ann", "bob", "cy"];
    let mut scene = Scene::running(&names, "");
    for it in names {
        scene.seen.members.insert(name(it), gone());
        let (since, up_since, run) = (now(999).at, now(500).at, Some(RunId(1)));
        scene.state.members.get_mut(&name(it)).unwrap().life =
            Life::Missing { since, up_since, run };
    }
    let decision = scene.tick(100);
    for it in names {
        assert!(matches!(scene.life(it), Life::Missing { .. }), "{:?}", scene.life(it));
        assert!(notes(&decision, Some(it)).contains(&&Note::Doubted));
    }
    assert!(decision.actions.contains(&Action::LookAgain));
    scene.seen.independent = true;
    scene.tick(100);
    for it in names {
        assert!(!matches!(scene.life(it), Life::Missing { .. }), "{:?}", scene.life(it));
    }
}

#[test]
fn f03_f45_who_was_found_again_is_missed_anew_though_nothing_could_be_recorded() {
    let mut scene = Scene::running(&["ann"], "");
    let known = scene.look("ann").clone();
    let gone = MemberSeen { pane: Seen::Absent, screen: Seen::Absent, ..known.clone() };
    *scene.look("ann") = gone.clone();
    let _ = scene.tick(0);
    assert!(matches!(scene.life("ann"), Life::Missing { .. }), "{:?}", scene.life("ann"));
    // The next look finds it, and the disk is full.
    *scene.look("ann") = known;
    let before = scene.state.clone();
    let next = scene.tick(400).next;
    scene.state = before;
    scene.state.remember_seen(&next);
    assert!(matches!(scene.life("ann"), Life::Up { .. }), "{:?}", scene.life("ann"));
    // One look alone lacks it after that.
    *scene.look("ann") = gone;
    let decision = scene.tick(5_000);
    assert!(decision.actions.is_empty(), "{:?}", decision.actions);
    assert!(matches!(scene.life("ann"), Life::Missing { .. }), "{:?}", scene.life("ann"));
    // And two in a row prove that it is gone.
    let _ = scene.tick(400);
    assert!(!matches!(scene.life("ann"), Life::Missing { .. } | Life::Up { .. }));
}
