use super::*;
use crate::contract::testing::{Actor, Bench, Disturbance, control_mode, pane, start_of, started};

fn shows() -> Actor {
    Actor::Shows("x".to_owned())
}

#[tokio::test]
async fn requests_go_over_the_connection_and_its_session_is_hidden_in_plain_sight() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    assert!(bench.driver().is_connected());
    let session = bench.driver().control_session().to_string();
    let own = pane(&mut bench, &session).await.unwrap();
    assert_eq!(own.agent_id.as_deref(), Some("control:check-control"));
}

#[tokio::test]
async fn a_brief_listing_lacks_the_programs_and_nothing_else() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    bench.driver().list().await.unwrap();
    assert!(bench.driver().is_connected());
    let mut whole = bench.driver().list().await.unwrap();
    let brief = bench.driver().list_briefly().await.unwrap();
    assert!(whole.panes.iter().any(|pane| !pane.command.is_empty()));
    for pane in &mut whole.panes {
        pane.command.clear();
    }
    assert_eq!(brief, whole);
}

#[tokio::test]
async fn a_brief_listing_connects_too() {
    let mut bench = control_mode().await;
    let mut fresh = bench.second_driver();
    fresh.list_briefly().await.unwrap();
    assert!(fresh.is_connected());
    fresh.close().await;
}

#[tokio::test]
async fn t71_a_lost_client_is_replaced() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    let session = bench.driver().control_session().to_string();
    bench.tmux(&["kill-session", "-t", &format!("={session}")]).await.unwrap();
    bench.driver().list().await.unwrap();
    pane(&mut bench, "a").await.unwrap();
    assert!(bench.driver().is_connected());
}

#[tokio::test]
async fn a_driver_without_a_server_starts_none_by_looking() {
    let mut bench = control_mode().await;
    bench.disturb(Disturbance::KillServer).await.unwrap();
    let mut fresh = bench.second_driver();
    assert!(matches!(fresh.list().await, Err(TmuxError::NoServer { .. })));
    assert!(matches!(fresh.list().await, Err(TmuxError::NoServer { .. })));
    assert!(!fresh.is_connected());
    let server = fresh.ensure_server().await.unwrap();
    assert_eq!(fresh.list().await.unwrap().server, server);
    assert!(fresh.is_connected(), "and then it connects");
}

#[tokio::test]
async fn two_drivers_share_the_session_and_the_last_one_ends_it() {
    let mut bench = control_mode().await;
    let session = bench.driver().control_session().to_string();
    bench.driver().list().await.unwrap();
    assert!(bench.driver().is_connected());
    let mut other = bench.second_driver();
    other.list().await.unwrap();
    assert!(other.is_connected());
    other.close().await;
    pane(&mut bench, &session).await.unwrap();
    assert!(bench.driver().is_connected());
    let last = bench.take_driver();
    last.close().await;
    let sessions = bench.tmux(&["list-sessions", "-F", "#{session_name}"]).await.unwrap();
    assert_eq!(sessions, "");
}

/// tmux 3.3a on a loaded machine answers a client before it has attached it.
#[tokio::test]
async fn a_client_that_is_open_is_attached() {
    let mut bench = control_mode().await;
    bench.driver().list().await.unwrap();
    for _ in 0..20 {
        let mut other = bench.second_driver();
        other.list().await.unwrap();
        let clients = bench.tmux(&["list-clients", "-F", "#{client_name}"]).await.unwrap();
        assert_eq!(clients.lines().count(), 2, "{clients}");
        other.close().await;
        assert!(bench.driver().check_connection());
    }
}

#[tokio::test]
async fn a_driver_that_is_dropped_leaves_no_session() {
    let mut bench = control_mode().await;
    bench.driver().list().await.unwrap();
    drop(bench.take_driver());
    for _ in 0..1000 {
        if bench.tmux(&["list-sessions", "-F", "#{session_name}"]).await.unwrap().is_empty() {
            return;
        }
        bench.pause().await;
    }
    panic!("the session is still there");
}

/// tmux up to 3.6 crashes when a session is created while a control client introduces itself, and a server
/// that was stopped does both at once when it goes on.
#[tokio::test]
async fn a_server_that_was_stopped_survives_its_control_clients() {
    for _ in 0..3 {
        let mut bench = control_mode().await;
        started(&mut bench, "a", shows()).await.unwrap();
        let server = bench.driver().list().await.unwrap().server;
        bench.disturb(Disturbance::ShortLimit).await.unwrap();
        let mut fresh = bench.take_driver();
        fresh.memory.place = fresh.memory.place.clone().with_time_limit(Duration::from_millis(300));
        let mut unconnected = bench.second_driver();
        unconnected.memory.place =
            unconnected.memory.place.clone().with_time_limit(Duration::from_millis(300));
        bench.disturb(Disturbance::StopServer).await.unwrap();
        for n in 0..2 {
            let name = SessionName::new(format!("late{n}")).unwrap();
            let start = start_of(&name, vec!["cat".to_owned(), "-".to_owned()]);
            assert!(unconnected.apply(&TmuxOp::Start(start)).await.is_err());
            assert!(fresh.list().await.is_err());
            assert!(unconnected.list().await.is_err());
        }
        bench.disturb(Disturbance::ResumeServer).await.unwrap();
        for _ in 0..5 {
            bench.pause().await;
            assert_eq!(bench.driver().list().await.unwrap().server, server, "the server crashed");
        }
    }
}

#[tokio::test]
async fn a_client_connects_in_a_quiet_moment_only() {
    let mut bench = control_mode().await;
    let session = SessionName::new("calm-control").unwrap();
    let mut driver = ControlMode::new(bench.driver().memory.place.clone(), session);
    driver.quiet = Duration::from_millis(300);
    let begun = Instant::now();
    driver.list().await.unwrap();
    assert!(!driver.is_connected());
    started(&mut bench, "a", shows()).await.unwrap();
    // The driver counts from a moment within its look.
    let changed = Instant::now();
    driver.list().await.unwrap();
    assert!(!driver.is_connected(), "the panes have just changed");
    while !driver.is_connected() {
        assert!(begun.elapsed() < Duration::from_secs(180));
        driver.list().await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(changed.elapsed() >= Duration::from_millis(300), "{:?}", changed.elapsed());
}

/// With `destroy-unattached` on the control session, this crashes tmux 3.3a in most rounds.
#[tokio::test]
async fn a_server_survives_the_sudden_end_of_a_drivers_process() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    let place = bench.driver().memory.place.clone();
    let mut one_shot = OneShot::new(place.clone());
    let server = one_shot.list().await.unwrap().server;
    let mut sudden_ends = 0;
    for n in 0..30 {
        let session = SessionName::new(format!("sudden{}", n % 3)).unwrap();
        let mut driver = ControlMode::new(place.clone(), session).at_once();
        driver.list().await.unwrap();
        let Some(mut connection) = driver.connection.take() else { continue };
        sudden_ends += 1;
        // The request is written, its answer is not awaited, and nothing is said in parting.
        let request = [listing_request()];
        let _ = timeout(Duration::from_micros(1), connection.ask(&request)).await;
        connection.abandon();
        assert_eq!(one_shot.list().await.unwrap().server, server, "round {n}");
    }
    assert!(sudden_ends > 20, "only {sudden_ends} connections were made");
}

fn listing_request() -> Vec<Words> {
    crate::listing::ask("mark", Extent::Whole)
}

#[tokio::test]
async fn a_light_listing_goes_on_from_a_whole_one_and_hears_of_changes() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", Actor::Echo).await.unwrap();
    let whole = bench.driver().list().await.unwrap();
    assert!(bench.driver().is_connected());
    let light = bench.driver().list_lightly(true).await.unwrap();
    assert!(bench.driver().known.is_some(), "it did not ask for all again");
    assert_eq!(*light, whole);
    // A name that is changed behind our back is heard of, also when only requests are made.
    bench.tmux(&["rename-session", "-t", "=a:", "b"]).await.unwrap();
    for _ in 0..1000 {
        let light = bench.driver().list_lightly(true).await.unwrap();
        if light.panes.iter().any(|pane| pane.session == "b") {
            return;
        }
        bench.pause().await;
    }
    panic!("the new name is not listed");
}

#[tokio::test]
async fn a_light_listing_shows_who_came_who_went_and_what_a_program_calls_itself() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    bench.driver().list().await.unwrap();
    bench.driver().list_lightly(true).await.unwrap();
    bench.tmux(&["new-session", "-d", "-s", "c", "sleep", "1000"]).await.unwrap();
    let light = bench.driver().list_lightly(true).await.unwrap();
    assert!(light.panes.iter().any(|pane| pane.session == "c"), "{light:?}");
    bench.tmux(&["kill-session", "-t", "=c"]).await.unwrap();
    let light = bench.driver().list_lightly(true).await.unwrap();
    assert!(!light.panes.iter().any(|pane| pane.session == "c"), "{light:?}");
    let titled = Actor::Titled("busy".to_owned());
    started(&mut bench, "d", titled).await.unwrap();
    for _ in 0..1000 {
        let light = bench.driver().list_lightly(true).await.unwrap();
        if light.panes.iter().any(|pane| pane.session == "d" && pane.title == "busy") {
            return;
        }
        bench.pause().await;
    }
    panic!("the title is not listed");
}

#[tokio::test]
async fn a_change_of_ours_is_in_the_next_light_listing() {
    let mut bench = control_mode().await;
    let (_, id) = started(&mut bench, "a", Actor::Echo).await.unwrap();
    bench.driver().list().await.unwrap();
    bench.driver().list_lightly(false).await.unwrap();
    let op = crate::contract::testing::typing(id, "hello", "a1");
    bench.driver().apply(&op).await.unwrap();
    let light = bench.driver().list_lightly(false).await.unwrap();
    let pane = light.panes.iter().find(|pane| pane.id == id).unwrap();
    assert_eq!(pane.typed.as_deref(), Some("a1"));
}
