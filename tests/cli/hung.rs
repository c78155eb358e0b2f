//! Verbs while tmux does not answer: they say what is known and what will happen, and it happens.

use std::time::{Duration, Instant};

use crate::support::{Bed, Ran};

const CONFIG: &str = r#"HEAD
tmux_timeout = 1
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
[[agent]]
name = "bob"
backend = "reader"
"#;

/// Stops the tmux server of the bed; it goes on when this is dropped.
struct Hung(String);

impl Hung {
    fn server(bed: &Bed) -> Self {
        let pid = bed.tmux(&["display-message", "-p", "#{pid}"]).out.trim().to_owned();
        signal("STOP", &pid);
        Self(pid)
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        signal("CONT", &self.0);
    }
}

fn signal(signal: &str, pid: &str) {
    let sent = std::process::Command::new("kill").args([&format!("-{signal}"), pid]).status();
    assert!(sent.unwrap().success());
}

/// Runs verbs side by side; each must say in time, with the exit code of a tmux that cannot be used, what is known.
#[track_caller]
fn unavailable(bed: &Bed, verbs: &[(&[&str], &str)]) {
    let began = Instant::now();
    let children: Vec<_> = verbs.iter().map(|(words, _)| bed.spawn(words)).collect();
    for (child, (words, said)) in children.into_iter().zip(verbs) {
        let ran = Ran::from(child.wait_with_output().unwrap()).ends_with(7);
        assert!(ran.err.contains(said), "{words:?}: {ran:?}");
    }
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

/// What is asked for while nobody can see, by the verbs' own hands or by a watchdog's.
fn asked_while_tmux_hangs(bed: &Bed) {
    let hung = Hung::server(bed);
    unavailable(
        bed,
        &[
            (&["send", "ann", "are you there"], "ann: unknown: queued, and typed once"),
            (&["send", "bob", "and you"], "bob: unknown: not queued: it did not run when"),
        ],
    );
    unavailable(bed, &[(&["up", "bob"], "is carried out when tmux answers")]);
    let json = bed.agents(&["--json", "send", "bob", "hello bob"]).ends_with(7).json();
    assert_eq!(json["agents"][0]["result"], "unknown");
    drop(hung);
}

#[test]
fn f5_what_a_watchdog_took_up_while_tmux_hung_is_said_and_done() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "bob"]).ends_with(0);
    asked_while_tmux_hangs(&bed);
    bed.until("ann got it", || bed.screen("t-ann").contains("got: are you there"));
    bed.until("bob is up and got what was queued", || bed.screen("t-bob").contains("hello bob"));
    assert!(!bed.screen("t-bob").contains("and you"));

    let hung = Hung::server(&bed);
    let later = "is carried out when tmux answers";
    unavailable(&bed, &[(&["down", "ann"], later), (&["down", "--undeclared"], later)]);
    drop(hung);
    bed.until("ann is down", || !bed.has("t-ann"));
    bed.until("it is known that it is down", || bed.state_of("ann") == "stopped");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f5_what_a_verb_took_up_while_tmux_hung_is_done_by_the_next() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "ann", "bob"]).ends_with(0);
    bed.agents(&["down", "bob"]).ends_with(0);
    asked_while_tmux_hangs(&bed);
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.until("bob is up too", || bed.has("t-bob"));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("ann got it", || bed.screen("t-ann").contains("got: are you there"));
    bed.until("bob got what was queued", || bed.screen("t-bob").contains("hello bob"));
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn what_a_holder_that_sleeps_did_not_take_up_is_withdrawn() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "ann"]).ends_with(0);
    // Not in a session: tmux wakes what is stopped in one of its panes.
    let mut watchdog = bed.spawn(&["watchdog"]);
    bed.until("it holds the fleet", || bed.status()["watchdog"]["state"] == "running");
    let pid = watchdog.id().to_string();
    let asked = || {
        signal("STOP", &pid);
        let ran = bed.agents(&["send", "ann", "too late"]);
        signal("CONT", &pid);
        ran
    };
    // One that is stopped while it writes keeps everybody from the store, and then nothing is asked at all.
    let mut ran = asked();
    while ran.err.contains("stays busy") {
        ran = asked();
    }
    let ran = ran.ends_with(7);
    assert!(ran.err.contains("nothing was done, and the request is withdrawn"), "{ran:?}");
    bed.agents(&["send", "ann", "--wait=2m", "in time"]).ends_with(0);
    bed.until("ann got it", || bed.screen("t-ann").contains("got: in time"));
    assert!(!bed.screen("t-ann").contains("too late"));
    bed.agents(&["down"]).ends_with(0);
    watchdog.wait().unwrap();
}
