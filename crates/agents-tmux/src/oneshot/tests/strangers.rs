//! What a person's panes do in our sessions, and our panes in a person's.

use super::*;
use crate::{Listing, Pane};

fn of<'l>(listing: &'l Listing, session: &str) -> Vec<&'l Pane> {
    listing.panes.iter().filter(|pane| pane.session == session).collect()
}

fn kill(pane: &Pane, id: &str) -> TmuxOp {
    TmuxOp::Kill {
        session: SessionName::new("ours").unwrap(),
        pane: Some(pane.id),
        agent_id: id.to_owned(),
        untagged_too: false,
    }
}

/// Our session, and the pane of its program.
async fn ours(driver: &mut OneShot) -> (StartSession, Pane) {
    let start = waits("ours");
    driver.apply(&TmuxOp::Start(start.clone())).await.unwrap();
    let listing = driver.list().await.unwrap();
    let pane = of(&listing, "ours")[0].clone();
    assert_eq!((pane.tag(), pane.run.is_some()), (Some(start.agent_id.as_str()), true));
    (start, pane)
}

#[tokio::test]
async fn a_pane_that_is_split_off_is_not_the_programs_and_outlives_it_under_another_name() {
    let server = UsersServer::new();
    let mut driver = OneShot::new(server.place.clone());
    let (start, pane) = ours(&mut driver).await;
    server.tmux(&["split-window", "-d", "-t", "=ours:", "cat", "-"]).await;
    // In a window of its own, too.
    server.tmux(&["new-window", "-d", "-t", "=ours:", "cat", "-"]).await;
    let listing = driver.list().await.unwrap();
    let tags: Vec<Option<&str>> = of(&listing, "ours").iter().map(|pane| pane.tag()).collect();
    assert_eq!(tags, [Some(start.agent_id.as_str()), None, None]);
    // The program runs, so there is nothing to start.
    assert_eq!(driver.apply(&TmuxOp::Start(start.clone())).await.unwrap(), Done::Already);
    assert_eq!(driver.apply(&kill(&pane, &start.agent_id)).await.unwrap(), Done::Changed);
    let listing = driver.list().await.unwrap();
    let left: Vec<u32> = of(&listing, "ours").iter().map(|pane| pane.pid).collect();
    assert_eq!(left.len(), 2, "{listing:?}");
    assert!(listing.panes.iter().all(|pane| pane.tag().is_none()), "{listing:?}");
    // It starts as ever, and theirs go on, as nobody's of ours.
    assert_eq!(driver.apply(&TmuxOp::Start(start.clone())).await.unwrap(), Done::Changed);
    let listing = driver.list().await.unwrap();
    assert_eq!(of(&listing, "ours").len(), 1, "{listing:?}");
    let aside = of(&listing, &format!("ours-left-{}", start.run));
    assert_eq!(aside.iter().map(|pane| pane.pid).collect::<Vec<_>>(), left, "{listing:?}");
    assert!(aside.iter().all(|pane| pane.agent_id.is_none()), "{listing:?}");
}

#[tokio::test]
async fn a_pane_that_is_brought_in_is_not_the_programs_though_it_is_older() {
    let server = UsersServer::new();
    server.tmux(&["new-session", "-d", "-s", "person", "cat", "-"]).await;
    server.tmux(&["split-window", "-d", "-t", "=person:", "cat", "-"]).await;
    let mut driver = OneShot::new(server.place.clone());
    let (start, pane) = ours(&mut driver).await;
    server.tmux(&["join-pane", "-d", "-s", "%0", "-t", "=ours:"]).await;
    let listing = driver.list().await.unwrap();
    let tagged: Vec<PaneId> =
        listing.panes.iter().filter(|pane| pane.tag().is_some()).map(|pane| pane.id).collect();
    assert_eq!((of(&listing, "ours").len(), tagged), (2, vec![pane.id]));
    driver.apply(&kill(&pane, &start.agent_id)).await.unwrap();
    let listing = driver.list().await.unwrap();
    assert_eq!(listing.panes.len(), 2, "a person's panes stay: {listing:?}");
}

#[tokio::test]
async fn a_pane_that_somebody_moves_takes_its_tags_along_and_ends_alone() {
    let server = UsersServer::new();
    server.tmux(&["new-session", "-d", "-s", "person", "cat", "-"]).await;
    let mut driver = OneShot::new(server.place.clone());
    let (start, pane) = ours(&mut driver).await;
    let text = typing(pane.id, "hello", "m1");
    driver.apply(&text).await.unwrap();
    server.tmux(&["join-pane", "-d", "-s", &pane.id.to_string(), "-t", "=person:"]).await;
    let listing = driver.list().await.unwrap();
    let moved = listing.panes.iter().find(|it| it.id == pane.id).unwrap();
    assert_eq!((moved.session.as_str(), moved.tag()), ("person", Some(start.agent_id.as_str())));
    assert_eq!((moved.run.clone(), moved.typed.as_deref()), (pane.run.clone(), Some("m1")));
    // What was done before it moved is not done again.
    assert!(driver.apply(&text).await.is_err());
    driver.apply(&kill(&pane, &start.agent_id)).await.unwrap();
    let listing = driver.list().await.unwrap();
    assert_eq!(of(&listing, "person").len(), 1, "{listing:?}");
}
