use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use agents_decide::RunId;
use agents_names::AgentName;

use super::{Envelope, Inbox, LONGEST, Spool, send, socket_path};

fn report(at_wall_ms: i64, text: &str) -> Envelope {
    Envelope {
        name: AgentName::new("a").unwrap(),
        run: RunId(3),
        cli: None,
        at_wall_ms,
        at_boot_ms: None,
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

/// A watchdog that is stopped, or hangs, takes no connection; they pile up, and then none can be made.
#[test]
fn whoever_never_answers_keeps_nobody() {
    use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};
    let state = tempfile::tempdir().unwrap();
    let socket = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None).unwrap();
    let address = SocketAddrUnix::new(socket_path(state.path())).unwrap();
    rustix::net::bind(&socket, &address).unwrap();
    std::fs::set_permissions(socket_path(state.path()), std::fs::Permissions::from_mode(0o600))
        .unwrap();
    rustix::net::listen(&socket, 0).unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    let folder = state.path().to_owned();
    std::thread::spawn(move || {
        for at in 0..5 {
            send(&folder, &report(at, "Stop")).unwrap();
        }
        done.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(60)).expect("nobody waits for a place in the backlog");
    let kept = std::fs::read_dir(state.path().join("spool")).unwrap().count();
    assert_eq!(kept, 5);
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
    // The newest tell what an agent does.
    for number in 0..2100 {
        spool.put(number, &serde_json::to_vec(&report(number, "Stop")).unwrap()).unwrap();
    }
    let kept: Vec<i64> = spool.take().iter().map(|report| report.at_wall_ms).collect();
    assert!(kept.len() > 1900 && kept.len() <= 2000, "{}", kept.len());
    assert_eq!(kept, (2100 - i64::try_from(kept.len()).unwrap()..2100).collect::<Vec<_>>());
}

#[test]
fn a_spool_takes_so_much_of_the_disk_and_no_more() {
    let state = tempfile::tempdir().unwrap();
    let spool = Spool::of(state.path());
    let long = vec![b'x'; LONGEST];
    for number in 0..100 {
        spool.put(number, &long).unwrap();
    }
    let mut names: Vec<String> = std::fs::read_dir(state.path().join("spool"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 16);
    assert!(names[0].starts_with("000000000000084-") && names[15].starts_with("000000000000099-"));
    assert!(spool.put(700, &vec![b'x'; 17 * LONGEST]).is_err());
    // What a killed sender left is in nobody's way for ever.
    let half = state.path().join("spool/1-1.json.9.new");
    std::fs::File::create(&half).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert!(spool.take().is_empty() && !half.exists());
    spool.put(8, b"{}").unwrap();
}

#[test]
fn a_strangers_folder_hears_nothing() {
    let root = tempfile::tempdir().unwrap();
    let state = root.path().join("y".repeat(120));
    std::fs::create_dir(&state).unwrap();
    let socket = socket_path(&state);
    let folder = socket.parent().unwrap();
    std::fs::create_dir(folder).unwrap();
    let stranger = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    stranger.set_nonblocking(true).unwrap();
    // Everybody may put a socket of their own there.
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    send(&state, &report(1, "Stop")).unwrap();
    assert_eq!(stranger.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refused = runtime.block_on(async { Inbox::open(&state).map(drop).unwrap_err() });
    assert!(refused.to_string().contains("not a folder of this user alone"), "{refused}");
    assert!(socket.exists(), "what is a stranger's stays as it is");
    // A link to a folder of ours is somebody's, too.
    std::fs::rename(folder, root.path().join("ours")).unwrap();
    std::os::unix::fs::symlink(root.path().join("ours"), folder).unwrap();
    send(&state, &report(2, "Stop")).unwrap();
    std::fs::remove_file(folder).unwrap();
    assert_eq!(Spool::of(&state).take(), [report(1, "Stop"), report(2, "Stop")]);
}

#[test]
fn what_is_no_socket_of_ours_is_not_written_to() {
    let state = tempfile::tempdir().unwrap();
    std::fs::write(socket_path(state.path()), "a file").unwrap();
    send(state.path(), &report(1, "Stop")).unwrap();
    assert_eq!(std::fs::read(socket_path(state.path())).unwrap(), b"a file");
    assert_eq!(Spool::of(state.path()).take(), [report(1, "Stop")]);
}

/// Ticks as the loop's, of one thread with the inbox, while senders report as fast as they can.
#[tokio::test]
async fn a_flood_of_reports_delays_no_tick_and_is_not_kept_for_ever() {
    let state = tempfile::tempdir().unwrap();
    let inbox = Inbox::open(state.path()).unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(3);
    let senders: Vec<_> = (0..8_i64)
        .map(|sender| {
            let state = state.path().to_owned();
            std::thread::spawn(move || {
                let mut number = sender * 1_000_000;
                while std::time::Instant::now() < until {
                    number += 1;
                    // What finds no room is dropped: a hook fails never, and its agent goes on.
                    drop(send(&state, &report(number, "PreToolUse")));
                }
            })
        })
        .collect();
    let (mut longest, mut heard) = (Duration::ZERO, 0);
    while !senders.iter().all(std::thread::JoinHandle::is_finished) {
        let due = tokio::time::Instant::now() + Duration::from_millis(100);
        tokio::time::sleep_until(due).await;
        longest = longest.max(due.elapsed());
        let reports = inbox.take();
        assert!(reports.len() <= 12_000, "{}", reports.len());
        heard += reports.len();
    }
    assert!(longest < Duration::from_secs(2), "a tick came {longest:?} late");
    heard += inbox.take().len();
    assert!(heard > 0, "nothing was heard");
    assert!(std::fs::read_dir(state.path().join("spool")).map_or(0, |files| files.count()) <= 2000);
}

#[tokio::test]
async fn an_ear_whose_socket_was_removed_is_opened_anew() {
    let state = tempfile::tempdir().unwrap();
    let mut hearing = super::Hearing::open(state.path());
    assert!(!hearing.mend(state.path()));
    std::fs::remove_file(socket_path(state.path())).unwrap();
    send(state.path(), &report(1, "Stop")).unwrap();
    assert!(hearing.mend(state.path()) && !hearing.mend(state.path()));
    sent(state.path(), report(2, "Stop")).await;
    let inbox = hearing.inbox().unwrap();
    assert_eq!(inbox.take(), [report(1, "Stop"), report(2, "Stop")]);
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

/// The clock that tells the order begins anew with the machine.
#[test]
fn what_waits_since_before_a_start_of_the_machine_makes_room_first() {
    let state = tempfile::tempdir().unwrap();
    let spool = Spool::of(state.path());
    let put = |order: i64| {
        spool.put(order, &serde_json::to_vec(&report(order, "Stop")).unwrap()).unwrap();
    };
    (900_000..902_000).for_each(put);
    (100..105).for_each(put);
    let kept: Vec<i64> = spool.take().iter().map(|report| report.at_wall_ms).collect();
    assert!(kept.ends_with(&[901_999, 100, 101, 102, 103, 104]), "{:?}", &kept[kept.len() - 7..]);
    assert!(kept.len() <= 2000);
}
