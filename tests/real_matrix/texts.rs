//! Does every text arrive letter by letter, and once?

use std::time::Duration;

use agents_model_server::{Cli, Leave};

use crate::for_each_cli;
use crate::stage::{Stage, newest};

/// A prompt of 4 KB with all that a shell, a terminal or a parser could trip over.
fn prompt() -> String {
    let mut text =
        "MOCK:ok first \"double\" 'single' `tick` $HOME \\n %s #{pane_id}\n\n".to_owned();
    for n in 0..66 {
        text.push_str(&format!("    line {n}: é ü 日本語 🙂 — \"say 'it'\" $(date) && <b> *\n"));
    }
    text.push_str("the end");
    text
}

/// The kickoff arrives once, as it was.
fn kickoff(cli: Cli) {
    let first = prompt();
    let stage = Stage::of(cli, Leave::Never, &first);
    stage.begin("first");
    stage.until("its turn ends", || stage.screen().contains("All done."));
    let asked = stage.asked("first");
    assert_eq!(asked.len(), 1, "{cli:?}: {asked:?}");
    assert_eq!(newest(&asked[0]).trim_end(), first, "{cli:?}");
    stage.until("it is idle", || stage.state() == "idle");
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

/// Ten later messages, the third while a turn runs: each arrives once, alone, in its order.
fn later(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok kickoff of the ten");
    stage.begin("kickoff of the ten");
    for n in 0..10 {
        let text = if n == 1 {
            "MOCK:slow:8 message 1 é 'quoted' $HOME".to_owned()
        } else {
            format!("MOCK:ok message {n} é 'quoted' $HOME")
        };
        let sent = stage.agents(&["send", "a", &text]);
        assert!(matches!(sent.code, Some(0 | 3)), "{cli:?} {n}: {sent:?}");
    }
    stage.until("the last message arrives", || !stage.asked("message 9").is_empty());
    stage.until("it is idle", || stage.state() == "idle");
    let asked = stage.requests();
    let news: Vec<&str> = asked.iter().map(newest).filter(|it| it.contains("message ")).collect();
    for n in 0..10 {
        let own = format!("message {n} ");
        let with: Vec<usize> = (0..news.len()).filter(|at| news[*at].contains(&own)).collect();
        let events = || stage.agents(&["events", "-n", "80"]).out;
        assert_eq!(with.len(), 1, "{cli:?}: message {n} in {news:?}\n{}", events());
        assert_eq!(news[with[0]].matches("message ").count(), 1, "{cli:?}: merged {news:?}");
        assert_eq!(with[0], n, "{cli:?}: order of {news:?}");
    }
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

/// A message sent in the instant in which the kickoff reached the model: the program may still be changing its screen.
fn first(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok kickoff before the first");
    stage.begin("kickoff before the first");
    let sent = stage.agents(&["send", "a", "MOCK:ok the heron comes first"]);
    assert!(matches!(sent.code, Some(0 | 3)), "{cli:?}: {sent:?}");
    let arrived = || stage.requests().iter().any(|it| newest(it).contains("heron"));
    stage.until_within(Duration::from_secs(60), "the first message arrives", arrived);
    stage.until("it is idle", || stage.state() == "idle");
    let asked = stage.asked("heron");
    assert_eq!(asked.len(), 1, "{cli:?}: {asked:?}");
    assert_eq!(newest(&asked[0]).matches("heron").count(), 1, "{cli:?}: {asked:?}");
}

for_each_cli!(kickoff:
    codex_gets_its_kickoff_exactly => Codex,
    claude_gets_its_kickoff_exactly => Claude,
    pi_gets_its_kickoff_exactly => Pi,
    opencode_gets_its_kickoff_exactly => Opencode,
    gemini_gets_its_kickoff_exactly => Gemini,
    qwen_gets_its_kickoff_exactly => Qwen,
);

for_each_cli!(later:
    codex_gets_ten_later_messages_once => Codex,
    claude_gets_ten_later_messages_once => Claude,
    pi_gets_ten_later_messages_once => Pi,
    opencode_gets_ten_later_messages_once => Opencode,
    gemini_gets_ten_later_messages_once => Gemini,
    qwen_gets_ten_later_messages_once => Qwen,
);

for_each_cli!(first:
    codex_gets_a_message_right_after_its_kickoff => Codex,
    claude_gets_a_message_right_after_its_kickoff => Claude,
    pi_gets_a_message_right_after_its_kickoff => Pi,
    opencode_gets_a_message_right_after_its_kickoff => Opencode,
    gemini_gets_a_message_right_after_its_kickoff => Gemini,
    qwen_gets_a_message_right_after_its_kickoff => Qwen,
);
