//! What do `phase` and `plan` say of a phase that is done?

use crate::support::Bed;

const LOOP: &str = r#"HEAD
[backend.sleeper]
bin = "exec sleep 1000 #"
prompt_delivery = "exec"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "sleeper"
watch = "heal"
prompt = "go"
[loop]
phases = [{ id = "P1", status = "S1.md" }, { id = "P2", status = "S2.md" }]
"#;

fn bed(config: &str) -> Bed {
    let bed = Bed::with(config);
    bed.write("prompts/builder.md", "go");
    bed
}

#[test]
fn going_to_a_phase_that_is_done_is_warned_of() {
    let bed = bed(LOOP);
    bed.write("S1.md", "## DONE\n");
    let set = bed.agents(&["phase", "set", "P1"]).ends_with(0);
    for part in [
        "the phase is P1 now, at position 0 (counted from 0)",
        "warning: phase P1 is done already: its status file S1.md has the line `## DONE`",
        "within 1 s (`heavy_interval`), and moves on to P2",
    ] {
        assert!(set.err.contains(part), "{part}: {set:?}");
    }
    let next = bed.agents(&["phase", "next"]).ends_with(0);
    assert!(next.err.contains("the phase is P2 now") && !next.err.contains("warning"), "{next:?}");
    bed.write("S2.md", "## DONE\n");
    let json = bed.agents(&["phase", "set", "1", "--json"]).ends_with(0);
    assert_eq!(json.json()["phase"], "P2");
    assert!(
        json.err.contains("warning: phase P2 is done") && json.err.contains("ends the sequence")
    );
    bed.write(
        "agents.toml",
        &LOOP
            .replace("[loop]", "[loop]\nauto_advance = false")
            .replace("HEAD", crate::support::HEAD),
    );
    let stays = bed.agents(&["phase", "set", "P2"]).ends_with(0);
    assert!(stays.err.contains("it stays until `agents phase next`"), "{stays:?}");
}

#[test]
fn a_plan_says_when_the_phase_changes_and_not_that_the_next_look_does_it() {
    let bed = bed(&LOOP.replace(
        "HEAD",
        &crate::support::HEAD.replace("heavy_interval = 1", "heavy_interval = 3600"),
    ));
    bed.agents(&["up"]).ends_with(0);
    bed.until("the builder runs", || bed.state_of("builder") == "running");
    // Its first look judges the phases, too.
    bed.until("the watchdog has looked", || {
        let looked = bed.read(".state/state/heartbeat").parse().ok();
        looked.is_some() && looked == bed.pid("t-watchdog")
    });
    bed.write("S1.md", "## DONE\n");
    let said = "phase P1 is done; the watchdog judges phases every 60 min (`heavy_interval`), and moves on when it does so next; `agents phase next` goes on at once";
    bed.until("the plan tells of it", || bed.agents(&["plan"]).out.contains(said));
    let plan = bed.agents(&["plan"]).ends_with(0).out;
    assert!(!plan.contains("would give way") && !plan.contains("would stop"), "{plan}");
    // The first look of another watchdog judges the phases, and lets who works finish.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.until("its first look is foretold", || {
        let plan = bed.agents(&["plan"]).ends_with(0).out;
        plan.contains("its first look:") && plan.contains("phase P1 would give way to P2")
    });
}
