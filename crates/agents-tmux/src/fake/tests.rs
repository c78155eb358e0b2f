use std::path::PathBuf;

use super::*;
use crate::{Driver, SocketRepair, StartSession, Token};

fn session(name: &str) -> SessionName {
    SessionName::new(name).unwrap()
}

fn start(name: &str) -> TmuxOp {
    TmuxOp::Start(StartSession {
        session: session(name),
        agent_id: name.to_owned(),
        run: "r1".to_owned(),
        argv: vec!["agent".to_owned(), "run".to_owned()],
        log: Some(PathBuf::from("/log")),
        columns: 80,
        rows: 24,
    })
}

fn typing(pane: PaneId) -> TmuxOp {
    TmuxOp::Type { pane, text: "hello".to_owned(), token: Token("m1".to_owned()) }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[tokio::test]
async fn programs_end_at_their_own_time_and_it_is_news() {
    let world = World::new();
    let mut driver = world.driver();
    world.program(&session("a"), Program::shows("hi").exits(seconds(5), 3));
    driver.apply(&start("a")).await.unwrap();
    driver.news().await;
    world.advance(seconds(4));
    assert_eq!(world.panes().len(), 1);
    world.advance(seconds(60));
    driver.news().await;
    assert_eq!(driver.list().await.unwrap().panes, []);
    let ended = Ended { at: seconds(5), session: "a".to_owned(), cause: EndCause::Exit(3) };
    assert_eq!(world.ended(), [ended]);
    assert_eq!(world.log(Path::new("/log")).unwrap(), "hi\n");
}

#[tokio::test]
async fn a_late_effect_happens_although_its_caller_heard_nothing() {
    let world = World::new();
    let mut driver = world.driver();
    world.fault(Call::Apply, 1, Fault::Late(seconds(3)));
    assert!(matches!(driver.apply(&start("a")).await, Err(TmuxError::Unknown { .. })));
    world.advance(seconds(2));
    assert_eq!(world.panes(), []);
    world.advance(seconds(2));
    assert_eq!(world.panes().len(), 1);
    let effects: Vec<bool> = world.applied().iter().map(|applied| applied.took_effect).collect();
    assert_eq!(effects, [false, true]);
    assert_eq!(world.applied()[1].at, seconds(3));
}

#[tokio::test]
async fn what_a_server_was_asked_for_dies_with_it_also_when_it_dies_in_that_call() {
    let world = World::new();
    let mut driver = world.driver();
    driver.apply(&start("a")).await.unwrap();
    let pane = world.pane("a").unwrap();
    world.fault(Call::Apply, 1, Fault::LoseServer);
    world.fault(Call::Apply, 1, Fault::Late(seconds(3)));
    assert!(matches!(driver.apply(&typing(pane)).await, Err(TmuxError::Unknown { .. })));
    driver.apply(&start("a")).await.unwrap();
    assert_eq!(world.pane("a"), Some(pane), "the new server counts its panes anew");
    world.advance(seconds(4));
    assert_eq!(world.received("a"), "");
}

#[tokio::test]
async fn what_a_server_was_asked_for_it_does_itself_though_its_socket_is_gone() {
    let world = World::new();
    let mut driver = world.driver();
    driver.apply(&start("a")).await.unwrap();
    let first = driver.list().await.unwrap().server;
    world.fault(Call::Apply, 1, Fault::Late(seconds(3)));
    assert!(matches!(driver.apply(&start("late")).await, Err(TmuxError::Unknown { .. })));
    world.remove_socket();
    world.advance(seconds(4));
    assert_eq!((world.live_servers(), world.second_servers()), (1, 0));
    assert_eq!(driver.restore_socket(first).await.unwrap(), SocketRepair::Back);
    assert_eq!(driver.list().await.unwrap().panes.len(), 2);
    // Whom nothing leads to is asked for nothing.
    world.remove_socket();
    world.fault(Call::Apply, 1, Fault::Late(seconds(3)));
    driver.apply(&start("never")).await.unwrap_err();
    world.advance(seconds(4));
    assert_eq!((world.live_servers(), world.second_servers()), (1, 0));
}

#[tokio::test]
async fn a_start_that_found_no_server_happens_in_the_next_one_also_where_that_lost_its_socket() {
    let world = World::new();
    let mut driver = world.driver();
    world.fault(Call::Apply, 1, Fault::Late(seconds(3)));
    driver.apply(&start("late")).await.unwrap_err();
    driver.apply(&start("a")).await.unwrap();
    let first = driver.list().await.unwrap().server;
    world.remove_socket();
    world.advance(seconds(4));
    assert_eq!((world.live_servers(), world.second_servers()), (1, 0));
    assert_eq!(driver.restore_socket(first).await.unwrap(), SocketRepair::Back);
    assert_eq!(driver.list().await.unwrap().panes.len(), 2);
    // With that server, it is gone.
    world.lose_server();
    world.fault(Call::Apply, 1, Fault::Late(seconds(3)));
    driver.apply(&start("late")).await.unwrap_err();
    driver.apply(&start("a")).await.unwrap();
    world.lose_server();
    world.advance(seconds(4));
    assert_eq!(world.live_servers(), 0);
}

#[tokio::test]
async fn t18_a_paste_into_a_pane_that_has_just_died_is_refused_or_ends_the_server() {
    for is_guarded in [true, false] {
        let world = World::new();
        if !is_guarded {
            world.paste_unguarded();
        }
        let mut driver = world.driver();
        driver.apply(&start("a")).await.unwrap();
        let pane = world.pane("a").unwrap();
        world.fault(Call::Apply, 1, Fault::ProgramEnds);
        // It waits for bytes that are for somebody.
        driver.apply(&start("b")).await.unwrap();
        assert!(driver.apply(&typing(pane)).await.is_err());
        assert_eq!(
            (world.live_servers(), world.crashes()),
            if is_guarded { (1, 0) } else { (0, 1) }
        );
        assert_eq!(world.received("a"), "");
    }
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_effect() {
    let world = World::new();
    let mut driver = world.driver();
    driver.apply(&start("a")).await.unwrap();
    world.fault(Call::Apply, 1, Fault::DoneUnheard);
    let pane = world.pane("a").unwrap();
    assert!(matches!(driver.apply(&typing(pane)).await, Err(TmuxError::Unknown { .. })));
    assert_eq!(driver.list().await.unwrap().panes[0].typed.as_deref(), Some("m1"));
    assert_eq!(world.received("a"), "hello");
}

#[tokio::test]
async fn faults_of_reads_strike_once() {
    let world = World::new();
    let mut driver = world.driver();
    world.program(&session("a"), Program::shows("1\n2\n3\n4"));
    driver.apply(&start("a")).await.unwrap();
    driver.apply(&start("b")).await.unwrap();
    world.fault(Call::List, 1, Fault::Omit("a".to_owned()));
    world.fault(Call::List, 2, Fault::Unknown);
    world.fault(Call::Screens, 1, Fault::HalfDrawn);
    assert_eq!(driver.list().await.unwrap().panes.len(), 1);
    assert!(matches!(driver.list().await, Err(TmuxError::Unknown { .. })));
    assert_eq!(driver.list().await.unwrap().panes.len(), 2);
    let pane = world.pane("a").unwrap();
    assert_eq!(driver.screens(&[pane]).await[0].as_ref().unwrap().rows, ["1", "2"]);
    assert_eq!(driver.screens(&[pane]).await[0].as_ref().unwrap().rows.len(), 4);
}

#[tokio::test]
async fn what_was_captured_half_drawn_has_printed_since() {
    let world = World::new();
    let mut driver = world.driver();
    driver.apply(&start("a")).await.unwrap();
    let printed = world.panes()[0].activity;
    world.advance(Duration::from_secs(60));
    let pane = world.pane("a").unwrap();
    driver.screens(&[pane]).await[0].as_ref().unwrap();
    assert_eq!(world.panes()[0].activity, printed);
    world.fault(Call::Screens, 1, Fault::HalfDrawn);
    driver.screens(&[pane]).await[0].as_ref().unwrap();
    assert_eq!(world.panes()[0].activity, printed + 60);
}

#[tokio::test]
async fn t53_a_start_without_the_socket_makes_a_second_server_unless_the_first_was_seen() {
    let world = World::new();
    let mut driver = world.driver();
    driver.apply(&start("a")).await.unwrap();
    let first = driver.list().await.unwrap().server;
    world.fault(Call::List, 1, Fault::RemoveSocket);
    assert!(matches!(driver.list().await, Err(TmuxError::NoServer { .. })));
    assert!(driver.is_alive(first));
    let refused = driver.apply(&start("a")).await;
    assert!(matches!(refused, Err(TmuxError::NoServer { .. })), "{refused:?}");
    assert_eq!(world.live_servers(), 1);
    world.driver().apply(&start("a")).await.unwrap();
    assert_eq!(world.live_servers(), 2);
    assert_eq!(driver.restore_socket(first).await.unwrap(), SocketRepair::Back);
    assert_eq!(driver.list().await.unwrap().server, first);
}

#[tokio::test]
async fn a_lost_server_takes_its_programs_along() {
    let world = World::new();
    let mut driver = world.driver();
    driver.apply(&start("a")).await.unwrap();
    let first = driver.list().await.unwrap().server;
    world.fault(Call::List, 1, Fault::LoseServer);
    assert!(matches!(driver.list().await, Err(TmuxError::NoServer { .. })));
    assert!(!driver.is_alive(first));
    assert_eq!(driver.restore_socket(first).await.unwrap(), SocketRepair::ServerGone);
    assert_eq!(world.ended()[0].cause, EndCause::ServerLost);
    driver.apply(&start("a")).await.unwrap();
    assert_ne!(driver.list().await.unwrap().server, first);
}

#[tokio::test]
async fn activity_moves_with_what_is_shown_only() {
    let world = World::new();
    let mut driver = world.driver();
    world.program(&session("a"), Program::screens([(seconds(0), "one"), (seconds(10), "two")]));
    driver.apply(&start("a")).await.unwrap();
    let first = world.panes()[0].clone();
    world.advance(seconds(9));
    assert_eq!(world.panes()[0], first);
    world.advance(seconds(1));
    assert_eq!(world.panes()[0].activity, first.activity + 10);
    assert_ne!(world.panes()[0].ink, first.ink);
}
