//! Is a server that does not answer told from one that is not there, and a new one from the old?

use std::time::{Duration, Instant};

use super::bench::{
    Actor, Bench, Disturbance, LOOKS, Outcome, changed, kill, name, pane, refused, sink, start_of,
    started, submit, that, typing,
};
use crate::{Done, Driver, Fence, SocketRepair, TmuxError, TmuxOp};

pub(super) async fn t51_a_dead_server_is_no_server<B: Bench>(bench: &mut B) -> Outcome {
    let (_, id) = started(bench, "a", Actor::Shows("x".to_owned())).await?;
    let server = bench.driver().list().await.map_err(|error| error.to_string())?.server;
    that(bench.driver().is_alive(server), || "a server that answers is taken for dead".to_owned())?;
    bench.disturb(Disturbance::KillServer).await?;
    // A held connection may end in the middle of the first request.
    let mut found = bench.driver().list().await;
    for _ in 0..LOOKS {
        if matches!(found, Err(TmuxError::NoServer { .. })) {
            break;
        }
        that(matches!(found, Err(TmuxError::Unknown { .. })), || {
            format!("the listing: {found:?}")
        })?;
        bench.pause().await;
        found = bench.driver().list().await;
    }
    that(matches!(found, Err(TmuxError::NoServer { .. })), || format!("the listing: {found:?}"))?;
    let screens = bench.driver().screens(&[id]).await;
    that(matches!(screens[..], [Err(TmuxError::NoServer { .. })]), || format!("{screens:?}"))?;
    let typed = bench.driver().apply(&typing(id, "x", "m1")).await;
    that(matches!(typed, Err(TmuxError::NoServer { .. })), || format!("typing: {typed:?}"))?;
    that(!bench.driver().is_alive(server), || "a dead server is taken for alive".to_owned())?;
    let repair = bench.driver().restore_socket(server).await;
    that(repair == Ok(SocketRepair::ServerGone), || format!("the repair: {repair:?}"))?;
    started(bench, "a", Actor::Shows("x".to_owned())).await.map(|_| ())
}

pub(super) async fn t53_a_removed_socket_is_restored<B: Bench>(bench: &mut B) -> Outcome {
    started(bench, "a", Actor::Shows("x".to_owned())).await?;
    let server = bench.driver().list().await.map_err(|error| error.to_string())?.server;
    bench.disturb(Disturbance::RemoveSocket).await?;
    let found = bench.driver().list().await;
    if bench.holds_a_connection() {
        that(found.is_ok(), || format!("over the open connection: {found:?}"))?;
    } else {
        that(matches!(found, Err(TmuxError::NoServer { .. })), || {
            format!("the listing: {found:?}")
        })?;
    }
    that(bench.driver().is_alive(server), || "the server is taken for dead".to_owned())?;
    // It would start a second server, and the fleet in it once more beside itself.
    let session = name("b")?;
    let argv = bench.words(&session, Actor::Shows("y".to_owned()));
    let begun = bench.driver().apply(&TmuxOp::Start(start_of(&session, argv))).await;
    that(matches!(begun, Err(TmuxError::NoServer { .. })), || format!("a start: {begun:?}"))?;
    let repair = bench.driver().restore_socket(server).await;
    that(repair == Ok(SocketRepair::Back), || format!("the repair: {repair:?}"))?;
    let mut fresh = bench.second_driver();
    let found = fresh.list().await.map(|listing| listing.server);
    that(found == Ok(server), || format!("after the repair: {found:?}"))?;
    pane(bench, "a").await.map(|_| ())
}

pub(super) async fn t54_a_stopped_server_is_unknown_within_the_limit<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (_, id) = started(bench, "a", Actor::Shows("x".to_owned())).await?;
    let server = bench.driver().list().await.map_err(|error| error.to_string())?.server;
    bench.disturb(Disturbance::StopServer).await?;
    bench.disturb(Disturbance::ShortLimit).await?;
    let begun = Instant::now();
    let found = bench.driver().list().await.map(|listing| listing.panes.len());
    let took = begun.elapsed();
    let screens = bench.driver().screens(&[id]).await;
    let alive = bench.driver().is_alive(server);
    bench.disturb(Disturbance::ResumeServer).await?;
    that(matches!(found, Err(TmuxError::Unknown { .. })), || format!("the listing: {found:?}"))?;
    that(matches!(screens[..], [Err(TmuxError::Unknown { .. })]), || format!("{screens:?}"))?;
    that(took < Duration::from_secs(30), || format!("it took {took:?}"))?;
    that(alive, || "a stopped server is taken for dead".to_owned())?;
    let found = pane(bench, "a").await?;
    that(found.id == id, || format!("after it went on: {found:?}"))
}

pub(super) async fn t57_a_server_without_sessions_is_known_to_be_empty<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let server = bench.driver().ensure_server().await.map_err(|error| error.to_string())?;
    let (session, _) = started(bench, "last", Actor::Shows("x".to_owned())).await?;
    changed(bench, &kill(&session, "last")).await?;
    let listing = bench.driver().list().await.map_err(|error| error.to_string())?;
    // The driver's own control client may sit in a session of its own.
    let is_other = |pane: &&crate::Pane| pane.agent_id.as_deref() == Some(session.as_str());
    let others: Vec<_> = listing.panes.iter().filter(is_other).collect();
    that(others.is_empty(), || format!("{others:?} are listed"))?;
    that(listing.server == server, || "the server ended with its last session".to_owned())?;
    started(bench, "next", Actor::Shows("x".to_owned())).await.map(|_| ())
}

pub(super) async fn t35_pane_ids_of_an_earlier_server_are_refused<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (session, id) = sink(bench, "old").await?;
    bench.disturb(Disturbance::KillServer).await?;
    let argv = bench.words(&session, Actor::Sink);
    let mut other = bench.second_driver();
    // The same ids are given out again.
    for _ in 0..=id.0 {
        let start = TmuxOp::Start(start_of(&session, argv.clone()));
        let _ = other.apply(&start).await;
    }
    for op in [typing(id, "x", "m1"), submit(id, "m1")] {
        let mut found = bench.driver().apply(&op).await;
        if matches!(found, Err(TmuxError::Unknown { .. })) {
            found = bench.driver().apply(&op).await;
        }
        that(
            matches!(&found, Err(TmuxError::Refused { reason }) if reason.contains("replaced")),
            || format!("an id of the earlier server: {found:?}"),
        )?;
    }
    let seen = pane(bench, "old").await?;
    that(seen.typed.is_none(), || format!("something was typed: {seen:?}"))
}

pub(super) async fn r8_an_earlier_writer_changes_nothing<B: Bench>(bench: &mut B) -> Outcome {
    let (session, id) = sink(bench, "a").await?;
    let fence = |epoch| Fence { option: "@agents_epoch_demo-".to_owned(), epoch };
    let claimed = bench.driver().claim_fence(fence(9)).await;
    that(claimed == Ok(Done::Changed), || format!("the first claim: {claimed:?}"))?;
    changed(bench, &typing(id, "one", "m1")).await?;
    let mut later = bench.second_driver();
    let claimed = later.claim_fence(fence(10)).await;
    that(claimed == Ok(Done::Changed), || format!("the later claim: {claimed:?}"))?;
    let log = bench.folder("logs").join("late.log");
    let new = name("new")?;
    let argv = bench.words(&new, Actor::Shows("x".to_owned()));
    let ops = [
        typing(id, "two", "m2"),
        submit(id, "m2"),
        kill(&session, "a"),
        TmuxOp::AttachLog { pane: id, log, anew: false },
        TmuxOp::Start(start_of(&new, argv.clone())),
    ];
    for op in &ops {
        refused(bench, op, "later writer").await?;
    }
    let claimed = bench.driver().claim_fence(fence(9)).await;
    that(matches!(claimed, Err(TmuxError::Refused { .. })), || format!("going back: {claimed:?}"))?;
    let listing = bench.driver().list().await.map_err(|error| error.to_string())?;
    let is_untouched = listing
        .panes
        .iter()
        .all(|pane| pane.session != "new" && !pane.logged && pane.typed.as_deref() != Some("m2"));
    that(is_untouched, || format!("{listing:?}"))?;
    let started = later.apply(&TmuxOp::Start(start_of(&new, argv))).await;
    that(started == Ok(Done::Changed), || format!("the later writer: {started:?}"))
}
