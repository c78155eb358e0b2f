//! What does the command line say to words that it does not know, and how does a shell complete them?

use crate::support::{Bed, Ran};

#[test]
fn unknown_words_hear_the_known_ones() {
    let bed = Bed::empty();
    let ran = bed.agents(&["nosuch"]).ends_with(2);
    assert!(ran.err.contains("known: up, down,") && ran.err.contains("status"), "{ran:?}");
    assert!(!ran.err.contains("launch"), "hidden verbs stay hidden: {ran:?}");
    assert!(bed.agents(&["statsu"]).ends_with(2).err.contains("'status'"));
    let nested = bed.agents(&["phase", "nosuch"]).ends_with(2);
    assert!(nested.err.contains("known: show, next, set"), "{nested:?}");
    let none = bed.agents(&[]).ends_with(2);
    assert!(none.err.contains("Usage: agents") && none.out.is_empty(), "{none:?}");
}

#[test]
fn without_a_verb_it_shows_the_status() {
    let bed = Bed::with(
        "HEAD\n[backend.cat]\nbin = \"cat\"\n[[agent]]\nname = \"ann\"\nbackend = \"cat\"\nprompt = \"x\"\n",
    );
    let asked = bed.agents(&["status"]).ends_with(0);
    for words in [&[][..], &["--config", "agents.toml"]] {
        assert_eq!(bed.agents(words).ends_with(0).out, asked.out, "{words:?}");
    }
    assert_eq!(bed.agents(&["--json"]).ends_with(0).json()["schema"], "agents.status/1");
    let missing = bed.agents(&["--config", "nosuch.toml"]).ends_with(2);
    assert!(missing.err.contains("nosuch.toml"), "{missing:?}");
}

#[test]
fn every_known_shell_has_a_script_and_others_hear_of_them() {
    let bed = Bed::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = bed.agents(&["completions", shell]).ends_with(0);
        assert!(ran.out.contains("COMPLETE") && ran.out.contains("agents"), "{shell}: {ran:?}");
    }
    let ran = bed.agents(&["completions", "tcsh"]).ends_with(2);
    assert!(
        ran.err.contains("tcsh") && ran.err.contains("bash") && ran.err.contains("zsh"),
        "{ran:?}"
    );
}

/// What the shell is offered for the last of these words.
fn offered(bed: &Bed, words: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_agents");
    let mut command = bed.command(program);
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_TYPE", "9");
    command.env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    // Whatever it ran would cost the shell more than the answer is worth.
    for tool in ["tmux", "git", "ps"] {
        bed.program(&format!("bin/{tool}"), "#!/bin/sh\n: > \"${0%/*}/ran\"\n");
    }
    command.env("PATH", bed.dir.join("bin"));
    let ran = Ran::from(command.args(["--", "agents"]).args(words).output().unwrap());
    assert_eq!(ran.err, "", "completion is silent");
    assert!(!bed.dir.join("bin/ran").exists(), "completion runs programs");
    ran.out
}

#[test]
fn names_are_completed_from_the_config_alone_and_silently() {
    let bed = Bed::with(
        "HEAD\n[backend.cat]\nbin = \"cat\"\n\
         [[agent]]\nname = \"builder\"\nkind = \"persistent\"\nbackend = \"cat\"\ndir = \".\"\n\
         [[service]]\nname = \"web\"\ncommand = \"true\"\ndir = \".\"\n",
    );
    assert_eq!(offered(&bed, &["logs", "b"]).trim(), "builder");
    assert!(offered(&bed, &["up", ""]).contains("web"));
    assert!(offered(&bed, &["st"]).contains("status"));
    bed.write("other/agents.toml", &bed.read("agents.toml").replace("builder", "baker"));
    assert_eq!(offered(&bed, &["--config", "other/agents.toml", "why", "b"]).trim(), "baker");
    bed.write("agents.toml", "not toml [");
    assert_eq!(offered(&bed, &["logs", "b"]).trim(), "");
}

#[test]
fn words_that_are_no_text_are_refused_in_a_sentence() {
    use std::os::unix::ffi::OsStrExt as _;
    let bed = Bed::empty();
    let word = std::ffi::OsStr::from_bytes(b"bad\xffword");
    for verb in ["send", "why", "nosuch", "--json"] {
        let output =
            bed.command(env!("CARGO_BIN_EXE_agents")).args([verb, "ann"]).arg(word).output();
        let ran = Ran::from(output.unwrap()).ends_with(2);
        assert!(ran.err.starts_with("error: "), "{ran:?}");
    }
}
