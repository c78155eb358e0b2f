use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use super::*;

fn holder(what: &str) -> Holder {
    Holder {
        pid: std::process::id(),
        what: what.to_owned(),
        since_wall_ms: 1_700_000_000_000,
        host: "here".to_owned(),
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[test]
fn the_loser_learns_who_holds_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let lock = FleetLock::acquire(folder.path(), &holder("watchdog")).unwrap();
    let Err(LockError::Held(found)) = FleetLock::acquire(folder.path(), &holder("up")) else {
        panic!("two holders");
    };
    assert_eq!(found, holder("watchdog"));
    assert_eq!(FleetLock::holder(folder.path()).unwrap(), Some(holder("watchdog")));
    drop(lock);
    assert_eq!(FleetLock::holder(folder.path()).unwrap(), None);
    let _lock = FleetLock::acquire(folder.path(), &holder("up")).unwrap();
    assert_eq!(FleetLock::holder(folder.path()).unwrap(), Some(holder("up")));
}

#[test]
fn nobody_holds_a_lock_that_was_never_made_and_asking_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(FleetLock::holder(&folder.path().join("state")).unwrap(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_shorter_name_replaces_a_longer_one_whole() {
    let folder = tempfile::tempdir().unwrap();
    drop(FleetLock::acquire(folder.path(), &holder("a-very-long-verb-indeed")).unwrap());
    let _lock = FleetLock::acquire(folder.path(), &holder("up")).unwrap();
    let text = std::fs::read_to_string(folder.path().join(LOCK_FILE)).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert_eq!(FleetLock::holder(folder.path()).unwrap(), Some(holder("up")));
}

#[test]
fn a_holder_that_has_not_signed_is_still_a_holder() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join(LOCK_FILE)).unwrap();
    file.try_lock().unwrap();
    let brief = Duration::from_millis(50);
    assert!(matches!(
        FleetLock::acquire_within(folder.path(), &holder("up"), brief),
        Err(LockError::HeldByUnknown { .. })
    ));
    assert!(matches!(
        FleetLock::holder_within(folder.path(), brief),
        Err(LockError::HeldByUnknown { .. })
    ));
}

#[test]
fn the_name_that_a_killed_holder_left_is_not_the_name_of_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut killed = Command::new("true").spawn().unwrap();
    let left = Holder { pid: killed.id(), host: host(), ..holder("watchdog") };
    killed.wait().unwrap();
    let path = folder.path().join(LOCK_FILE);
    std::fs::write(&path, format!("{}\n", serde_json::to_string(&left).unwrap())).unwrap();
    let mut next = FleetLock { file: folder::open_private(&path).unwrap() };
    next.file.try_lock().unwrap();
    let asking = std::thread::scope(|scope| {
        let asking = scope.spawn(|| FleetLock::holder(folder.path()));
        let losing = scope.spawn(|| FleetLock::acquire(folder.path(), &holder("down")).map(drop));
        // It is interrupted between the lock and its name.
        std::thread::sleep(Duration::from_millis(200));
        next.sign(&holder("up")).unwrap();
        let lost = losing.join().unwrap();
        assert!(matches!(&lost, Err(LockError::Held(found)) if *found == holder("up")), "{lost:?}");
        asking.join().unwrap()
    });
    assert_eq!(asking.unwrap(), Some(holder("up")));
}

#[test]
fn a_probe_that_is_interrupted_is_waited_for_and_taken_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    drop(FleetLock::acquire(folder.path(), &holder("watchdog")).unwrap());
    let probe = File::open(folder.path().join(LOCK_FILE)).unwrap();
    probe.try_lock_shared().unwrap();
    std::thread::scope(|scope| {
        let taking = scope.spawn(|| FleetLock::acquire(folder.path(), &holder("up")));
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(FleetLock::holder(folder.path()).unwrap(), None);
        probe.unlock().unwrap();
        taking.join().unwrap().unwrap();
    });
}

#[test]
fn the_lock_file_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let _lock = FleetLock::acquire(&state, &holder("up")).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join(LOCK_FILE)), 0o600);
}

#[test]
fn f50_a_child_does_not_keep_the_lock_of_its_dead_parent() {
    let folder = tempfile::tempdir().unwrap();
    let mut parent = start_child("parent", folder.path());
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines().map(Result::unwrap);
    let child = lines.find_map(|line| line.strip_prefix("child: ").map(str::to_owned)).unwrap();
    parent.kill().unwrap();
    parent.wait().unwrap();
    let taken = FleetLock::acquire(folder.path(), &holder("up"));
    assert!(Command::new("kill").arg(child).status().unwrap().success());
    taken.unwrap();
}

#[test]
fn f40_whoever_was_killed_an_instant_ago_holds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..40 {
        let mut killed = start_child("racer", folder.path());
        let mut lines = BufReader::new(killed.stdout.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line == "race: won"));
        killed.kill().unwrap();
        let found = FleetLock::holder(folder.path());
        killed.wait().unwrap();
        assert_eq!(found.unwrap(), None);
    }
}

/// Takes the lock, starts a child, names it, and waits to be killed.
#[test]
#[ignore = "a child process that is killed"]
fn parent() {
    let folder = std::env::var_os(RACE_FOLDER).unwrap();
    let _lock = FleetLock::acquire(Path::new(&folder), &holder("parent")).unwrap();
    let mut child = Command::new("sleep").arg("600").stdout(Stdio::null()).spawn().unwrap();
    println!("\nchild: {}", child.id());
    child.wait().unwrap();
}

const RACE_FOLDER: &str = "AGENTS_STORE_RACE_FOLDER";

/// Takes the lock, says how that went, and keeps it until its standard input ends.
#[test]
#[ignore = "a child process of the race"]
fn racer() {
    let folder = std::env::var_os(RACE_FOLDER).unwrap();
    let taken = FleetLock::acquire(Path::new(&folder), &Holder { host: host(), ..holder("racer") });
    println!("\nrace: {}", if taken.is_ok() { "won" } else { "lost" });
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

fn start_child(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("lock::tests::{test}"), "--ignored", "--nocapture"])
        .env(RACE_FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn verdict(racer: &mut Child) -> bool {
    let lines = BufReader::new(racer.stdout.take().unwrap()).lines();
    let line = lines.map(Result::unwrap).find(|line| line.starts_with("race: ")).unwrap();
    line == "race: won"
}

#[test]
fn f50_of_two_processes_that_race_exactly_one_wins_and_its_death_frees_the_lock() {
    for round in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let mut racers = [start_child("racer", folder.path()), start_child("racer", folder.path())];
        let wins = racers.each_mut().map(verdict);
        assert_ne!(wins[0], wins[1], "round {round}: {wins:?}");
        for racer in &mut racers {
            racer.kill().unwrap();
            racer.wait().unwrap();
        }
        FleetLock::acquire(folder.path(), &holder("next")).unwrap();
    }
}
