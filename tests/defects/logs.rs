//! Is what an agent prints in its log, all of it, and nothing run on the way? Rows 32 to 34 and 36.

use crate::scene::{REST, fleet, healed};
use crate::support::{Bed, HEAD};

#[test]
fn d32_the_log_holds_what_an_agent_prints_first() {
    let names: Vec<String> = (0..10).map(|at| format!("a{at}")).collect();
    let script = "seq -f 'row %g of 50' 1 50; exec sleep 1000";
    let agents: Vec<String> = names.iter().map(|name| healed(name, script)).collect();
    let bed = fleet("", &agents);
    bed.agents(&["up"]).ends_with(0);
    let log = |name: &str| bed.read(&format!(".state/t-{name}.log"));
    bed.until("all have printed", || names.iter().all(|name| log(name).contains("row 50 of 50")));
    let rows = |name: &String| log(name).lines().filter(|row| row.starts_with("row ")).count();
    let counts: Vec<usize> = names.iter().map(rows).collect();
    assert_eq!(counts, [50; 10]);
}

#[test]
fn d32_f1_the_log_holds_the_words_of_a_program_that_ends_at_once() {
    let bed = fleet("", &[healed("x", "echo 'these are its last words'; exit 9")]);
    let failed = bed.agents(&["up", "x"]);
    assert!(failed.err.contains("exit code 9"), "{failed:?}");
    bed.until("its words are there", || bed.read(".state/t-x.log").contains("last words"));
}

#[test]
fn d33_f51_two_ups_at_once_leave_every_log_on() {
    let agents: Vec<String> = (0..12).map(|at| healed(&format!("a{at}"), REST)).collect();
    let bed = fleet("", &agents);
    let mut ups: Vec<_> = (0..3).map(|_| bed.spawn(&["up"])).collect();
    for up in &mut ups {
        assert_eq!(up.wait().unwrap().code(), Some(0));
    }
    bed.agents(&["up"]).ends_with(0);
    let piped = bed.tmux(&["list-panes", "-a", "-F", "#{pane_pipe} #{session_name}"]).out;
    let logged = piped.lines().filter(|row| row.starts_with("1 t-a")).count();
    assert_eq!(logged, 12, "{piped}");
}

/// A fleet whose logs are in that folder.
fn logging_to(folder: &str) -> Bed {
    let table = healed("x", "echo 'a word for the log'; exec sleep 1000");
    let text = crate::scene::config("", &[table]).replace("HEAD", HEAD);
    let line = format!("log_dir = {}", toml_text(folder));
    Bed::with(&text.replace("log_dir = \".state\"", &line))
}

fn toml_text(text: &str) -> String {
    // A JSON text is a TOML text, too.
    serde_json::to_string(text).unwrap()
}

#[test]
fn d34_a_quote_in_the_log_folder_spoils_no_log() {
    for folder in ["it's", "a \"b\" c", "100% #{pane_id} #(touch PWN)"] {
        let bed = logging_to(folder);
        bed.agents(&["up"]).ends_with(0);
        let log = format!("{folder}/t-x.log");
        bed.until(&format!("{folder} holds the log"), || {
            bed.read(&log).contains("a word for the log")
        });
        bed.agents(&["down"]).ends_with(0);
        assert!(!bed.dir.join("PWN").exists());
    }
}

#[test]
fn d36_a_command_in_the_log_folder_is_a_name_and_never_runs() {
    for folder in ["x'; touch PWN; echo '", "$(touch PWN)", "`touch PWN`", "a;touch PWN"] {
        let bed = logging_to(folder);
        bed.agents(&["up"]).ends_with(0);
        let log = format!("{folder}/t-x.log");
        bed.until(&format!("{folder} holds the log"), || {
            bed.read(&log).contains("a word for the log")
        });
        bed.agents(&["down"]).ends_with(0);
        let found = bed.command("find").args([".", "-name", "PWN"]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{folder} was run");
    }
}
