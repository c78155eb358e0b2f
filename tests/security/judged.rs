//! Can a text on a screen freeze its agent for ever, or harm another?

use std::time::{Duration, Instant};

use crate::scene::{REST, agent, count, fleet, healed, lines};

/// Shows this once, in letters that nobody sees and behind marks that turn text around, and answers what is typed.
fn says(text: &str) -> String {
    format!(
        "echo ready\nprintf '\\033[8m{text}\\033[0m\\n'\nprintf '\\342\\200\\256{text}\\n'\n\
         while IFS= read -r line; do printf '%s\\n' \"$line\" >> \"got-$AGENTS_NAME.txt\"; done"
    )
}

#[test]
fn s09_a_promise_or_a_limit_until_2099_holds_an_agent_no_longer_than_its_cap() {
    let watchdog =
        "stall_grace = 1\npromise_cap = 3\nlimit_hold_cap = \"4s\"\nlimit_probe_fallback = 600";
    let bed = fleet(
        watchdog,
        &[
            agent(
                "promises",
                "watch = \"heal+stall\"",
                &says("WAITING-UNTIL: 2099-01-01T00:00:00Z"),
            ),
            healed("limited", &says("usage limit reached, resets 2099-01-01T00:00:00Z")),
            healed("other", REST),
        ],
    );
    let text = bed
        .read("agents.toml")
        .replace("stall_idle = 2", "stall_idle = 2\nlimit_re = \"usage limit\"");
    bed.write("agents.toml", &text);
    bed.agents(&["up"]).ends_with(0);
    let before = bed.pid("t-other");
    bed.until("who promised too much is judged", || {
        count(&bed, "promises", "because it stalled") > 0
    });
    bed.until("who is held is probed", || !lines(&bed, "got-limited.txt").is_empty());
    assert!(lines(&bed, "got-limited.txt")[0].starts_with("Watchdog probe"));
    assert_eq!(bed.pid("t-other"), before);
}

#[test]
fn s10_text_harms_none_but_its_own_agent_and_that_within_the_restart_budget() {
    let bed = fleet(
        "restart_limit = 2\nrestart_window = \"10m\"\nparked_retry = \"10m\"",
        &[
            healed("liar", "echo 'boom: t-other t-third =t-other:'; exec sleep 1000"),
            healed("other", REST),
            healed("third", "printf '\\033]2;boom\\033\\\\'; exec sleep 1000"),
        ],
    );
    let text = bed.read("agents.toml").replace("ready_re = \"ready\"", "fatal_re = \"^boom\"");
    bed.write("agents.toml", &text);
    bed.agents(&["up"]).ends_with(0);
    let before = ["t-other", "t-third"].map(|session| bed.pid(session));
    bed.until("its budget is used up", || count(&bed, "liar", "restart budget is used up") > 0);
    assert_eq!(count(&bed, "liar", "start liar, because its screen"), 2);
    assert_eq!(["t-other", "t-third"].map(|session| bed.pid(session)), before);
}

#[test]
fn s20_a_pattern_that_explodes_elsewhere_takes_no_time_and_a_monstrous_one_is_refused() {
    let screen = "a".repeat(60_000);
    let began = Instant::now();
    for pattern in ["(a+)+$x", "(a|a)*$x", "^(a|aa)+$b", "(.*a){12}b", "(a*)*b"] {
        let pattern = agents_config::Pattern::new(pattern).unwrap();
        assert!(!pattern.is_match(&screen), "{}", pattern.source());
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert!(agents_config::Pattern::new("((a{1000}){1000}){1000}").is_err());
}
