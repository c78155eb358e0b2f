//! Does `attach` show the agent's terminal on the terminal it is run in?

use crate::support::Bed;

const FLEET: &str = r#"HEAD
[backend.shown]
bin = "printf 'here is ann\n'; exec sleep 1000 #"
[[agent]]
name = "ann"
kind = "persistent"
backend = "shown"
dir = "."
prompt = "go"
"#;

#[test]
fn attach_needs_a_session_and_a_terminal() {
    let bed = Bed::with(FLEET);
    assert!(bed.agents(&["attach", "ann"]).ends_with(1).err.contains("ann is not running"));
    assert!(bed.agents(&["attach", "anm"]).ends_with(2).err.contains("did you mean `ann`"));
    assert!(bed.agents(&["attach", "watchdog"]).ends_with(1).err.contains("not running"));
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.until("ann runs", || bed.state_of("ann") == "running");
    assert!(bed.agents(&["attach", "ann"]).ends_with(1).err.contains("needs a terminal"));

    // A terminal inside another tmux, as an operator has it, with the program as the session's leader.
    let program = env!("CARGO_BIN_EXE_agents");
    let line = format!("cd {} && exec {program} attach ann --read-only", bed.dir.display());
    let outer = bed
        .command("tmux")
        .args(["-L", "default", "new-session", "-d", "-s", "outer", &line])
        .status();
    assert!(outer.unwrap().success());
    bed.until("the agent is on the outer terminal", || {
        let shown = bed
            .command("tmux")
            .args(["-L", "default", "capture-pane", "-p", "-t", "=outer:"])
            .output();
        String::from_utf8_lossy(&shown.unwrap().stdout).contains("here is ann")
    });
    let client =
        bed.tmux(&["list-clients", "-t", "=t-ann", "-F", "#{client_readonly}"]).ends_with(0).out;
    assert_eq!(client.trim(), "1");
}
