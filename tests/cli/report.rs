//! Does `report` hand over what a hook says, and leave the agent alone whatever happens?

use std::io::Write as _;
use std::process::Stdio;

use crate::support::Bed;

/// Runs `agents report` in a hook's place; what it printed, and its code.
fn report(bed: &Bed, env: &[(&str, &str)], words: &[&str], input: &[u8]) -> (Vec<u8>, Option<i32>) {
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    command.arg("report").args(words).envs(env.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut hook = command.spawn().unwrap();
    // A hook that is not read to its end is not told.
    drop(hook.stdin.take().unwrap().write_all(input));
    let done = hook.wait_with_output().unwrap();
    ([done.stdout, done.stderr].concat(), done.status.code())
}

#[test]
fn what_a_hook_says_is_kept_until_somebody_listens() {
    let bed = Bed::empty();
    let state = bed.dir.join("state");
    std::fs::create_dir(&state).unwrap();
    let state = state.to_str().unwrap();
    let env = [("AGENTS_STATE", state), ("AGENTS_NAME", "ann"), ("AGENTS_RUN", "r7")];
    let quiet = (Vec::new(), Some(0));
    assert_eq!(report(&bed, &env, &[], br#"{"hook_event_name":"Stop"}"#), quiet);
    assert_eq!(report(&bed, &env, &[r#"{"type":"agent-turn-complete"}"#], b""), quiet);
    let mut kept: Vec<_> = std::fs::read_dir(bed.dir.join("state/spool"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    kept.sort();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(kept.iter().all(|text| text.contains(r#""name":"ann","run":7"#)), "{kept:?}");
    assert!(kept.iter().any(|text| text.contains(r#"{"hook_event_name":"Stop"}"#)), "{kept:?}");
}

#[test]
fn a_hook_outside_a_fleet_or_without_words_harms_nobody() {
    let bed = Bed::empty();
    let quiet = (Vec::new(), Some(0));
    let gone = bed.dir.join("gone");
    let gone = gone.to_str().unwrap();
    for env in [
        &[][..],
        &[("AGENTS_STATE", "relative"), ("AGENTS_NAME", "ann"), ("AGENTS_RUN", "r7")],
        &[("AGENTS_STATE", gone), ("AGENTS_NAME", "ann"), ("AGENTS_RUN", "r7")],
        &[("AGENTS_STATE", gone), ("AGENTS_NAME", "../x"), ("AGENTS_RUN", "r7")],
        &[("AGENTS_STATE", gone), ("AGENTS_NAME", "ann"), ("AGENTS_RUN", "7")],
    ] {
        for input in [&b""[..], b"{", &[b'x'; 3 << 20]] {
            assert_eq!(report(&bed, env, &[], input), quiet, "{env:?}");
        }
    }
    assert!(!bed.dir.join("gone").exists());
}

#[test]
fn a_hook_on_a_full_disk_leaves_nothing_behind() {
    let bed = Bed::empty();
    std::fs::create_dir_all(bed.dir.join("state/spool")).unwrap();
    let state = bed.dir.join("state");
    let mut hook = bed.command("sh");
    hook.args(["-c", "ulimit -f 0; exec \"$0\" report '{\"a\":1}'", env!("CARGO_BIN_EXE_agents")]);
    hook.envs([("AGENTS_NAME", "ann"), ("AGENTS_RUN", "r7")]).env("AGENTS_STATE", &state);
    let done = hook.output().unwrap();
    assert_eq!((done.status.code(), [done.stdout, done.stderr].concat()), (Some(0), Vec::new()));
    assert_eq!(std::fs::read_dir(state.join("spool")).unwrap().count(), 0);
}
