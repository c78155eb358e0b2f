//! A disk that takes no more: nothing is done that cannot be recorded, it is said, and the fleet can be ended all the same.
//! A limit on the length of files is such a disk, for one process at a time.

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::support::{Bed, Ran, process_lives};

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
"#;

const TOLD: &str =
    "[notify]\ngroup = \"1s\"\n[[notify.to]]\nkind = \"command\"\ncommand = \"cat > told.json\"\n";

/// Less than one page of the store's log.
const FULL: Option<u64> = Some(3000);

fn watchdog(bed: &Bed) -> u32 {
    u32::try_from(bed.status()["watchdog"]["pid"].as_u64().unwrap()).unwrap()
}

fn limit(pid: u32, current: Option<u64>) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap());
    prlimit(pid, Resource::Fsize, Rlimit { current, maximum: None }).unwrap();
}

/// Runs `agents` where no file may grow beyond 2 or 4 KiB, as the shell counts.
fn on_a_full_disk(bed: &Bed, words: &[&str]) -> Ran {
    let mut shell = bed.command("sh");
    shell.args(["-c", "ulimit -f 4; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_agents")]).args(words);
    Ran::from(shell.output().unwrap())
}

#[test]
fn f45_a_watchdog_on_a_full_disk_looks_on_and_goes_on_when_there_is_room() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let pid = watchdog(&bed);
    for _ in 0..2 {
        let before = bed.pid("t-bob").unwrap();
        limit(pid, FULL);
        bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
        bed.until("it is said", || bed.status()["store"] != "ok");
        let store = bed.status()["store"].to_string();
        assert!(store.contains("cannot write the store") && store.contains("so it is since"));
        bed.agents(&["status", "--exit-code"]).ends_with(3);
        assert!(process_lives(pid) && !bed.has("t-ann"), "what is not recorded is not done");
        limit(pid, None);
        bed.until("it heals", || bed.has("t-ann") && bed.status()["store"] == "ok");
        assert_eq!((watchdog(&bed), bed.pid("t-bob")), (pid, Some(before)));
    }
    let log = bed.watchdog_log();
    assert_eq!(log.matches("work goes on after").count(), 2, "{log}");

    // A verb with room of its own does what the watchdog cannot do.
    limit(pid, FULL);
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    bed.until("it is said", || bed.status()["store"] != "ok");
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
    assert!(!process_lives(pid));
}

#[test]
fn f45_a_verb_says_soon_that_the_watchdog_cannot_record_and_what_it_asked_for_is_never_done() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let pid = watchdog(&bed);
    let bob = bed.pid("t-bob").unwrap();
    limit(pid, FULL);
    // The first finds it out; the second comes to one that stands still already.
    for words in [
        &["restart", "bob"][..],
        &["down", "bob"],
        &["send", "bob", "hi"],
        &["tasks", "cancel", "ghost"],
    ] {
        let began = std::time::Instant::now();
        let ran = bed.agents(words).ends_with(7);
        let took = began.elapsed();
        for said in [
            "it cannot record: the store cannot be used: cannot write the store",
            "nothing was done, and the request is withdrawn",
        ] {
            assert!(ran.err.contains(said), "{said}: {ran:?}");
        }
        // It gives up after 2 s; the rest is what a machine with other work may take.
        assert!(took.as_secs() < 15, "{words:?} took {took:?}");
    }
    limit(pid, None);
    bed.until("it goes on", || bed.watchdog_log().contains("work goes on after"));
    let before = bed.pid("t-ann");
    bed.agents(&["restart", "ann"]).ends_with(0);
    assert_ne!(bed.pid("t-ann"), before, "requests are carried out again");
    assert_eq!(bed.pid("t-bob"), Some(bob), "{}", bed.watchdog_log());
    assert!(!bed.screen("t-bob").contains("hi"), "{}", bed.screen("t-bob"));
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f45_a_watchdog_that_begins_on_a_full_disk_says_so_and_waits_for_room() {
    let bed = Bed::with(&format!("{CONFIG}{TOLD}"));
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    let mut shell = bed.command("sh");
    shell.args([
        "-c",
        "ulimit -S -f 4; exec \"$@\"",
        "sh",
        env!("CARGO_BIN_EXE_agents"),
        "watchdog",
    ]);
    let mut begun = shell.spawn().unwrap();
    let pid = begun.id();
    bed.until("it is said", || bed.status()["store"] != "ok");
    let status = bed.status();
    assert!(status["store"].to_string().contains("cannot write the store"), "{status}");
    assert_eq!((watchdog(&bed), bed.has("t-ann")), (pid, false));
    bed.until("people are told", || bed.read("told.json").contains("cannot write the store"));
    // Whoever asks for a watchdog has one, and it is the same.
    bed.agents(&["up", "watchdog"]).ends_with(0);
    assert_eq!(watchdog(&bed), pid);
    limit(pid, None);
    bed.until("it heals", || bed.has("t-ann") && bed.status()["store"] == "ok");
    assert_eq!(watchdog(&bed), pid);
    assert!(bed.watchdog_log().contains("work goes on after"), "{}", bed.watchdog_log());
    bed.agents(&["down"]).ends_with(0);
    assert!(begun.wait().unwrap().success());
}

#[test]
fn f45_verbs_on_a_full_disk_say_so_and_down_ends_the_fleet() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let pid = watchdog(&bed);
    for words in [&["send", "ann", "hi"][..], &["down", "ann"], &["up"]] {
        let ran = on_a_full_disk(&bed, words).ends_with(7);
        assert!(ran.err.contains("cannot write the store"), "{words:?}: {ran:?}");
    }
    assert!(bed.has("t-ann") && bed.has("t-bob") && process_lives(pid));
    for watched in [true, false] {
        if !watched {
            bed.agents(&["up"]).ends_with(0);
            bed.agents(&["down", "watchdog"]).ends_with(0);
        }
        let down = on_a_full_disk(&bed, &["down"]).ends_with(3);
        for said in ["ann: stopped", "bob: stopped", "could not be recorded: cannot write"] {
            assert!(down.err.contains(said), "{said}: {down:?}");
        }
        assert!(bed.sessions().is_empty(), "{:?}", bed.sessions());
        assert!(!process_lives(pid));
    }
    // With room it is what it always was.
    let down = bed.agents(&["down"]).ends_with(0);
    assert!(!down.err.contains("could not be recorded"), "{down:?}");
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("it has looked", || bed.state_of("ann") == "stopped");
    bed.agents(&["down"]).ends_with(0);
}
