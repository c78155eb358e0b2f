//! Does a verb say what became of it, in words and in its exit code? Rows 40 to 44.

use std::time::Instant;

use crate::scene::{REST, SH, agent, fleet, healed, kill_and_see_healed};
use crate::support::{Bed, PATIENCE, Ran, process_lives, wait_for};

#[test]
fn d40_a_command_that_cannot_start_is_a_failure_with_its_reason() {
    let backend =
        "[backend.gone]\nbin = \"no-such-program --at-all\"\nprompt_delivery = \"exec\"\n";
    let table = "[[agent]]\nname = \"x\"\nbackend = \"gone\"\n".to_owned();
    let elsewhere = agent("lost", "dir = \"not/there\"", REST);
    let bed = fleet("", &[backend.to_owned(), table, elsewhere, healed("y", REST)]);
    let up = bed.agents(&["up"]).ends_with(3);
    assert!(up.err.contains("x: failed") && up.err.contains("no-such-program"), "{up:?}");
    assert!(up.err.contains("lost: failed") && up.err.contains("not/there"), "{up:?}");
    assert!(up.err.contains("y: started"), "{up:?}");
    let alone = bed.agents(&["up", "x"]).ends_with(1);
    assert!(alone.err.contains("no-such-program"), "{alone:?}");
    // The reason stays where it is looked for.
    let log = bed.read(".state/t-x.log");
    assert!(log.contains("no-such-program"), "{log}");
    let why = bed.agents(&["why", "x"]).ends_with(0);
    assert!(why.out.contains("no-such-program") || why.err.contains("no-such-program"), "{why:?}");
}

#[test]
fn d41_f58_without_tmux_up_fails_and_names_it() {
    let bed = fleet("", &[healed("x", REST)]);
    let empty = bed.dir.join("bin");
    std::fs::create_dir(&empty).unwrap();
    let mut up = bed.command(env!("CARGO_BIN_EXE_agents"));
    let up = Ran::from(up.arg("up").env("PATH", &empty).output().unwrap()).ends_with(7);
    assert!(up.err.contains("tmux"), "{up:?}");
}

#[test]
fn d41_a_socket_path_that_no_system_takes_is_named_at_once() {
    let bed = fleet("", &[healed("x", REST)]);
    let long = bed.dir.join("a-long-name".repeat(12));
    std::fs::create_dir(&long).unwrap();
    for verb in ["up", "down"] {
        let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
        let command = command.arg(verb).env("TMUX_TMPDIR", &long);
        std::fs::create_dir_all(bed.dir.join(".state/state")).unwrap();
        let refused = Ran::from(command.output().unwrap()).ends_with(7);
        assert!(
            refused.err.contains("too long") && refused.err.contains("TMUX_TMPDIR"),
            "{refused:?}"
        );
    }
}

/// A tmux that is there and never does anything.
fn without_server() -> Bed {
    let bed = fleet("", &[healed("x", REST)]);
    bed.program("bin/tmux", "#!/bin/sh\necho 'server exited unexpectedly' >&2\nexit 1\n");
    bed
}

fn with_that_tmux(bed: &Bed, verb: &str) -> std::process::Command {
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    command.arg(verb).env("PATH", format!("{}:/usr/bin:/bin", bed.dir.join("bin").display()));
    command
}

#[test]
fn d41_f5_a_tmux_that_never_answers_ends_the_verb_at_its_deadline() {
    let bed = without_server();
    std::fs::create_dir_all(bed.dir.join(".state/state")).unwrap();
    let began = Instant::now();
    let down = Ran::from(with_that_tmux(&bed, "down").output().unwrap());
    assert_eq!(down.code, Some(7), "{down:?}");
    assert!(down.err.contains("no answer within"), "{down:?}");
    assert!(began.elapsed() < PATIENCE);
}

#[test]
fn d41_a_verb_that_waits_for_tmux_can_be_interrupted() {
    let bed = without_server();
    let mut up = with_that_tmux(&bed, "up");
    let mut up = up.stderr(std::process::Stdio::null()).spawn().unwrap();
    let lock = bed.dir.join(".state/state/fleet.lock");
    bed.until("it drives the fleet", || {
        std::fs::read_to_string(&lock).is_ok_and(|text| text.contains("pid"))
    });
    bed.command("kill").arg(up.id().to_string()).status().unwrap();
    let ended = wait_for(PATIENCE, &mut || up.try_wait().unwrap().is_some());
    if !ended {
        up.kill().unwrap();
        up.wait().unwrap();
    }
    assert!(ended, "the verb goes on after SIGTERM");
    assert!(!process_lives(up.id()));
}

#[test]
fn d42_unknown_names_and_words_are_refused_with_the_known_ones() {
    let bed = fleet("", &[healed("builder", REST)]);
    for words in
        [["up", "bulider"], ["down", "bulider"], ["restart", "bulider"], ["logs", "bulider"]]
    {
        let refused = bed.agents(&words).ends_with(2);
        assert!(refused.err.contains("bulider") && refused.err.contains("builder"), "{refused:?}");
    }
    // One wrong name among right ones: nothing is done.
    bed.agents(&["up", "builder", "nosuch"]).ends_with(2);
    assert_eq!(bed.sessions(), Vec::<String>::new());
    bed.agents(&["status", "more", "words"]).ends_with(2);
    let verb = bed.agents(&["stop"]).ends_with(2);
    assert!(verb.err.contains("unrecognized"), "{verb:?}");
}

#[test]
fn d43_a_config_that_is_not_there_is_told_in_a_sentence() {
    let bed = fleet("", &["[[agent]]\nname = \"x\"\n".to_owned()]);
    let no_value = bed.agents(&["status", "--config"]).ends_with(2);
    assert!(no_value.err.contains("--config"), "{no_value:?}");
    let no_file = bed.agents(&["--config", "nope.toml", "up"]).ends_with(2);
    assert!(no_file.err.contains("nope.toml"), "{no_file:?}");
    let no_backend = bed.agents(&["up"]).ends_with(2);
    assert!(no_backend.err.contains("backend") && no_backend.err.contains("`x`"), "{no_backend:?}");
    for ran in [no_value, no_file, no_backend] {
        assert!(!ran.err.contains("panicked") && !ran.err.contains("Traceback"), "{ran:?}");
    }
}

#[test]
fn d44_values_and_keys_that_mean_nothing_are_refused() {
    for (line, told) in [
        ("watch = \"heal-stall\"", "heal+stall"),
        ("enabled = \"false\"", "enabled"),
        ("enabeld = false", "enabled"),
        ("kind = \"daemon\"", "persistent"),
    ] {
        let bed = Bed::with(&format!("HEAD{SH}{}", agent("x", line, REST)));
        let refused = bed.agents(&["up"]).ends_with(2);
        assert!(refused.err.contains(told), "{line}: {refused:?}");
        assert_eq!(bed.sessions(), Vec::<String>::new(), "{line}");
    }
}

#[test]
fn d42_up_name_starts_that_one_and_no_other() {
    let bed = fleet("", &[healed("x", REST), healed("y", REST), healed("z", REST)]);
    bed.agents(&["up", "x"]).ends_with(0);
    assert_eq!(bed.sessions(), ["t-x"]);
    bed.agents(&["down", "x"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
    bed.agents(&["up"]).ends_with(0);
    kill_and_see_healed(&bed, "y");
}
