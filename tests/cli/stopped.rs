//! A watchdog that somebody has stopped with a signal: verbs say so soon, and `down` ends it all the same.

use std::time::Instant;

use crate::support::Bed;

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
"#;

fn signal(signal: &str, pid: u32) {
    let sent = std::process::Command::new("kill").args([signal, &pid.to_string()]).status();
    assert!(sent.unwrap().success());
}

fn pid(bed: &Bed) -> Option<u32> {
    bed.status()["watchdog"]["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok())
}

/// One that tmux has begun is no case of it: tmux lets each of its programs go on that is stopped.
#[cfg(target_os = "linux")]
#[test]
fn a_stopped_watchdog_is_named_by_verbs_and_ended_by_down() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "ann"]).ends_with(0);
    let mut begun = bed.spawn(&["watchdog"]);
    let watchdog = begun.id();
    bed.until("it watches", || pid(&bed) == Some(watchdog) && bed.state_of("ann") == "running");
    signal("-STOP", watchdog);
    let began = Instant::now();
    let refused = bed.agents(&["restart", "ann"]).ends_with(7);
    for said in [
        "it is stopped (SIGSTOP)",
        &format!("`kill -CONT {watchdog}`"),
        &format!("`kill -9 {watchdog}`"),
        "nothing was done, and the request is withdrawn",
    ] {
        assert!(refused.err.contains(said), "{said}: {refused:?}");
    }
    // After 2 s; the rest is what a machine with other work may take.
    assert!(began.elapsed().as_secs() < 15, "{:?}", began.elapsed());
    let down = bed.agents(&["down"]).ends_with(0);
    let told = format!("the watchdog (process {watchdog}) is stopped; it is told to end");
    for said in [told.as_str(), "ann: stopped", "watchdog: stopped"] {
        assert!(down.err.contains(said), "{said}: {down:?}");
    }
    assert!(begun.wait().unwrap().success(), "it ended in order");
    assert!(bed.sessions().is_empty(), "{:?}", bed.sessions());
}
