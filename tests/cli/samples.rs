//! Are the rules proved on stored screens, and can a live one be stored?

use serde_json::json;

use crate::support::Bed;

const FLEET: &str = "HEAD\n[backend.codex]\npreset = \"codex\"\nbin = \"cat\"\n";

/// A screen of the corpus of real ones.
fn corpus(file: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/agents-screens/corpus/codex/");
    std::fs::read_to_string(format!("{folder}{file}")).unwrap()
}

#[test]
fn check_reads_every_stored_screen_and_names_the_rule_that_reads_one_wrongly() {
    let bed = Bed::with(FLEET);
    bed.write("samples/codex/limited-usage.txt", &corpus("limit_usage.txt"));
    bed.write("samples/codex/limited-usage.json", &corpus("limit_usage.json"));
    let good = bed.agents(&["check"]).ends_with(0);
    assert!(good.out.contains("0 agents, 0 services, 1 screen"), "{good:?}");
    // The same screen under a wrong word, in the folder and in the file.
    bed.write("samples/codex/idle-usage.txt", &corpus("limit_usage.txt"));
    bed.write("other.txt", &corpus("limit_usage.txt"));
    let table =
        "[[backend.codex.sample]]\nfile = \"other.txt\"\nstate = \"active\"\ncommand = \"codex\"\n";
    bed.write("agents.toml", &format!("{}{table}", bed.read("agents.toml")));
    let bad = bed.agents(&["check"]).ends_with(2).out;
    for (file, word) in [("samples/codex/idle-usage.txt", "idle"), ("other.txt", "active")] {
        let said = format!(
            "{file}: backend `codex` reads limited, not {word}: rule `limit-message` decided by row "
        );
        assert!(bad.contains(&said), "{said}\n{bad}");
    }
    assert!(bad.contains("usage limit") && !bad.contains("is good"), "{bad}");
    let told = bed.agents(&["check", "--json"]).ends_with(2).json();
    assert_eq!(told["ok"], false);
    assert_eq!(told["problems"].as_array().unwrap().len(), 2, "{told}");
    assert_eq!(told["problems"][0]["severity"], "error");
    // The watchdog is not concerned: the file itself is good.
    bed.agents(&["config", "show"]).ends_with(0);
}

#[test]
fn what_cannot_be_proved_is_an_error_with_a_way_out() {
    let bed = Bed::with(&format!("{FLEET}[backend.bare]\nbin = \"cat\"\n"));
    bed.write("samples/codex/idel-1.txt", "x\n");
    bed.write("samples/bare/idle-1.txt", "x\n");
    let bad = bed.agents(&["check"]).ends_with(2).out;
    assert!(bad.contains("idel-1.txt: `idel` is no state"), "{bad}");
    assert!(bad.contains("backend `bare` has no preset"), "{bad}");
    let typo = FLEET.replace("bin =", "sample = [{ file = \"x\", state = \"idel\" }]\nbin =");
    bed.write("agents.toml", &typo.replace("HEAD", crate::support::HEAD));
    let said = bed.agents(&["check"]).ends_with(2).out;
    assert!(said.contains("did you mean `idle`?"), "{said}");
}

#[test]
fn the_screen_of_a_running_agent_is_stored_and_proved_by_check() {
    let bed = Bed::with(
        "HEAD\n[backend.mine]\npreset = \"codex\"\nbin = \"exec cat screen.txt - #\"\n\
         prompt_delivery = \"exec\"\n\
         [[agent]]\nname = \"ann\"\nkind = \"persistent\"\nbackend = \"mine\"\nprompt = \"go\"\n",
    );
    let config = bed.read("agents.toml");
    let config = config.replacen("[defaults]", "[defaults]\nsamples_dir = \"kept\"", 1);
    bed.write("agents.toml", &config);
    bed.write("screen.txt", &corpus("limit_usage.txt"));
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.until("the screen is there", || bed.screen("t-ann").contains("usage limit"));
    let typo = bed.agents(&["explain", "ann", "--save", "limitd"]).ends_with(2);
    assert!(typo.err.contains("did you mean `limited`?"), "{typo:?}");
    let file = "kept/mine/limited-1.txt";
    let saved = bed.agents(&["explain", "ann", "--save", "limited", "--as", file]).ends_with(0);
    assert!(saved.err.contains(&format!("stored as {file}")), "{saved:?}");
    assert!(bed.read(file).contains("usage limit"));
    let label: serde_json::Value =
        serde_json::from_str(&bed.read("kept/mine/limited-1.json")).unwrap();
    assert_eq!(label["command"], json!("cat"));
    assert!(bed.agents(&["check"]).ends_with(0).out.contains("1 screen"));
    // Nothing is written over, and a word that the rules do not bear out is told at once.
    let again = bed.agents(&["explain", "ann", "--save", "limited", "--as", file]).ends_with(1);
    assert!(again.err.contains("cannot write"), "{again:?}");
    let doubted = bed.agents(&["explain", "ann", "--save", "idle"]).ends_with(0);
    assert!(doubted.err.contains("the rules read limited, not idle"), "{doubted:?}");
    assert!(bed.agents(&["check"]).ends_with(2).out.contains("reads limited, not idle"));
    bed.agents(&["down"]).ends_with(0);
}
