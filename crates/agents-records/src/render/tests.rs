use std::path::Path;

use crate::event::Cli;
use crate::render;
use crate::transcript::Transcript;

fn shown(cli: Cli, case: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(cli.name());
    let bytes = std::fs::read(folder.join(format!("{case}.jsonl"))).unwrap();
    render::transcript(&Transcript::parse(cli, &bytes))
}

#[test]
fn real_conversations_are_shown() {
    insta::assert_snapshot!("codex", shown(Cli::Codex, "approved_usage_interrupted"));
    insta::assert_snapshot!("claude", shown(Cli::Claude, "commands"));
    insta::assert_snapshot!("pi", shown(Cli::Pi, "server_once"));
}

#[test]
fn nothing_that_is_shown_is_obeyed_by_a_terminal() {
    let evil = r"\u001b]52;c;aGk=\u0007 \u001b[2J\u202e end\r\n  \u0000second";
    let record = format!(
        "{{\"type\":\"session\",\"id\":\"{evil}\",\"timestamp\":\"2026-11-21T10:00:00Z\"}}\n\
         {{\"type\":\"message\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"message\":{{\"role\":\"user\",\"content\":\"{evil}\"}}}}\n\
         {{\"type\":\"message\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"message\":{{\"role\":\"assistant\",\"model\":\"{evil}\",\"content\":[{{\"type\":\"toolCall\",\"id\":\"c\",\"name\":\"{evil}\",\"arguments\":\"{evil}\"}}]}}}}\n\
         {{\"type\":\"message\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"message\":{{\"role\":\"toolResult\",\"toolCallId\":\"c\",\"isError\":true,\"content\":\"{evil}\"}}}}\n\
         {{\"type\":\"message\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"message\":{{\"role\":\"assistant\",\"content\":[],\"stopReason\":\"error\",\"errorMessage\":\"{evil}\"}}}}\n\
         not json\n"
    );
    let shown = render::transcript(&Transcript::parse(Cli::Pi, record.as_bytes()));
    let control = shown.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
    assert_eq!(control, None, "{shown:?}");
    insta::assert_snapshot!("harmless", shown);
}
