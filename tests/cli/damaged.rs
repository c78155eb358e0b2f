//! A store that was damaged under a living watchdog: it is said, with the way out, and the fleet can be ended.

use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::notify::kill_watchdog;
use crate::support::Bed;

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
watch = "heal"
[[agent]]
name = "bob"
backend = "reader"
[[service]]
name = "web"
command = "exec cat"
"#;

fn store(bed: &Bed) -> PathBuf {
    bed.dir.join(".state/state/store.db")
}

/// What somebody may do to a file.
fn damages(whole: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let noise: Vec<u8> = (0..whole.len()).map(|at| (at * 7 + at / 251) as u8).collect();
    let mut torn = whole.to_vec();
    torn[4096..].copy_from_slice(&noise[4096..]);
    vec![("noise", noise), ("torn", torn), ("cut", whole[..70].to_vec()), ("empty", Vec::new())]
}

/// In its place and without a moment in which it is empty, which would be another damage.
fn overwrite(file: &Path, bytes: &[u8]) {
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file.set_len(bytes.len() as u64).unwrap();
}

fn set_aside(bed: &Bed) -> Vec<PathBuf> {
    let files = std::fs::read_dir(bed.dir.join(".state/state")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let is_aside = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with("store.db.damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm")
    };
    files.filter(is_aside).collect()
}

#[test]
fn f41_damage_under_a_watchdog_is_said_once_and_down_gets_the_fleet_out_of_it() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let whole = std::fs::read(store(&bed)).unwrap();
    // A stranger's, whose name looks like one of ours.
    let other = ["new-session", "-d", "-s", "t-other", "sleep", "1000"];
    bed.tmux(&other).ends_with(0);
    for (at, (what, bytes)) in damages(&whole).into_iter().enumerate() {
        let errors = bed.watchdog_log().matches("nothing is done until that is mended").count();
        assert_eq!(errors, at, "{what}: told more than once\n{}", bed.watchdog_log());
        overwrite(&store(&bed), &bytes);
        bed.until("the watchdog says so", || {
            bed.watchdog_log().matches("nothing is done until that is mended").count() == at + 1
        });
        let status = bed.agents(&["status", "--exit-code"]).ends_with(3);
        for word in [" store: ", "`agents down`", "so it is since", "RUNNING"] {
            assert!(status.out.contains(word), "{what}: {word}: {status:?}");
        }
        assert!(bed.status()["store"].as_str().unwrap().contains("store.db"));
        for words in [&["up"][..], &["down", "ann"], &["send", "ann", "hi"], &["why", "ann"]] {
            let ran = bed.agents(words).ends_with(7);
            assert!(ran.err.contains("let `agents down` set it aside"), "{what}: {ran:?}");
        }
        assert!(bed.has("t-ann") && bed.has("t-bob") && bed.has("t-web"), "{what}");

        let down = bed.agents(&["down"]).ends_with(0);
        assert!(
            down.err.contains("ann: stopped") && down.err.contains("is set aside as"),
            "{down:?}"
        );
        assert_eq!(bed.sessions(), ["t-other"], "{what}");
        let aside = set_aside(&bed);
        assert!(
            aside.iter().any(|path| std::fs::read(path).unwrap() == bytes),
            "{what}: {aside:?}"
        );

        // The runs of the earlier life are not taken for those of this one.
        let up = bed.agents(&["up"]).ends_with(0);
        assert!(up.err.contains("ann: started"), "{what}: {up:?}");
        assert_eq!(bed.status()["store"], "ok");
    }
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f41_a_store_that_is_put_back_as_it_was_is_used_again() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let whole = std::fs::read(store(&bed)).unwrap();
    std::fs::write(store(&bed), vec![0xA5; whole.len()]).unwrap();
    bed.until("the watchdog says so", || bed.watchdog_log().contains("nothing is done until"));
    std::fs::write(store(&bed), &whole).unwrap();
    bed.until("it goes on", || bed.watchdog_log().contains("work goes on after"));
    assert_eq!(bed.status()["store"], "ok");
    let killed = bed.pid("t-ann").unwrap();
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    bed.until("it heals again", || bed.pid("t-ann").is_some_and(|pid| pid != killed));
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(set_aside(&bed), Vec::<PathBuf>::new());
}

#[test]
fn f41_a_watchdog_that_finds_a_damaged_store_waits_for_another_and_heals() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    kill_watchdog(&bed);
    let whole = std::fs::read(store(&bed)).unwrap();
    let said = || bed.watchdog_log().matches("nothing is done until that is mended").count();
    for (at, (what, bytes)) in damages(&whole).into_iter().enumerate() {
        overwrite(&store(&bed), &bytes);
        // As a service manager starts it, and as one starts whose store is spoilt in its first instant.
        let mut watchdog = bed.spawn(&["watchdog"]);
        bed.until("the watchdog says so", || said() == at + 1);
        let status = bed.agents(&["status", "--exit-code"]).ends_with(3);
        for word in [" store: ", "`agents down`", "so it is since", "RUNNING"] {
            assert!(status.out.contains(word), "{what}: {word}: {status:?}");
        }
        std::fs::write(store(&bed), &whole).unwrap();
        bed.until("it goes on", || {
            bed.watchdog_log().matches("work goes on after").count() == at + 1
        });
        let killed = bed.pid("t-ann").unwrap();
        bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
        bed.until("it heals", || bed.pid("t-ann").is_some_and(|pid| pid != killed));
        watchdog.kill().unwrap();
        watchdog.wait().unwrap();
    }
    assert_eq!(said(), 4, "each is told once\n{}", bed.watchdog_log());
    assert_eq!(set_aside(&bed), Vec::<PathBuf>::new());

    // An end that is asked for meanwhile is one in order, and says nothing of the watchdog that was killed before.
    std::fs::write(store(&bed), [7; 5000]).unwrap();
    let mut watchdog = bed.spawn(&["watchdog"]);
    bed.until("the watchdog says so", || said() == 5);
    let pid = rustix::process::Pid::from_child(&watchdog);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(watchdog.wait().unwrap().code(), Some(0));

    let watchdog = bed.spawn(&["watchdog"]);
    bed.until("the watchdog says so", || said() == 6);
    let down = bed.agents(&["down"]).ends_with(0);
    assert!(down.err.contains("ann: stopped") && down.err.contains("is set aside as"), "{down:?}");
    let ended = crate::support::Ran::from(watchdog.wait_with_output().unwrap());
    assert!(ended.err.contains("`agents down` has set the damaged store aside"), "{ended:?}");
    assert_eq!(bed.sessions(), Vec::<String>::new());
    assert_eq!(set_aside(&bed).len(), 1);
}

#[test]
fn f41_a_log_that_is_damaged_beside_a_kill_loses_records_and_the_journal_says_so() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let log = bed.dir.join(".state/state/store.db-wal");
    let before = std::fs::metadata(&log).unwrap().len();
    for text in ["one", "two", "three"] {
        bed.agents(&["send", "ann", text]).ends_with(0);
    }
    kill_watchdog(&bed);
    let mut bytes = std::fs::read(&log).unwrap();
    for byte in bytes.iter_mut().skip(usize::try_from(before).unwrap() + 100).take(64) {
        *byte ^= 0xff;
    }
    overwrite(&log, &bytes);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    let told =
        || bed.agents(&["events"]).ends_with(0).out.matches("of who held the fleet before").count();
    bed.until("it is told", || told() == 1);
    // And only once.
    kill_watchdog(&bed);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.agents(&["send", "ann", "four"]).ends_with(0);
    assert_eq!(told(), 1);
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn two_that_end_a_fleet_with_a_damaged_store_put_it_aside_once() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    std::fs::write(store(&bed), [9; 9000]).unwrap();
    let downs: Vec<_> = (0..3).map(|_| bed.spawn(&["down"])).collect();
    for down in downs {
        let ran = crate::support::Ran::from(down.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert_eq!(set_aside(&bed).len(), 1);
    assert_eq!(bed.sessions(), Vec::<String>::new());
    assert_eq!(bed.state_of("ann"), "stopped");
}
