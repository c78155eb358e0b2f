//! A fleet of many, started at once: each agent has its own true answer, however busy the machine is.

use crate::support::Bed;

const KINDS: [(&str, &str); 4] = [
    ("lives", "exec sleep 1000"),
    ("dies", "echo last words of $AGENTS_NAME; exit 3"),
    ("soon", "sleep 0.2; echo not for long; kill -9 $$"),
    ("lacks", "exec there-is-no-such-program"),
];
const EACH: usize = 12;

fn config() -> String {
    let mut text = "HEAD\nmax_starts_in_flight = 16\n".to_owned();
    for (kind, script) in KINDS {
        text.push_str(&format!("[backend.{kind}]\nbin = '{script}'\nprompt_delivery = \"exec\"\n"));
        for number in 0..EACH {
            text.push_str(&format!(
                "[[agent]]\nname = \"{kind}{number}\"\nbackend = \"{kind}\"\nwatch = \"none\"\n"
            ));
        }
    }
    text
}

#[test]
fn f1_each_of_many_starts_is_reported_as_it_went() {
    let bed = Bed::with(&config());
    let before = ["lives0", "lives5"];
    bed.agents(&["up", before[0], before[1]]).ends_with(0);
    let names: Vec<String> = KINDS
        .iter()
        .flat_map(|(kind, _)| (0..EACH).map(move |number| format!("{kind}{number}")))
        .collect();
    let words: Vec<&str> =
        ["--json", "up"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let up = bed.agents(&words).ends_with(3).json();
    for row in up["agents"].as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        let (result, reason) = (row["result"].as_str().unwrap(), row["reason"].to_string());
        let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let (expected, said) = match kind {
            "lives" if before.contains(&name) => ("already_running", String::new()),
            "lives" => ("started", String::new()),
            "dies" => ("failed", format!("exit code 3 after 0.|last words of {name}")),
            "soon" => ("failed", "signal 9|not for long".to_owned()),
            "lacks" => ("failed", "exit code 127|there-is-no-such-program".to_owned()),
            other => panic!("{other} is none of ours"),
        };
        assert_eq!(result, expected, "{row}");
        assert!(said.split('|').all(|part| reason.contains(part)), "{said}: {row}");
    }
    assert_eq!(up["agents"].as_array().unwrap().len(), KINDS.len() * EACH);
    let mut alive: Vec<String> = (0..EACH).map(|number| format!("t-lives{number}")).collect();
    alive.sort();
    assert_eq!(bed.sessions(), alive);
}

#[test]
fn what_died_unseen_is_started_by_the_first_up() {
    let bed = Bed::with(&config());
    bed.agents(&["up", "lives0", "lives1"]).ends_with(0);
    bed.kill_session("t-lives0");
    let up = bed.agents(&["up", "lives0", "lives1"]).ends_with(0);
    assert!(up.err.contains("lives0: started"), "{up:?}");
    assert!(up.err.contains("lives1: already running"), "{up:?}");
    assert!(bed.has("t-lives0"));
    bed.agents(&["down"]).ends_with(0);
}
