use std::path::Path;

use super::*;

fn manager(pairs: &[(&str, &str)]) -> ServiceManager {
    let find = |name: &str| pairs.iter().find(|(it, _)| *it == name).map(|(_, value)| value.into());
    ServiceManager::of(find, 7)
}

fn bound(folder: &Path) -> (UnixDatagram, String) {
    let path = folder.join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_nonblocking(true).unwrap();
    (socket, path.into_os_string().into_string().unwrap())
}

fn heard(socket: &UnixDatagram) -> Vec<String> {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(length) = socket.recv(&mut buffer) {
        heard.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
    }
    heard
}

#[test]
fn the_first_turn_is_told_as_ready_and_each_as_a_ping() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, path) = bound(folder.path());
    let asks =
        [("NOTIFY_SOCKET", path.as_str()), ("WATCHDOG_USEC", "3000000"), ("WATCHDOG_PID", "7")];
    let mut told = manager(&asks);
    told.turned(|| "watches\n5 agents".to_owned());
    told.turned(|| "watches 5 agents".to_owned());
    told.turned(|| "the disk is full".to_owned());
    told.stopping();
    let ready = "READY=1\nSTATUS=watches 5 agents";
    let full = "STATUS=the disk is full";
    let ping = "WATCHDOG=1";
    assert_eq!(heard(&socket), [ready, ping, ping, full, ping, "STOPPING=1"]);
}

#[test]
fn pings_go_only_to_who_asked_this_process_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, path) = bound(folder.path());
    for (name, value) in [("WATCHDOG_PID", "8"), ("WATCHDOG_USEC", "0"), ("WATCHDOG_USEC", "soon")]
    {
        let mut pairs = vec![("NOTIFY_SOCKET", path.as_str()), (name, value)];
        if name == "WATCHDOG_PID" {
            pairs.push(("WATCHDOG_USEC", "3000000"));
        }
        let mut told = manager(&pairs);
        told.turned(String::new);
        told.lives();
        assert_eq!(heard(&socket), ["READY=1\nSTATUS="], "{name}={value}");
    }
}

#[test]
fn nobody_is_told_where_nobody_waits() {
    for path in ["", "relative", "/no/such/folder/notify"] {
        let mut told = manager(&[("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "3000000")]);
        told.turned(String::new);
        told.stopping();
    }
    assert!(manager(&[]).line.is_none());
}

#[test]
fn a_manager_that_does_not_read_does_not_stop_us() {
    let folder = tempfile::tempdir().unwrap();
    let (_socket, path) = bound(folder.path());
    let mut told = manager(&[("NOTIFY_SOCKET", path.as_str()), ("WATCHDOG_USEC", "3000000")]);
    // Far more than a socket holds.
    for _ in 0..10_000 {
        told.lives();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_without_a_file_is_understood() {
    use std::os::linux::net::SocketAddrExt as _;
    let name = format!("agents-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
    let socket = UnixDatagram::bind_addr(&address).unwrap();
    socket.set_nonblocking(true).unwrap();
    manager(&[("NOTIFY_SOCKET", format!("@{name}").as_str())]).stopping();
    assert_eq!(heard(&socket), ["STOPPING=1"]);
}

#[test]
fn the_next_ping_is_due_after_a_third_of_the_limit_and_never_where_none_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (_socket, path) = bound(folder.path());
    let mut asked = manager(&[("NOTIFY_SOCKET", path.as_str()), ("WATCHDOG_USEC", "90000000")]);
    let before = Instant::now();
    asked.lives();
    let due = asked.next().unwrap();
    assert!(due >= before + Duration::from_secs(30), "{due:?}");
    assert!(due <= Instant::now() + Duration::from_secs(30), "{due:?}");
    assert!(manager(&[("NOTIFY_SOCKET", path.as_str())]).next().is_none());
}
