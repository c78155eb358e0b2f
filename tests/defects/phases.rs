//! Are the phases moved rightly, and do the agents hear of it? Rows 28 to 31.

use agents_decide::Sequence;

use crate::scene::{REST, fleet, healed, kill_and_see_healed, lines, state, ticks, watchdog_pid};
use crate::support::Bed;

const LOOP: &str = r#"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "sh"
watch = "heal"
[loop]
kickoff_template = "prompts/kickoff.md"
phases = [
  { id = "P1", status = "S1.md" },
  { id = "P2", status = "S2.md" },
  { id = "P3", status = "S3.md" },
]
"#;

/// A builder that notes the phase of each kickoff that it gets.
fn build() -> Bed {
    let bed = fleet("", &[healed("y", REST), LOOP.to_owned()]);
    bed.write("prompts/kickoff.md", "echo {phase_id} >> kickoffs.txt\n");
    bed.write("prompts/builder.md", REST);
    bed
}

fn phase(bed: &Bed) -> String {
    state(bed).sequence.as_ref().map(|sequence| sequence.phase().to_string()).unwrap_or_default()
}

#[test]
fn d28_f43_a_phase_that_is_not_there_is_refused_and_nothing_moves() {
    let bed = build();
    bed.agents(&["up"]).ends_with(0);
    bed.until("the builder is told its phase", || lines(&bed, "kickoffs.txt") == ["P1"]);
    let (watchdog, before) = (watchdog_pid(&bed), bed.pid("t-builder"));
    for wrong in ["99", "3", "-1", "abc"] {
        let refused = bed.agents(&["phase", "set", wrong]).ends_with(2);
        assert!(refused.err.contains(wrong) && refused.err.contains("P3"), "{refused:?}");
    }
    assert_eq!(phase(&bed), "P1");
    assert!(bed.agents(&["phase", "show"]).ends_with(0).out.contains("phase P1 [1/3]"));
    bed.agents(&["status"]).ends_with(0);
    bed.agents(&["up"]).ends_with(0);
    kill_and_see_healed(&bed, "y");
    assert_eq!((watchdog_pid(&bed), bed.pid("t-builder")), (watchdog, before));
    // A position file that another program spoiled is not read as one, either.
    bed.write(".state/state/phase-idx", "99\n");
    kill_and_see_healed(&bed, "y");
    assert_eq!((watchdog_pid(&bed), phase(&bed).as_str()), (watchdog, "P1"));
}

#[test]
fn d29_a_moved_phase_reaches_the_running_loop_as_a_new_kickoff() {
    let bed = build();
    bed.agents(&["up"]).ends_with(0);
    bed.until("the builder is told its phase", || lines(&bed, "kickoffs.txt") == ["P1"]);
    let before = bed.pid("t-builder");
    bed.agents(&["phase", "next"]).ends_with(0);
    bed.until("the builder is told the next", || lines(&bed, "kickoffs.txt") == ["P1", "P2"]);
    assert_ne!(bed.pid("t-builder"), before);
    // By number, counted from 0 as ever, and by name.
    bed.agents(&["phase", "set", "0"]).ends_with(0);
    bed.until("the builder goes back", || lines(&bed, "kickoffs.txt") == ["P1", "P2", "P1"]);
    bed.agents(&["phase", "set", "P3"]).ends_with(0);
    bed.until("the builder follows", || lines(&bed, "kickoffs.txt") == ["P1", "P2", "P1", "P3"]);
    let end = bed.agents(&["phase", "next"]).ends_with(1);
    assert!(end.err.contains("P3 is the last phase"), "{end:?}");
}

#[test]
fn d29_a_moved_phase_waits_for_a_loop_that_is_down() {
    let bed = build();
    bed.agents(&["phase", "set", "P2"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new(), "moving the phase starts nothing");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the builder is told", || lines(&bed, "kickoffs.txt") == ["P2"]);
}

#[test]
fn d30_a_longer_heading_does_not_end_a_phase() {
    let bed = build();
    let longer =
        "# Status\n## DONE criteria\n- all green\n## DONE-WHEN\nthe gate holds\n## DONEness\nx\n";
    bed.write("machine-docs/S1.md", longer);
    bed.agents(&["up"]).ends_with(0);
    ticks(&bed, 3);
    kill_and_see_healed(&bed, "y");
    assert_eq!(phase(&bed), "P1");
    bed.write("machine-docs/S1.md", &format!("{longer}## DONE\nall green\n"));
    bed.until("the marker itself does", || phase(&bed) == "P2");
    bed.until("the builder is told", || lines(&bed, "kickoffs.txt") == ["P1", "P2"]);
    assert!(matches!(state(&bed).sequence, Some(Sequence::Running { .. })));
}

#[test]
fn d31_a_phase_without_its_keys_is_a_report_and_no_crash() {
    let bed = build();
    let good = bed.read("agents.toml");
    for (whole, part, key) in [
        ("{ id = \"P2\", status = \"S2.md\" }", "{ id = \"P2\" }", "status"),
        ("{ id = \"P2\", status = \"S2.md\" }", "{ status = \"S2.md\" }", "id"),
    ] {
        bed.write("agents.toml", &good.replace(whole, part));
        for verb in ["up", "status", "watchdog"] {
            let refused = bed.agents(&[verb]).ends_with(2);
            let report = format!("{}{}", refused.out, refused.err);
            assert!(report.contains(&format!("`{key}`")), "{verb}: {refused:?}");
        }
        assert_eq!(bed.sessions(), Vec::<String>::new());
    }
    bed.write("agents.toml", &good);
    bed.agents(&["up"]).ends_with(0);
    let watchdog = watchdog_pid(&bed);
    bed.write("agents.toml", &good.replace("status = \"S2.md\"", ""));
    bed.until("it is told of", || bed.watchdog_log().contains("the config is broken"));
    kill_and_see_healed(&bed, "y");
    assert_eq!(watchdog_pid(&bed), watchdog);
}
