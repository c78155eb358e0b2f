//! What the operator is answered, and when.

use std::time::Duration;

use super::*;
use crate::delivery::{MessageKind, Stage};
use crate::{OneOffs, Rows, SendTerms, Which};

pub(super) fn up_verb(names: &[&str]) -> Verb {
    let names: Vec<AgentName> = names.iter().map(|it| name(it)).collect();
    let whole = names.is_empty();
    Verb::Up { names, whole, one_offs: OneOffs::new(), which: Which::Own }
}

pub(super) fn down_verb(names: &[&str]) -> Verb {
    let names: Vec<AgentName> = names.iter().map(|it| name(it)).collect();
    let whole = names.is_empty();
    Verb::Down { names, whole }
}

fn restart_verb(of: &str) -> Verb {
    Verb::Restart { names: vec![name(of)], one_offs: OneOffs::new(), which: Which::Own }
}

fn send_verb(now: bool, within: Option<u64>) -> Verb {
    let within = within.map(Duration::from_secs);
    Verb::Send { name: name("ann"), text: "hello".to_owned(), terms: SendTerms { now, within } }
}

#[test]
fn a_request_is_taken_up_once() {
    let mut scene = Scene::running(&["ann"], "");
    let request = Request { id: RequestId(5), verb: send_verb(false, Some(60)) };
    scene.seen.requests = vec![request.clone()];
    scene.tick(100);
    scene.seen.requests = vec![request, Request { id: RequestId(4), verb: down_verb(&["ann"]) }];
    scene.tick(100);
    assert_eq!(scene.state.open.len(), 1);
    assert_eq!(scene.state.last_request, RequestId(5));
    assert_eq!(scene.state.members[&name("ann")].mailbox.queue.len(), 1);
    assert!(matches!(scene.life("ann"), Life::Up { .. }));
}

#[test]
fn down_is_answered_when_it_is_down_and_the_watchdog_ends_with_the_whole_fleet() {
    for (names, supervised, exits) in
        [(&["ann"][..], true, false), (&[], true, true), (&[], false, false)]
    {
        let mut scene = Scene::running(&["ann"], "");
        scene.seen.supervised = supervised;
        scene.ask(down_verb(names));
        let decision = scene.tick(400);
        assert_eq!(answers(&decision), []);
        assert!(decision.look_by.unwrap() <= now(1000).at.after(Duration::from_millis(150)));
        scene.seen.members.insert(name("ann"), gone());
        let decision = scene.tick(400);
        assert_eq!(answers(&decision), [(name("ann"), Answer::Stopped)]);
        assert!(is_stopped(scene.life("ann")));
        assert_eq!(decision.actions.contains(&Action::Exit), exits, "{names:?}");
        // Who is down already is said not to run.
        scene.ask(down_verb(names));
        assert_eq!(answers(&scene.tick(400)), [(name("ann"), Answer::NotRunning)]);
    }
}

#[test]
fn the_watchdog_stays_for_whoever_was_asked_up_while_the_fleet_went_down() {
    let mut scene = Scene::running(&["ann", "bob"], "");
    scene.ask(down_verb(&[]));
    scene.tick(400);
    scene.ask(up_verb(&["bob"]));
    scene.seen.members.insert(name("ann"), gone());
    let decision = scene.tick(400);
    let said = answers(&decision);
    assert!(said.contains(&(name("ann"), Answer::Stopped)), "{said:?}");
    let meanwhile = Answer::Failed("it was asked up meanwhile".to_owned());
    assert!(said.contains(&(name("bob"), meanwhile)), "{said:?}");
    assert!(!decision.actions.contains(&Action::Exit));
}

#[test]
fn i17_who_was_down_and_is_asked_up_before_the_answer_is_not_said_to_be_down() {
    let mut scene = Scene::running(&["ann", "bob"], "");
    scene.ask(down_verb(&[]));
    scene.seen.members.insert(name("ann"), gone());
    scene.tick(100);
    scene.tick(400);
    assert!(is_stopped(scene.life("ann")), "{:?}", scene.life("ann"));
    // Bob is still there, so nothing is answered yet.
    scene.ask(up_verb(&["ann"]));
    scene.tick(400);
    scene.seen.members.insert(name("bob"), gone());
    let mut said = Vec::new();
    for _ in 0..5 {
        said.extend(answers(&scene.tick(400)));
    }
    let meanwhile = Answer::Failed("it was asked up meanwhile".to_owned());
    assert!(said.contains(&(name("ann"), meanwhile)), "{said:?}");
    assert!(said.contains(&(name("bob"), Answer::Stopped)), "{said:?}");
    assert!(!said.contains(&(name("ann"), Answer::Stopped)), "{said:?}");
}

#[test]
fn what_is_kept_for_later_and_what_was_ended_besides_is_said_of_a_stop() {
    for (strays, owed, words) in
        [(0, false, None), (2, false, Some("2")), (0, true, Some("1")), (3, true, Some("; "))]
    {
        let mut scene = Scene::running(&["ann"], "");
        if owed {
            scene.ask(send_verb(false, Some(1)));
            scene.look("ann").screen =
                Seen::Known(crate::activity::fixture::screen("esc interrupt"));
            scene.tick(2000);
        }
        scene.ask(down_verb(&["ann"]));
        scene.tick(400);
        scene.seen.members.insert(name("ann"), MemberSeen { strays, ..gone() });
        let mut said = answers(&scene.tick(400));
        let (_, answer) = said.remove(0);
        match (answer, words) {
            (Answer::Stopped, None) => {}
            (Answer::StoppedWith(text), Some(words)) => assert!(text.contains(words), "{text}"),
            other => panic!("{other:?}"),
        }
        scene.look("ann").strays = 0;
        scene.ask(down_verb(&["ann"]));
        let mut said = answers(&scene.tick(400));
        let is_kept = matches!(said.remove(0).1, Answer::NotRunningWith(_));
        assert_eq!(is_kept, owed);
    }
}

/// Asked up in each life: at once the answer, or that it is awaited.
#[test]
fn up_is_answered_at_once_where_it_runs_and_else_when_it_has_started() {
    let mut scene = Scene::running(&["ann"], "");
    scene.ask(up_verb(&["ann"]));
    assert_eq!(answers(&scene.tick(400)), [(name("ann"), Answer::AlreadyRunning)]);
    // One that is not known to run, and does.
    let mut scene = Scene::running(&["ann"], "");
    scene.state.members.get_mut(&name("ann")).unwrap().life = Life::default();
    scene.ask(up_verb(&["ann"]));
    assert_eq!(answers(&scene.tick(400)), [(name("ann"), Answer::AlreadyRunning)]);
    assert!(matches!(scene.life("ann"), Life::Up { run: Some(RunId(1)), .. }));
    // One that is parked starts now, and its budget is a new one.
    let mut scene = Scene::of(&["ann"], "");
    let (since, retry_at, reason) = (now(900).at, now(9000).at, "too often".to_owned());
    scene.state.members.entry(name("ann")).or_default().life =
        Life::Parked { since, retry_at, reason };
    for key in ["parked", "start", "unstartable", "other"] {
        scene.state.alarms.insert(format!("ann/{key}"), now(900).at);
    }
    scene.ask(up_verb(&["ann"]));
    let decision = scene.tick(400);
    assert_eq!(answers(&decision), []);
    let starts = decision.actions.iter().filter(|it| matches!(it, Action::Start { .. })).count();
    let left: Vec<&str> = scene.state.alarms.keys().map(String::as_str).collect();
    assert_eq!((starts, left), (1, vec!["ann/other"]));
    let run = scene.state.members[&name("ann")].last_run.unwrap();
    scene.seen.members.insert(name("ann"), up(run.0));
    let mut said = Vec::new();
    for _ in 0..40 {
        said.extend(answers(&scene.tick(400)));
    }
    assert_eq!(said, [(name("ann"), Answer::Started)]);
}

#[test]
fn a_restart_is_answered_by_the_new_run_and_a_stop_that_was_under_way_comes_back() {
    let mut scene = Scene::running(&["ann"], "");
    scene.ask(restart_verb("ann"));
    let decision = scene.tick(400);
    assert!(matches!(scene.life("ann"), Life::Stopping { then: Some(_), .. }));
    assert_eq!(answers(&decision), []);
    // Asked down and up again while it goes: it comes back once.
    scene.ask(down_verb(&["ann"]));
    scene.tick(400);
    assert!(matches!(scene.life("ann"), Life::Stopping { then: None, .. }));
    scene.ask(up_verb(&["ann"]));
    scene.tick(400);
    assert!(matches!(scene.life("ann"), Life::Stopping { then: Some(_), .. }));
    scene.seen.members.insert(name("ann"), gone());
    let mut started = 0;
    for _ in 0..3 {
        let decision = scene.tick(200);
        started += decision.actions.iter().filter(|it| matches!(it, Action::Start { .. })).count();
    }
    assert_eq!(started, 1);
}

#[test]
fn who_cannot_be_started_is_not_stopped_for_a_restart() {
    let mut scene = Scene::running(&["ann"], "");
    scene.look("ann").unstartable = Some("no prompt".to_owned());
    scene.ask(restart_verb("ann"));
    let decision = scene.tick(400);
    assert_eq!(answers(&decision), [(name("ann"), Answer::Failed("no prompt".to_owned()))]);
    assert!(!touches(&decision));
}

#[test]
fn what_is_sent_to_whoever_is_down_or_cannot_be_seen_is_answered_at_once() {
    let sent = |life: Option<Life>, is_seen: bool, urgent: bool| {
        let mut scene = Scene::running(&["ann"], "");
        if let Some(life) = life {
            scene.state.members.get_mut(&name("ann")).unwrap().life = life;
            scene.seen.members.insert(name("ann"), gone());
        }
        if !is_seen {
            scene.seen.members.insert(name("ann"), unseen());
        }
        scene.ask(send_verb(urgent, Some(60)));
        let mut said = answers(&scene.tick(400));
        let queued = scene.state.members[&name("ann")].mailbox.queue.len();
        (said.pop().map(|(_, answer)| answer), queued)
    };
    let stopped = || Some(Life::default());
    let due = || Some(Life::Due { at: now(5000).at, why: crate::Why::New });
    let is = |answer: &Option<Answer>, words: &str| match answer {
        Some(Answer::Failed(text) | Answer::Unseen(text)) => text.contains(words),
        _ => false,
    };
    let (answer, queued) = sent(stopped(), true, false);
    assert!(is(&answer, "`agents up ann` starts it") && queued == 0, "{answer:?}");
    let (answer, queued) = sent(stopped(), false, false);
    assert!(is(&answer, "not queued") && queued == 0, "{answer:?}");
    let (answer, queued) = sent(None, false, true);
    assert!(is(&answer, "not typed: the terminals cannot be seen") && queued == 0, "{answer:?}");
    assert_eq!(sent(None, false, false), (None, 1));
    // One that comes gets it later, but not what is to be typed now.
    assert_eq!(sent(due(), true, false), (None, 1));
    let (answer, queued) = sent(due(), true, true);
    assert!(is(&answer, "`agents up ann` starts it") && queued == 0, "{answer:?}");
}

#[test]
fn a_message_that_is_not_typed_in_time_is_queued_or_refused_as_was_asked() {
    for (urgent, within, patience) in [(false, Some(20), 20), (false, None, 8), (true, Some(5), 5)]
    {
        let mut scene = Scene::running(&["ann"], "");
        scene.screen("ann", "somebody's line / > ");
        let pane = PaneSeen { deaf: true, run: Some(RunId(1)), ..pane() };
        scene.look("ann").pane = Seen::Known(pane);
        scene.ask(send_verb(urgent, within));
        let mut said = Vec::new();
        let mut pauses = Vec::new();
        for second in 0..30 {
            let decision = scene.tick(1000);
            if !scene.state.open.is_empty() {
                let by = decision.look_by.unwrap();
                pauses.push((second, by.since(now(1000 + second).at)));
            }
            said.extend(answers(&decision).into_iter().map(|(_, it)| (second, it)));
        }
        let kept = scene.state.members[&name("ann")].mailbox.queue.len();
        match (&said[..], urgent) {
            ([(second, Answer::Waiting(_))], false) => assert_eq!((*second, kept), (patience, 1)),
            ([(second, Answer::Failed(why))], true) => {
                assert!(*second <= patience && kept == 0, "{second} {kept}");
                assert!(why.starts_with("not typed, and not queued: "), "{why}");
            }
            other => panic!("{other:?}"),
        }
        for (second, pause) in pauses {
            let patient = Duration::from_secs(1);
            let limit = if second >= 8 { patient } else { Duration::from_millis(150) };
            assert!(pause <= limit, "{second}: {pause:?}");
            assert!(second < 8 || pause == patient, "{second}: {pause:?}");
        }
    }
}

#[test]
fn a_message_that_is_kept_as_its_agent_goes_down_is_said_to_be_kept() {
    let mut scene = Scene::running(&["ann"], "");
    scene.screen("ann", "esc interrupt");
    scene.ask(send_verb(false, Some(600)));
    scene.tick(400);
    scene.ask(down_verb(&["ann"]));
    scene.tick(400);
    scene.seen.members.insert(name("ann"), gone());
    let said = answers(&scene.tick(400));
    let kept = "it was taken down; the message is kept for its next start";
    assert!(said.contains(&(name("ann"), Answer::Waiting(kept.to_owned()))), "{said:?}");
    // What was to be typed at once is not kept; of one whose key was pressed nobody knows whether it went.
    let mut scene = Scene::running(&["ann"], "");
    scene.screen("ann", "esc interrupt");
    let before = Rows::from(Vec::new());
    scene.ask(send_verb(true, Some(600)));
    scene.tick(10);
    let mailbox = &mut scene.state.members.get_mut(&name("ann")).unwrap().mailbox;
    mailbox.stage = Stage::Submitted {
        at: now(1000).at,
        run: Some(RunId(1)),
        tries: 1,
        before,
        first: None,
        drafted: false,
    };
    scene.ask(down_verb(&["ann"]));
    let said = answers(&scene.tick(400));
    let is_unknown =
        |it: &Answer| matches!(it, Answer::Unseen(why) if why.contains("its program ended"));
    assert!(said.iter().any(|(_, it)| is_unknown(it)), "{said:?}");
}

#[test]
fn a_message_whose_program_ends_as_it_takes_it_is_not_typed_at_the_next_one() {
    let (at, run) = (now(1000).at, Some(RunId(1)));
    let rows = |shown: &str| Rows::from(vec![shown.to_owned()]);
    let stuck = |shown| Stage::Stuck {
        since: at,
        run,
        before: rows(shown),
        first: None,
        drafted: false,
        unsubmitted: false,
    };
    let submitted = Stage::Submitted {
        at,
        run,
        tries: 1,
        before: rows("> hello"),
        first: None,
        drafted: false,
    };
    // Of one that was never seen in the composer nobody knows whether it went; one that stood there did not.
    for (stage, is_lost) in [
        (submitted, true),
        (stuck("nothing"), true),
        (stuck("> hello"), false),
        (Stage::Typed { at, run }, false),
    ] {
        let mut scene = Scene::running(&["ann"], "");
        scene.screen("ann", "esc interrupt");
        scene.ask(send_verb(false, Some(600)));
        scene.tick(100);
        scene.state.members.get_mut(&name("ann")).unwrap().mailbox.stage = stage.clone();
        scene.seen.members.insert(name("ann"), gone());
        let mut said = Vec::new();
        for _ in 0..4 {
            said.extend(answers(&scene.tick(2000)));
        }
        let is_unknown = |it: &(AgentName, Answer)| matches!(&it.1, Answer::Unseen(why) if why.contains("not typed again"));
        assert_eq!(said.iter().any(is_unknown), is_lost, "{stage:?}: {said:?}");
        let queue = &scene.state.members[&name("ann")].mailbox.queue;
        let kept = queue.iter().filter(|it| matches!(it.kind, MessageKind::Operator(_))).count();
        assert_eq!(kept, usize::from(!is_lost), "{stage:?}");
    }
}

#[test]
fn a_pilot_is_switched_where_the_config_gives_one() {
    let more = "[[agent]]\nname = \"pia\"\n[agent.pilot]\nprompt = \"go on\"\n";
    let mut scene = Scene::running(&["ann"], more);
    scene.seen.members.insert(name("pia"), gone());
    for on in [true, false] {
        scene.ask(Verb::Pilot { names: vec![name("ann"), name("pia")], on });
        let said = answers(&scene.tick(400));
        let [(_, Answer::Failed(why)), (_, Answer::Done(done))] = &said[..] else {
            panic!("{said:?}")
        };
        assert!(why.contains("[agent.pilot]"), "{why}");
        assert!(!done.is_empty());
    }
}

#[test]
fn the_watchdog_is_ended_by_word_and_the_fleet_stays() {
    let mut scene = Scene::running(&["ann"], "");
    scene.ask(Verb::StopWatchdog);
    let decision = scene.tick(400);
    assert!(decision.actions.contains(&Action::Exit));
    assert!(!touches(&decision));
    let kind = MessageKind::Operator(1);
    assert!(scene.state.members[&name("ann")].mailbox.queue.iter().all(|it| it.kind != kind));
}

#[test]
fn the_phase_is_answered_for_where_there_are_none() {
    let mut scene = Scene::running(&["ann"], "");
    scene.ask(Verb::Phase { to: agents_names::PhaseId::new("P2").unwrap() });
    let said = answers(&scene.tick(400));
    let [(_, Answer::Failed(why))] = &said[..] else { panic!("{said:?}") };
    assert_eq!(why, "the config has no phases any more");
}
