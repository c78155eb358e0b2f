use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use agents_decide::RunId;
use agents_names::AgentName;

use super::{Envelope, Inbox, Spool, send, socket_path};

fn report(at_wall_ms: i64, text: &str) -> Envelope {
    Envelope {
        name: AgentName::new("a").unwrap(),
        run: RunId(3),
        cli: None,
        at_wall_ms,
        payload: serde_json::json!({ "hook_event_name": text }),
    }
}

/// In a thread of its own, as the hook's process would be.
async fn sent(state: &Path, envelope: Envelope) {
    let state = state.to_owned();
    tokio::task::spawn_blocking(move || send(&state, &envelope).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_report_reaches_the_one_who_listens() {
    let state = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(state.path()).unwrap();
    sent(state.path(), report(2, "Stop")).await;
    tokio::time::timeout(Duration::from_secs(60), inbox.news()).await.unwrap();
    assert_eq!(inbox.take(), [report(2, "Stop")]);
    assert_eq!(inbox.take(), []);
    let mode = std::fs::metadata(socket_path(state.path())).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn what_nobody_heard_waits_in_the_spool_and_comes_in_its_order() {
    let state = tempfile::tempdir().unwrap();
    send(state.path(), &report(7, "Stop")).unwrap();
    // The one that a killed watchdog left: nobody listens on it.
    drop(std::os::unix::net::UnixListener::bind(socket_path(state.path())).unwrap());
    send(state.path(), &report(5, "UserPromptSubmit")).unwrap();
    let inbox = Inbox::open(state.path()).unwrap();
    sent(state.path(), report(6, "PreToolUse")).await;
    assert_eq!(
        inbox.take(),
        [report(5, "UserPromptSubmit"), report(6, "PreToolUse"), report(7, "Stop")]
    );
    assert_eq!(inbox.take(), []);
}

#[tokio::test]
async fn a_stream_of_nonsense_is_no_report_and_does_no_harm() {
    let state = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(state.path()).unwrap();
    let path = socket_path(state.path());
    let silent: Vec<_> = (0..10).map(|_| UnixStream::connect(&path).unwrap()).collect();
    for nonsense in [&b"{"[..], b"", b"\0\xff", b"[1]", &[b'x'; 100_000]] {
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(nonsense).unwrap();
    }
    sent(state.path(), report(1, "Stop")).await;
    assert_eq!(inbox.take(), [report(1, "Stop")]);
    drop(silent);
}

#[test]
fn a_spool_holds_so_much_and_drops_what_is_no_report() {
    let state = tempfile::tempdir().unwrap();
    let spool = Spool::of(state.path());
    spool.put(1, b"{").unwrap();
    spool.put(2, &serde_json::to_vec(&report(2, "Stop")).unwrap()).unwrap();
    std::os::unix::fs::symlink("/dev/zero", state.path().join("spool/3-1.json")).unwrap();
    assert_eq!(spool.take(), [report(2, "Stop")]);
    assert_eq!(std::fs::read_dir(state.path().join("spool")).unwrap().count(), 0);
    for number in 0..2000 {
        std::fs::write(state.path().join(format!("spool/{number}.json")), "").unwrap();
    }
    assert!(spool.put(9, b"{}").is_err());
}

#[test]
fn a_state_folder_that_was_removed_stays_removed() {
    let root = tempfile::tempdir().unwrap();
    let state = root.path().join("gone");
    assert!(send(&state, &report(1, "Stop")).is_err());
    assert!(!state.exists());
}

#[tokio::test]
async fn a_state_folder_with_a_long_path_has_its_socket_elsewhere() {
    let root = tempfile::tempdir().unwrap();
    let state = root.path().join("x".repeat(120));
    std::fs::create_dir(&state).unwrap();
    let inbox = Inbox::open(&state).unwrap();
    sent(&state, report(1, "Stop")).await;
    assert_eq!(inbox.take(), [report(1, "Stop")]);
    let socket = socket_path(&state);
    drop(inbox);
    std::fs::remove_dir(socket.parent().unwrap()).unwrap();
}
