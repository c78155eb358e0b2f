//! May an agent that is at work when its phase is done finish first, and do the verbs that read say so?

use crate::support::Bed;

/// A builder that ends its phase before it has pushed, and pushes once the file `go-on` is there.
const BUILDER: &str = r#"
echo "phase {phase_id}" >> kickoffs.txt
mkdir -p machine-docs
case {phase_id} in P1) ;; *) exec sleep 1000 ;; esac
echo '## DONE' > machine-docs/S1.md
count=0
while [ ! -e go-on ]; do count=$((count + 1)); printf '\rworking %s' "$count"; sleep 0.1; done
echo pushed > pushed.txt
printf '\rdone               \n'
exec sleep 1000
"#;

const FLEET: &str = r#"HEAD
[backend.sh]
bin = "sh {kickoff}"
prompt_delivery = "exec"
active_re = "working [0-9]+"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "sh"
watch = "heal"
[loop]
kickoff_template = "kickoff.sh"
KEYS
phases = [{ id = "P1", status = "S1.md" }, { id = "P2", status = "S2.md" }]
"#;

fn bed(keys: &str) -> Bed {
    let bed = Bed::with(&FLEET.replace("KEYS", keys));
    bed.write("kickoff.sh", BUILDER);
    bed.write("prompts/builder.md", "");
    bed
}

#[test]
fn a_builder_that_has_not_pushed_yet_finishes_first() {
    let bed = bed("");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the wait is told of", || {
        bed.agents(&["events", "fleet"]).out.contains("phase P1 is done; builder may finish")
    });
    let status = bed.agents(&["status"]).ends_with(0);
    assert!(status.out.contains("(DONE, agents at work may finish until "), "{status:?}");
    let json = bed.agents(&["status", "--json"]).ends_with(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(json["phase"]["advances_by"].is_string(), "{json}");
    for verb in [&["why", "fleet"][..], &["plan"]] {
        let said = bed.agents(verb).ends_with(0);
        assert!(said.out.contains("builder may finish what it is at, until"), "{said:?}");
    }
    assert_eq!(bed.read("kickoffs.txt"), "phase P1\n");
    bed.write("go-on", "");
    bed.until("the next phase begins", || bed.read("kickoffs.txt") == "phase P1\nphase P2\n");
    assert_eq!(bed.read("pushed.txt"), "pushed\n");
    let json = bed.agents(&["status", "--json"]).ends_with(0);
    assert!(json.out.contains("\"advances_by\":null"), "{json:?}");
}

#[test]
fn a_person_need_not_wait_for_a_builder_to_finish() {
    let bed = bed("");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the wait is told of", || {
        bed.agents(&["events", "fleet"]).out.contains("phase P1 is done; builder may finish")
    });
    bed.agents(&["phase", "next"]).ends_with(0);
    bed.until("the next phase begins", || bed.read("kickoffs.txt") == "phase P1\nphase P2\n");
    assert_eq!(bed.read("pushed.txt"), "");
}

#[test]
fn without_a_grace_the_done_marker_ends_the_phase_at_once() {
    let bed = bed("advance_grace = 0");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the next phase begins", || bed.read("kickoffs.txt") == "phase P1\nphase P2\n");
    assert_eq!(bed.read("pushed.txt"), "");
}
