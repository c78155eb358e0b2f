//! What of the caller's environment do agents have, and how is that less?

use crate::scene::{agent, fleet};

const SHOWS: &str =
    "env > seen-$AGENTS_NAME.new\nmv seen-$AGENTS_NAME.new seen-$AGENTS_NAME.txt\nexec sleep 1000";

#[test]
fn s25_an_agent_has_the_callers_environment_unless_it_is_wrapped_in_env() {
    let wrapped = |name: &str, words: &str| agent(name, &format!("wrap = [{words}]"), SHOWS);
    let bed = fleet(
        "",
        &[
            agent("plain", "", SHOWS),
            wrapped("without", r#""env", "-u", "PLANTED_WORD", "-u", "PLANTED_TOKEN""#),
            wrapped(
                "bare",
                r#""env", "-i", "PATH=/usr/bin:/bin", "HOME={home}", "AGENTS_NAME=bare""#,
            ),
        ],
    );
    let planted = [("PLANTED_WORD", "a-word"), ("PLANTED_TOKEN", "a-token")];
    bed.agents_with(&planted, &["up"]).ends_with(0);
    let seen = |name: &str| bed.read(&format!("seen-{name}.txt"));
    for name in ["plain", "without", "bare"] {
        bed.until(&format!("{name} has shown it"), || !seen(name).is_empty());
    }
    let names = |name: &str| -> Vec<String> {
        let all = seen(name);
        let mut names: Vec<_> =
            all.lines().filter_map(|row| Some(row.split_once('=')?.0.to_owned())).collect();
        names.sort();
        names
    };
    for planted in ["PLANTED_WORD", "PLANTED_TOKEN"] {
        let has = |name| names(name).iter().any(|it| it == planted);
        assert_eq!([has("plain"), has("without"), has("bare")], [true, false, false], "{planted}");
    }
    // The shell that runs it adds its own.
    let mut bare = names("bare");
    bare.retain(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(&name.as_str()));
    assert_eq!(bare, ["AGENTS_NAME", "HOME", "PATH"]);
    for name in ["plain", "without"] {
        assert!(!names(name).contains(&"TMUX".to_owned()), "{name}");
    }
    bed.agents(&["down"]).ends_with(0);
}
