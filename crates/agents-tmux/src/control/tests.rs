use crate::contract::testing::{Actor, Bench, Disturbance, control_mode, pane, started};
use crate::{Driver, TmuxError};

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
    assert_eq!(own.agent_id, None);
}

#[tokio::test]
async fn t71_a_lost_client_is_replaced() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    let session = bench.driver().control_session().to_string();
    bench.tmux(&["kill-session", "-t", &format!("={session}")]).await.unwrap();
    // The first request may fall into the client's end.
    while let Err(error) = bench.driver().list().await {
        assert!(matches!(error, TmuxError::Unknown { .. }), "{error}");
    }
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
async fn each_client_has_a_session_of_its_own_which_ends_with_it() {
    let mut bench = control_mode().await;
    bench.driver().list().await.unwrap();
    let session = bench.driver().control_session().to_string();
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

/// tmux 3.3a crashes when a client leaves while the control client of a session with `destroy-unattached` is on
/// its way out, so the sessions of killed clients stay until the next client ends them.
#[tokio::test]
async fn a_killed_client_takes_no_server_with_it_and_its_session_is_swept() {
    let mut bench = control_mode().await;
    started(&mut bench, "a", shows()).await.unwrap();
    let server = bench.driver().list().await.unwrap().server;
    for _ in 0..20 {
        let mut other = bench.second_driver();
        other.list().await.unwrap();
        drop(other);
        // A client that comes and goes at that moment is what brought the server down.
        bench.tmux(&["list-sessions"]).await.unwrap();
    }
    assert_eq!(bench.driver().list().await.unwrap().server, server);
    let mut last = bench.second_driver();
    last.list().await.unwrap();
    let sessions =
        bench.tmux(&["list-sessions", "-F", "#{session_attached} #{session_name}"]).await.unwrap();
    let left =
        sessions.lines().filter(|row| row.starts_with("0 ") && row.contains("control")).count();
    assert!(left <= 1, "{sessions}");
}
