//! A tmux server that lives and cannot be reached: it gets its socket back, or the way out is the right one.

use crate::support::{Bed, process_lives};

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
watch = "heal"
"#;

/// The tmux server's own id, and where its socket is.
fn server(bed: &Bed) -> (u32, std::path::PathBuf) {
    let shown = bed.tmux(&["display-message", "-p", "#{pid} #{socket_path}"]).out;
    let (pid, path) = shown.trim().split_once(' ').unwrap();
    (pid.parse().unwrap(), path.into())
}

#[test]
fn f8_a_socket_that_was_deleted_comes_back_while_the_watchdog_reaches_its_server() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let (pid, socket) = server(&bed);
    let ann = bed.pid("t-ann").unwrap();
    // From then on the watchdog has a connection of its own.
    bed.until("it is connected", || bed.has("t-watchdog-control"));
    for whole_folder in [false, true] {
        if whole_folder {
            std::fs::remove_dir_all(socket.parent().unwrap()).unwrap();
        } else {
            std::fs::remove_file(&socket).unwrap();
        }
        let said = bed.status().to_string();
        assert!(!said.contains("kill -9"), "{said}");
        bed.until("the socket is back", || socket.exists());
        assert_eq!((server(&bed).0, bed.pid("t-ann")), (pid, Some(ann)));
    }
    assert!(bed.agents(&["events"]).out.contains("make its socket anew"));
    bed.agents(&["send", "ann", "are you there"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    assert!(!process_lives(ann));
}

#[test]
fn f9_who_looks_for_tmux_elsewhere_is_told_where_it_is() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let (_, socket) = server(&bed);
    let root = socket.parent().unwrap().parent().unwrap().to_owned();
    let other = tempfile::tempdir().unwrap();
    let elsewhere = [("TMUX_TMPDIR", other.path().to_str().unwrap())];
    let way_out = format!("set TMUX_TMPDIR={} here", root.display());
    let without = [("PATH", "/nowhere")];
    for watched in [true, false] {
        if !watched {
            bed.agents(&["down", "watchdog"]).ends_with(0);
        }
        let status = bed.agents_with(&elsewhere, &["status"]).ends_with(0);
        assert!(status.out.contains(&way_out), "{status:?}");
        let status = bed.agents_with(&without, &["status"]).ends_with(0);
        assert!(status.out.contains("no `tmux` on the PATH"), "{status:?}");
        assert!(!status.out.contains("kill -"), "{status:?}");
    }
    for words in [&["up"][..], &["send", "ann", "hi"], &["down", "ann"]] {
        let ran = bed.agents_with(&elsewhere, words).ends_with(7);
        assert!(ran.err.contains(&way_out), "{words:?}: {ran:?}");
    }
    let folders = std::fs::read_dir(other.path()).unwrap().flatten();
    let sockets = folders.flat_map(|folder| std::fs::read_dir(folder.path()).unwrap()).count();
    assert!(bed.has("t-ann") && sockets == 0, "no server was started there");
    // A server that has lost its socket while nobody watches: the verb has it made anew.
    std::fs::remove_file(&socket).unwrap();
    let status = bed.agents(&["status"]).ends_with(0);
    assert!(status.out.contains("`kill -USR1") && !status.out.contains("kill -9"), "{status:?}");
    bed.agents(&["send", "ann", "are you there"]).ends_with(0);
    assert!(socket.exists());
    bed.agents(&["down"]).ends_with(0);
}
