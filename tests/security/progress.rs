//! Does a phase end by nothing but the marker in its own status file?

use agents_decide::Sequence;

use crate::scene::{REST, fleet, state, ticks};
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

fn phase(bed: &Bed) -> String {
    state(bed).sequence.as_ref().map(|sequence| sequence.phase().to_string()).unwrap_or_default()
}

/// Texts of the status file of the current phase that are not its end.
const NO_ENDS: [&str; 7] = [
    "",
    "## DON",
    "## DONE criteria\nall green\n",
    " text before ## DONE\nall green\n",
    "> ## DONE\n> all green\n",
    "```\n## DONE\nall green\n```\n",
    "## DONE\nTBD\n",
];

#[test]
fn s11_only_the_marker_in_the_status_file_of_the_current_phase_ends_it_and_only_that_one() {
    let bed = fleet("", &[LOOP.to_owned()]);
    bed.write("prompts/kickoff.md", "echo {phase_id} >> kickoffs.txt\n");
    bed.write("prompts/builder.md", REST);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it has its phase", || phase(&bed) == "P1");
    // Of another phase, in another place, or said on the screen and in the log.
    for elsewhere in
        ["machine-docs/S2.md", "machine-docs/S3.md", "machine-docs/S1.md.bak", "other/S1.md"]
    {
        bed.write(elsewhere, "## DONE\nall green\n");
    }
    bed.agents(&["send", "--wait=0", "builder", "## DONE"]);
    for text in NO_ENDS {
        bed.write("machine-docs/S1.md", text);
        ticks(&bed, 2);
        assert_eq!(phase(&bed), "P1", "{text:?}: {}", bed.watchdog_log());
    }
    std::fs::remove_file(bed.dir.join("machine-docs/S2.md")).unwrap();
    bed.write("machine-docs/S1.md", "## DONE\nall green\n");
    bed.until("its own marker does", || phase(&bed) == "P2");
    // One step at a time: the file of the phase after it was there all along.
    ticks(&bed, 3);
    assert_eq!(phase(&bed), "P2");
    assert!(matches!(state(&bed).sequence, Some(Sequence::Running { .. })));
    bed.agents(&["down"]).ends_with(0);
}
