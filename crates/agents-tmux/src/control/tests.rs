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
async fn two_drivers_share_the_session_and_the_last_one_ends_it() {
    let mut bench = control_mode().await;
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
