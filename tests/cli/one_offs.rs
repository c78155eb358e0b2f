//! `AGENT_MODEL_<name>` and `AGENT_BACKEND_<name>`: they reach a fleet that a watchdog holds, last, and end.

use crate::support::{Bed, Ran};

const CONFIG: &str = r#"
HEAD
[backend.cat]
bin = "echo cat {model}; exec cat"
prompt_delivery = "exec"
process_name = "cat"
[backend.nap]
bin = "echo nap {model}; exec sleep 1000"
prompt_delivery = "exec"
process_name = "sleep"
[[agent]]
name = "ann"
backend = "cat"
model = "small"
watch = "heal"
[[agent]]
name = "bob"
backend = "cat"
model = "small"
watch = "heal"
[[service]]
name = "web"
command = "exec sleep 1000"
"#;

const BIG: (&str, &str) = ("AGENT_MODEL_ann", "big");
const NAP: (&str, &str) = ("AGENT_BACKEND_ann", "nap");

/// Backend and model of an agent, as a reader sees them whose environment says something else.
fn shown(bed: &Bed, name: &str) -> String {
    let other = format!("AGENT_MODEL_{name}");
    let status = bed.agents_with(&[(&other, "reader")], &["status", "--json"]).ends_with(0).json();
    let agents = status["agents"].as_array().unwrap();
    let row = agents.iter().find(|row| row["name"] == name).unwrap();
    format!("{} {}", row["backend"].as_str().unwrap(), row["model"].as_str().unwrap_or("-"))
}

fn runs(bed: &Bed, name: &str, program: &str) {
    bed.until(&format!("{name} runs {program}"), || {
        bed.screen(&format!("t-{name}")).starts_with(program)
    });
    assert_eq!(shown(bed, name), program);
}

/// Ends the session behind the watchdog's back, and waits for another one.
fn kill(bed: &Bed, name: &str) {
    let session = format!("t-{name}");
    let before = bed.pid(&session);
    bed.kill_session(&session);
    bed.until("it is back", || bed.pid(&session).is_some_and(|pid| Some(pid) != before));
}

fn why(bed: &Bed, name: &str) -> String {
    bed.agents(&["why", name]).ends_with(0).out
}

#[test]
fn overrides_reach_a_fleet_that_is_watched_and_last_until_a_person_starts_it_again() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.agents(&["down", "ann"]).ends_with(0);
    bed.agents_with(&[BIG, NAP, ("AGENT_MODEL_bob", "other")], &["up", "ann"]).ends_with(0);
    runs(&bed, "ann", "nap big");
    bed.until("bob is up by himself", || bed.has("t-bob"));
    runs(&bed, "bob", "cat small");
    let said = why(&bed, "ann");
    assert!(said.contains("backend `nap`, model `big`"), "{said}");
    assert!(said.contains("next start: with backend `nap` and model `big`"), "{said}");

    kill(&bed, "ann");
    runs(&bed, "ann", "nap big");
    // A watchdog with another environment, which was never told.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.agents_with(&[("AGENT_MODEL_ann", "leak")], &["up", "watchdog"]).ends_with(0);
    kill(&bed, "ann");
    runs(&bed, "ann", "nap big");
    // Long enough for two looks to call it a mismatch, if it were judged by the file.
    let restarts = |bed: &Bed| bed.status()["agents"][0]["restarts"].as_u64();
    let before = restarts(&bed);
    bed.until("it has been judged", || {
        bed.status()["agents"][0]["since_seconds"].as_u64().is_some_and(|since| since >= 8)
    });
    assert_eq!(restarts(&bed), before);

    bed.agents(&["restart", "ann"]).ends_with(0);
    runs(&bed, "ann", "cat small");
    assert!(!why(&bed, "ann").contains("next start"));
    bed.agents_with(&[BIG], &["restart", "ann", "web"]).ends_with(0);
    runs(&bed, "ann", "cat big");
}

#[test]
fn what_runs_is_left_as_it_is_and_shown_as_it_was_started() {
    let bed = Bed::with(CONFIG);
    // Without a watchdog, and of the whole fleet.
    let ran = bed.agents_with(&[BIG], &["up", "ann", "bob"]).ends_with(0);
    assert!(ran.err.contains("ann: started"), "{ran:?}");
    runs(&bed, "ann", "cat big");
    let ran = bed.agents_with(&[NAP], &["up"]).ends_with(0);
    assert!(
        ran.err.contains("ann: takes backend `nap` with its next start; `agents restart ann`"),
        "{ran:?}"
    );
    runs(&bed, "ann", "cat big");
    kill(&bed, "ann");
    runs(&bed, "ann", "nap small");
    // The file says something else by now; the program is the one that was started.
    let config = bed.read("agents.toml");
    bed.write("agents.toml", &config.replace("model = \"small\"", "model = \"tiny\""));
    bed.until("the edit is in force", || bed.watchdog_log().contains("changed and is in force"));
    runs(&bed, "bob", "cat small");
    kill(&bed, "bob");
    runs(&bed, "bob", "cat tiny");
    bed.agents(&["down"]).ends_with(0);
    assert_eq!((shown(&bed, "ann"), shown(&bed, "bob")), ("cat tiny".into(), "cat tiny".into()));
}

#[test]
fn an_override_that_comes_to_nothing_is_warned_of() {
    let bed = Bed::with(CONFIG);
    let loop_of = "[[agent]]\nname = \"cid\"\nbackend = \"deaf\"\nwatch = \"none\"\nkind = \"loop\"\nrole = \"r\"\n\
        [backend.deaf]\nbin = \"exec sleep 1000 #\"\nprompt_delivery = \"exec\"\n\
        [loop]\nphases = [{ id = \"P1\", status = \"s\", models = { r = \"wins\" } }, { id = \"P2\", status = \"t\" }]\n";
    bed.write("prompts/r.md", "go\n");
    bed.write("agents.toml", &format!("{}{loop_of}", bed.read("agents.toml")));
    let stray = "warning: AGENT_MODEL_nan overrides nothing: the config declares no agent `nan`; \
        did you mean `AGENT_MODEL_ann`?";
    let misspelt = ("AGENT_MODEL_nan", "big");
    for words in [&["up", "ann"][..], &["restart", "ann"], &["up", "--dry-run"]] {
        let ran = bed.agents_with(&[misspelt, BIG], words).ends_with(0);
        assert!(ran.err.contains(stray), "{ran:?}");
        assert!(!ran.err.contains("AGENT_MODEL_ann has"), "{ran:?}");
    }
    let checked = bed.agents_with(&[misspelt], &["check"]).ends_with(0);
    assert!(checked.out.contains("did you mean `AGENT_MODEL_ann`?"), "{checked:?}");
    assert!(checked.out.contains("the model `wins` of cid is not used"), "{checked:?}");

    let model = ("AGENT_MODEL_cid", "once");
    let wins = "AGENT_MODEL_cid has to wait: phase P1 names the model `wins` for its role";
    let ran = bed.agents_with(&[model], &["up", "cid"]).ends_with(0);
    assert!(ran.err.contains(wins), "{ran:?}");
    assert_eq!(shown(&bed, "cid"), "deaf wins");
    bed.agents(&["phase", "next"]).ends_with(0);
    assert_eq!(shown(&bed, "cid"), "deaf once");
    let ran = bed.agents_with(&[model], &["restart", "cid"]).ends_with(0);
    let deaf = "AGENT_MODEL_cid is of no use: the backend `deaf` hands no model over";
    assert!(ran.err.contains(deaf), "{ran:?}");
}

#[test]
fn an_override_that_cannot_be_meant_is_refused_and_nothing_is_started() {
    let bed = Bed::with(CONFIG);
    let refused = |ran: Ran, variable: &str, reason: &str| {
        let ran = ran.ends_with(2);
        assert!(ran.err.contains(variable) && ran.err.contains(reason), "{ran:?}");
    };
    for watched in [false, true] {
        let run = |variable, words: &[&str]| bed.agents_with(&[variable], words);
        for words in [&["up"][..], &["up", "ann"], &["restart", "ann"], &["up", "--dry-run"]] {
            refused(
                run(("AGENT_BACKEND_ann", "npa"), words),
                "AGENT_BACKEND_ann",
                "known: cat, nap",
            );
            refused(run(("AGENT_BACKEND_ann", ""), words), "AGENT_BACKEND_ann", "known: cat, nap");
            refused(run(("AGENT_MODEL_ann", ""), words), "AGENT_MODEL_ann", "is empty");
        }
        assert!(!bed.has("t-ann"));
        // Of nobody who is asked for, or with a verb that starts nothing.
        run(("AGENT_BACKEND_ann", "npa"), &["status"]).ends_with(0);
        run(("AGENT_BACKEND_ann", "npa"), &["plan"]).ends_with(0);
        run(("AGENT_BACKEND_ann", "npa"), &["up", "web"]).ends_with(0);
        if !watched {
            // Nothing else would be healed meanwhile.
            let config = bed.read("agents.toml").replace("watch = \"heal\"", "watch = \"none\"");
            bed.write("agents.toml", &config);
            bed.agents(&["up", "watchdog"]).ends_with(0);
        }
    }
    let planned = bed.agents_with(&[BIG], &["up", "ann", "--dry-run"]).ends_with(0);
    assert!(planned.out.contains("would start ann with model `big`"), "{planned:?}");
}
