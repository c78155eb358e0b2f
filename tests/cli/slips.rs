//! Does a slip of the operator hear what was meant, and the way out?

use crate::support::{Bed, HEAD};

/// A fleet of agents that sleep.
fn fleet(names: &[&str]) -> String {
    let mut text =
        format!("{HEAD}[backend.nap]\nbin = \"exec sleep 1000 #\"\nprompt_delivery = \"exec\"\n");
    for name in names {
        text.push_str(&format!("[[agent]]\nname = \"{name}\"\nbackend = \"nap\"\n"));
    }
    text
}

#[test]
fn the_old_name_of_one_that_runs_is_told_with_the_way_to_end_it() {
    let bed = Bed::with(&fleet(&["ann", "bob"]));
    bed.agents(&["up"]).ends_with(0);
    bed.write("agents.toml", &fleet(&["eve", "bob"]));
    bed.until("the new name is known", || bed.status()["agents"][0]["name"] == "eve");
    for words in
        [&["down", "ann"][..], &["send", "ann", "hello"], &["restart", "ann"], &["up", "ann"]]
    {
        let ran = bed.agents(words).ends_with(2);
        assert!(ran.err.contains("the config no longer declares `ann`"), "{ran:?}");
        assert!(ran.err.contains("its session t-ann runs: `agents down --undeclared`"), "{ran:?}");
        assert!(!ran.err.contains("did you mean"), "{ran:?}");
    }
    // Once it is ended it is a name like any other.
    bed.agents(&["down", "--undeclared"]).ends_with(0);
    let ran = bed.agents(&["down", "ann"]).ends_with(2);
    assert!(ran.err.contains("there is no agent or service `ann`"), "{ran:?}");
    assert!(!ran.err.contains("--undeclared"), "{ran:?}");
    let near = bed.agents(&["down", "evee"]).ends_with(2);
    assert!(near.err.contains("`evee`, did you mean `eve`? Known: eve, bob"), "{near:?}");
}

#[test]
fn a_word_that_is_no_verb_hears_of_the_agent_that_was_meant_and_of_no_distant_verb() {
    let bed = Bed::with(&fleet(&["worker"]));
    for word in ["worker", "wrker"] {
        let ran = bed.agents(&[word]).ends_with(2);
        assert!(
            ran.err.contains("`worker` is one of the fleet, and a verb stands before it"),
            "{ran:?}"
        );
        assert!(ran.err.contains("`agents why worker`"), "{ran:?}");
        assert!(!ran.err.contains("'report'") && !ran.err.contains("similar"), "{ran:?}");
    }
    let near = bed.agents(&["statsu"]).ends_with(2);
    assert!(near.err.contains("'status'") && !near.err.contains("worker"), "{near:?}");
    let version = bed.agents(&["version"]).ends_with(2);
    assert!(version.err.contains("`agents --version`"), "{version:?}");
    // It is found where the words say that the config is.
    bed.write("other/agents.toml", &fleet(&["walter"]));
    let other = bed.agents(&["--config", "other/agents.toml", "walter"]).ends_with(2);
    assert!(other.err.contains("`agents why walter`"), "{other:?}");
}

#[test]
fn a_config_of_a_folder_above_is_named_where_there_is_none() {
    let bed = Bed::with(&fleet(&["ann"]));
    std::fs::create_dir_all(bed.dir.join("a/b")).unwrap();
    for words in [&["check"][..], &["plan"], &["status"]] {
        let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
        let ran = command.current_dir(bed.dir.join("a/b")).args(words).output().unwrap();
        assert_eq!(ran.status.code(), Some(2));
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("there is no config file at agents.toml"), "{said}");
        assert!(
            said.contains("one lies in a folder above: `--config ../../agents.toml`"),
            "{said}"
        );
    }
    // One that was named is not looked for elsewhere.
    let named = bed.agents(&["--config", "a/mine.toml", "check"]).ends_with(2);
    assert!(!named.out.contains("above"), "{named:?}");
}

#[test]
fn hours_that_are_lived_beside_those_that_were_asked_for_are_told() {
    let bed = Bed::empty();
    let ran = bed.agents(&["sim", "--hours", "1", "--seed", "3"]).ends_with(0);
    assert!(ran.out.contains("seed 3: 3 fleet-hours"), "{ran:?}");
    assert!(
        ran.out.contains("1 was asked for; each life lasts 3 hours, and none is cut short"),
        "{ran:?}"
    );
    let whole = bed.agents(&["sim", "--hours", "3", "--seed", "3"]).ends_with(0);
    assert!(!whole.out.contains("asked for"), "{whole:?}");
}
