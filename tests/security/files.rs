//! Who may read what the fleet writes, and where can a link lead it?

use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::scene::{RECORDER, REST, agent, config, fleet, healed, lines, watchdog_pid};
use crate::support::{Bed, HEAD};

/// Every path below a folder, links not followed.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let with_own = |path: PathBuf| {
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|it| it.is_dir());
        let inner = if is_folder { below(&path) } else { Vec::new() };
        std::iter::once(path).chain(inner)
    };
    paths.flat_map(with_own).collect()
}

/// Whom the files and folders below `folder` are open to, besides their owner.
fn open_to_others(folder: &Path) -> Vec<String> {
    let look = |path: &PathBuf| {
        // Some come and go while this looks.
        let found = std::fs::symlink_metadata(path).ok()?;
        let wanted = if found.is_dir() { 0o700 } else { 0o600 };
        let mode = found.mode() & 0o777;
        let is_log_of_tmux = found.file_type().is_socket() && mode & 0o077 == 0;
        (mode != wanted && !is_log_of_tmux).then(|| format!("{mode:o} {}", path.display()))
    };
    std::iter::once(folder.to_owned()).chain(below(folder)).filter_map(|path| look(&path)).collect()
}

fn under_umask(bed: &Bed, umask: &str, words: &[&str]) {
    let mut command = bed.command("sh");
    command.args([
        "-c",
        "umask \"$1\"; shift; exec \"$@\"",
        "sh",
        umask,
        env!("CARGO_BIN_EXE_agents"),
    ]);
    let output = command.args(words).stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{umask} {words:?}: {output:?}");
}

#[test]
fn s14_files_are_0600_and_folders_0700_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let bed = fleet("", &[healed("x", RECORDER), healed("y", REST)]);
        under_umask(&bed, umask, &["up"]);
        bed.until("x is ready", || bed.screen("t-x").contains("ready"));
        under_umask(&bed, umask, &["send", "x", &"a long message ".repeat(300)]);
        under_umask(&bed, umask, &["restart", "y"]);
        bed.until("the message is there", || !lines(&bed, "got-x.txt").is_empty());
        let state = bed.dir.join(".state");
        assert!(below(&state).len() > 15, "{:?}", below(&state));
        assert_eq!(open_to_others(&state), Vec::<String>::new(), "umask {umask}");
        let home = bed.dir.parent().unwrap().join("home/.local");
        assert!(below(&home).len() > 2, "{:?}", below(&home));
        assert_eq!(open_to_others(&home), Vec::<String>::new(), "umask {umask}");
        // What the agents themselves write has the mode that the user wants.
        let own = bed.dir.join("got-x.txt").metadata().unwrap().mode() & 0o777;
        assert_eq!(
            format!("{own:03o}"),
            ["666", "644", "600"]
                [["000", "022", "077"].iter().position(|it| *it == umask).unwrap()]
        );
    }
}

#[test]
fn s14_a_folder_in_which_others_may_write_is_taken_from_them_and_old_logs_are_closed() {
    let bed = fleet("", &[healed("x", REST)]);
    let (logs, state) = (bed.dir.join(".state"), bed.dir.join(".state/state"));
    std::fs::create_dir_all(&state).unwrap();
    bed.write(".state/t-x.log", "an older program's\n");
    for path in [&logs, &state, &logs.join("t-x.log")] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    bed.agents(&["up"]).ends_with(0);
    let mode = |path: &Path| format!("{:o}", path.metadata().unwrap().mode() & 0o777);
    assert_eq!(
        (mode(&logs), mode(&state), mode(&logs.join("t-x.log"))),
        ("755".into(), "700".into(), "600".into())
    );
}

/// A file that a planted link leads to, and its text.
fn prize(bed: &Bed) -> (PathBuf, &'static str) {
    let prize = bed.dir.join("prize");
    std::fs::write(&prize, "untouched").unwrap();
    (prize, "untouched")
}

#[test]
fn s15_a_planted_link_is_never_written_through() {
    for name in [
        "t-x.log",
        "t-watchdog.log",
        "state/heartbeat",
        "state/fleet.lock",
        "state/store.db",
        "state/trouble",
        "state/withdrawn",
        "state/kickoff-x.txt",
        "state/phase-idx",
        "state/watchdog.turn",
        "state/store.db-wal",
        "state/reports.sock",
        "SEQUENCE-COMPLETE",
    ] {
        let bed = fleet("", &[healed("x", REST)]);
        let (prize, text) = prize(&bed);
        let link = bed.dir.join(".state").join(name);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&prize, &link).unwrap();
        let up = bed.agents(&["up"]);
        // Either it does without, or it says which file stands in the way.
        if up.code != Some(0) {
            let file = link.file_name().unwrap().to_str().unwrap().trim_end_matches("-wal");
            let said = format!("{}{}", up.err, bed.watchdog_log());
            assert!(said.contains(file), "{name}: {up:?}");
        } else if name == "state/trouble" {
            let pid = watchdog_pid(&bed).expect("a watchdog");
            bed.write(".state/state/store.db", "damaged");
            bed.until("it says its trouble, or ends", || {
                bed.watchdog_log().contains("nothing is done") || watchdog_pid(&bed) != Some(pid)
            });
        }
        assert_eq!(std::fs::read_to_string(&prize).unwrap(), text, "{name}");
        assert_eq!(prize.metadata().unwrap().mode() & 0o777, 0o644, "{name}");
    }
}

#[test]
fn s15_a_folder_of_another_user_is_refused_and_named() {
    let is_root = std::process::Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if !is_root {
        eprintln!("skipped: only root can give a folder to another user");
        return;
    }
    let bed = Bed::empty();
    bed.write("agents.toml", &config("", &[agent("x", "", REST)]).replace("HEAD", HEAD));
    std::fs::create_dir(bed.dir.join(".state")).unwrap();
    // As the user nobody, in a folder that is root's.
    let root = bed.dir.parent().unwrap();
    for path in std::iter::once(root.to_owned()).chain(below(root)) {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let state = bed.dir.join(".state");
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o777)).unwrap();
    let binary = root.join("agents");
    std::fs::copy(env!("CARGO_BIN_EXE_agents"), &binary).unwrap();
    let mut command = bed.command("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&binary)
        .args(["up", "x"]);
    let output = command.stdout(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("belongs to another user"), "{said}");
    assert_eq!(bed.sessions(), Vec::<String>::new());
}
