//! What do `check` and `config` say of a file?

use crate::support::Bed;

const GOOD: &str = r#"HEAD
[backend.sleeper]
bin = "exec sleep 1000 #"
[[agent]]
name = "ann"
kind = "persistent"
backend = "sleeper"
dir = "."
prompt_file = "prompts/ann.md"
"#;

#[test]
fn check_tells_good_from_lacking_from_broken() {
    let bed = Bed::with(GOOD);
    let lacking = bed.agents(&["check"]).ends_with(2);
    assert!(
        lacking.out.contains("ann: the prompt file") && lacking.out.contains("is missing"),
        "{lacking:?}"
    );
    assert!(
        lacking.out.contains("agents.toml:19:15") && lacking.out.contains("help: write it"),
        "at its place, with a way out: {lacking:?}"
    );
    let json = bed.agents(&["check", "--json"]).ends_with(2).json();
    assert_eq!(json["problems"][0]["line"], 19, "{json}");
    assert_eq!((&json["schema"], &json["ok"]), (&"agents.check/1".into(), &false.into()));
    assert_eq!(
        (&json["problems"][0]["agent"], &json["problems"][0]["severity"]),
        (&"ann".into(), &"error".into())
    );

    bed.write("prompts/ann.md", "go");
    let good = bed.agents(&["check"]).ends_with(0);
    assert!(good.out.contains("is good: 1 agent, 0 services"), "{good:?}");
    assert_eq!(bed.agents(&["check", "--json"]).ends_with(0).json()["ok"], true);

    let config = bed.read("agents.toml");
    bed.write(
        "agents.toml",
        &config.replace("backend = \"sleeper\"", "backend = \"sleepr\"\ncolour = 1"),
    );
    let broken = bed.agents(&["check"]).ends_with(2);
    assert!(
        broken.out.contains("sleepr") && broken.out.contains("colour"),
        "all problems at once: {broken:?}"
    );
    let json = bed.agents(&["check", "--json"]).ends_with(2).json();
    assert!(
        json["problems"].as_array().unwrap().len() >= 2 && json["problems"][0]["line"].is_u64(),
        "{json}"
    );
    bed.agents(&["check", "--config", "none.toml"]).ends_with(2);
}

#[test]
fn config_show_says_what_holds_and_where_it_comes_from() {
    let bed = Bed::with(GOOD);
    let shown = bed.agents(&["config", "show", "--origin"]).ends_with(0).out;
    assert!(shown.contains("agent.ann.kind = \"persistent\"  # line "), "{shown}");
    assert!(shown.contains("# built in"), "{shown}");
    assert!(!bed.agents(&["config", "show"]).ends_with(0).out.contains("built in"));
    let json = bed.agents(&["config", "show", "--json", "--origin"]).ends_with(0).json();
    assert_eq!(
        (&json["schema"], &json["fleet"]["agents"][0]["name"]),
        (&"agents.config/1".into(), &"ann".into())
    );
    assert!(json["origins"].as_array().unwrap().len() > 5);
    let empty = Bed::empty();
    assert_eq!(empty.agents(&["config", "schema"]).ends_with(0).json()["title"], "agents.toml");
}

#[test]
fn a_program_that_is_not_there_is_seen_before_the_fleet_starts() {
    let bed = Bed::with(&GOOD.replace("exec sleep 1000 #", "env X=y no-such-program-here"));
    bed.write("prompts/ann.md", "go");
    let ran = bed.agents(&["check"]).ends_with(0);
    assert!(
        ran.out.contains("warning: the backend `sleeper` starts `no-such-program-here`")
            && ran.out.contains("agents.toml:13:7")
            && ran.out.contains("not found on the PATH")
            && ran.out.contains("is good: 1 agent"),
        "{ran:?}"
    );
    let json = bed.agents(&["check", "--json"]).ends_with(0).json();
    let problem = &json["problems"][0];
    assert_eq!((&problem["severity"], &problem["line"]), (&"warning".into(), &13.into()));
    let json = bed.agents(&["doctor", "--json"]).json();
    let finding = json["findings"].as_array().unwrap().iter().find(|it| it["about"] == "program");
    let finding = finding.unwrap_or_else(|| panic!("{json}"));
    assert_eq!(finding["level"], "warn");
    assert!(finding["advice"].as_str().unwrap().contains("install it"), "{finding}");
    bed.write("agents.toml", &bed.read("agents.toml").replace("no-such-program-here", "sleep 1"));
    let json = bed.agents(&["doctor", "--json"]).json();
    let mut findings = json["findings"].as_array().unwrap().iter();
    assert!(findings.all(|it| it["about"] != "program"), "{json}");
}
