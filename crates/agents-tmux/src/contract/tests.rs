use std::path::PathBuf;

use super::bench::{Actor, Bench as _, Disturbance, LOOKS, name, pane, start_of, started};
use super::real_bench::RealBench;
use super::*;
use crate::{ControlMode, Driver as _, OneShot, SocketRepair, TmuxError, TmuxOp};

/// A bench on the machine's own tmux.
pub(crate) async fn one_shot() -> RealBench<OneShot> {
    RealBench::one_shot(&tmux()).await.unwrap()
}

/// A bench on the machine's own tmux, with control mode.
pub(crate) async fn control_mode() -> RealBench<ControlMode> {
    RealBench::control_mode(&tmux()).await.unwrap()
}

pub(crate) fn tmux() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let found =
        std::env::split_paths(&path).map(|folder| folder.join("tmux")).find(|file| file.is_file());
    found.expect("the driver's tests need tmux on the PATH")
}

#[tokio::test]
async fn conformance_passes_here_and_touches_no_other_server() {
    let begun = std::time::Instant::now();
    let results = conformance(&tmux()).await;
    println!("the suite took {:?}", begun.elapsed());
    let failed: Vec<_> = results.iter().filter(|result| !result.passed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(results.len(), 2 * CHECKS.len());
    assert!(results.iter().any(|result| result.id == "t4 one-shot"));
}

#[tokio::test]
async fn conformance_says_so_when_there_is_no_tmux() {
    let results = conformance(std::path::Path::new("/no/such/tmux")).await;
    assert!(results.iter().all(|result| !result.passed && !result.detail.is_empty()));
}

#[tokio::test]
async fn a_private_server_ends_when_it_is_empty_and_only_then() {
    let mut bench = one_shot().await;
    let place = bench.place();
    bench.tmux(&["new-session", "-d", "-s", "a", "sleep", "60"]).await.unwrap();
    place.end_server_without_sessions().await.unwrap();
    assert_eq!(bench.tmux(&["show-options", "-sv", "exit-empty"]).await.unwrap().trim(), "off");
    bench.tmux(&["kill-session", "-t", "=a"]).await.unwrap();
    assert_eq!(
        bench.tmux(&["list-sessions"]).await.unwrap(),
        "",
        "an empty server stays by itself"
    );
    place.end_server_without_sessions().await.unwrap();
    assert!(bench.tmux(&["list-sessions"]).await.is_err(), "the empty server is still there");
    // Without a server there is nothing to do.
    place.end_server_without_sessions().await.unwrap();
}

/// So the fake terminals carry out a late change in the server that it was sent to, and start no other for it.
#[tokio::test]
async fn what_a_stopped_server_was_asked_for_it_does_itself_though_its_socket_is_gone() {
    let mut bench = one_shot().await;
    started(&mut bench, "a", Actor::Shows("x".to_owned())).await.unwrap();
    let server = bench.driver().list().await.unwrap().server;
    bench.disturb(Disturbance::StopServer).await.unwrap();
    bench.disturb(Disturbance::ShortLimit).await.unwrap();
    let session = name("late").unwrap();
    let argv = bench.words(&session, Actor::Shows("y".to_owned()));
    // The client is killed at the limit, on a busy machine before it has asked. Of those that have, the first counts.
    for _ in 0..4 {
        let start = TmuxOp::Start(start_of(&session, argv.clone()));
        let asked = bench.driver().apply(&start).await;
        assert!(matches!(asked, Err(TmuxError::Unknown { .. })), "{asked:?}");
    }
    std::fs::remove_file(bench.place().socket_path()).unwrap();
    bench.disturb(Disturbance::ResumeServer).await.unwrap();
    assert_eq!(bench.driver().restore_socket(server).await, Ok(SocketRepair::Back));
    let mut found = pane(&mut bench, "late").await;
    for _ in 0..LOOKS {
        if found.is_ok() {
            break;
        }
        bench.pause().await;
        found = pane(&mut bench, "late").await;
    }
    found.unwrap();
    assert_eq!(bench.driver().list().await.unwrap().server, server);
}
