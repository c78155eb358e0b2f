use std::path::Path;

use super::{Totals, Transcript};
use crate::event::{Cli, Outcome};
use crate::failure::ErrorKind;
use crate::turn::{Part, Tool, Usage};

fn read(cli: Cli, case: &str) -> Transcript {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(cli.name());
    Transcript::parse(cli, &std::fs::read(folder.join(format!("{case}.jsonl"))).unwrap())
}

fn usage(input: u64, output: u64) -> Usage {
    Usage { input, output, ..Usage::default() }
}

#[test]
fn tool_calls_are_joined_with_their_results() {
    for (cli, name, said, output) in [
        (Cli::Codex, "exec_command", "\"cmd\": \"touch done.txt\"", "Process exited with code 0"),
        (Cli::Claude, "Bash", "touch done.txt", "(Bash completed with no output)"),
        (Cli::Pi, "bash", "touch done.txt", "(no output)"),
    ] {
        let transcript = read(cli, "tool");
        let tools: Vec<&Tool> = transcript
            .turns
            .iter()
            .flat_map(|turn| &turn.parts)
            .filter_map(|part| match part {
                Part::Tool(tool) => Some(tool),
                _ => None,
            })
            .collect();
        let [tool] = tools[..] else { panic!("{tools:?}") };
        let result = tool.result.as_ref().unwrap();
        assert_eq!((tool.name.as_str(), result.failed), (name, false));
        assert!(tool.arguments.contains(said), "{}", tool.arguments);
        assert!(result.head.contains(output), "{}", result.head);
        assert!(result.at >= tool.at);
    }
}

#[test]
fn a_refused_tool_has_failed() {
    let transcript = read(Cli::Claude, "print");
    let failed = transcript.turns[0]
        .parts
        .iter()
        .any(|part| matches!(part, Part::Tool(Tool { result: Some(result), .. }) if result.failed));
    assert!(failed, "{:#?}", transcript.turns[0]);
}

#[test]
fn totals_count_each_answer_once() {
    let totals = |cli, case| {
        let Totals { turns, failed_turns, tool_calls, usage, unreadable_lines } =
            read(cli, case).totals;
        assert_eq!(unreadable_lines, 0);
        (turns, failed_turns, tool_calls, usage)
    };
    assert_eq!(totals(Cli::Codex, "ok"), (2, 0, 0, usage(2400, 60)));
    assert_eq!(totals(Cli::Codex, "tool"), (1, 0, 1, usage(2400, 60)));
    assert_eq!(totals(Cli::Codex, "approved_usage_interrupted"), (3, 1, 1, usage(2400, 60)));
    assert_eq!(totals(Cli::Codex, "subagent_main").2, 1);
    let paid = |dollars, usage| Usage { dollars: Some(dollars), ..usage };
    assert_eq!(totals(Cli::Claude, "ok"), (2, 0, 0, paid(0.0108, usage(2400, 60))));
    assert_eq!(totals(Cli::Pi, "usage"), (1, 1, 0, paid(0.0, usage(0, 0))));
    assert_eq!(totals(Cli::Pi, "tool"), (1, 0, 1, paid(0.0, usage(2400, 60))));
}

#[test]
fn what_claude_paid_is_taken_once_per_process() {
    // The record has four counts: two of the first run's end, two of the resumed run that goes on counting.
    assert_eq!(read(Cli::Claude, "commands").totals.usage.dollars, Some(0.0378));
}

#[test]
fn an_answer_in_several_lines_counts_once_with_its_last_numbers() {
    let row = |output: u32, block: &str| {
        format!(
            r#"{{"type":"assistant","timestamp":"2026-11-21T10:00:0{output}Z","message":{{"id":"m","model":"x","content":[{block}],"stop_reason":null,"usage":{{"input_tokens":100,"cache_read_input_tokens":7,"cache_creation_input_tokens":3,"output_tokens":{output}}}}}}}"#
        )
    };
    let record = [
        r#"{"type":"user","turnOrigin":"human","timestamp":"2026-11-21T10:00:00Z","message":{"content":"go"}}"#.to_owned(),
        row(1, r#"{"type":"text","text":"first"}"#),
        row(9, r#"{"type":"tool_use","id":"t","name":"Bash","input":{}}"#),
    ]
    .join("\n");
    let transcript = Transcript::parse(Cli::Claude, record.as_bytes());
    let expected = Usage { input: 100, output: 9, cache_read: 7, cache_written: 3, dollars: None };
    assert_eq!(transcript.totals.usage, expected);
    assert_eq!(transcript.totals.usage.tokens(), 119);
    assert_eq!(transcript.turns[0].usage, expected);
}

#[test]
fn a_turn_knows_how_it_ended() {
    let outcomes = |cli, case| -> Vec<Option<String>> {
        let turns = read(cli, case).turns;
        let word = |outcome: Outcome| match outcome {
            Outcome::Done => "done".to_owned(),
            Outcome::Interrupted => "interrupted".to_owned(),
            Outcome::Failed(failure) => format!("{:?}", failure.kind),
        };
        turns.into_iter().map(|turn| turn.outcome.map(word)).collect()
    };
    let known = |words: &[&str]| -> Vec<Option<String>> {
        words.iter().map(|word| (*word != "-").then(|| (*word).to_owned())).collect()
    };
    for (cli, case, expected) in [
        (Cli::Codex, "usage_then_ok", &["UsageLimit", "done"][..]),
        (Cli::Codex, "approved_usage_interrupted", &["done", "UsageLimit", "interrupted"]),
        (Cli::Codex, "killed", &["done", "-"]),
        (Cli::Codex, "resumed", &["done", "-", "done"]),
        (Cli::Claude, "killed", &["done", "done", "interrupted", "-"]),
        (Cli::Claude, "resumed", &["done", "done", "interrupted", "interrupted", "done"]),
        (Cli::Pi, "server_once", &["done"]),
        (Cli::Pi, "resumed", &["done", "interrupted", "-", "done"]),
    ] {
        assert_eq!(outcomes(cli, case), known(expected), "{} {case}", cli.name());
    }
}

#[test]
fn retries_stand_in_the_turn_that_they_belong_to() {
    let transcript = read(Cli::Pi, "usage");
    let retries: Vec<ErrorKind> = transcript.turns[0]
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Retry { failure, .. } => Some(failure.kind),
            _ => None,
        })
        .collect();
    assert_eq!(retries, [ErrorKind::UsageLimit; 3]);
}

#[test]
fn subagents_of_claude_are_not_part_of_the_conversation() {
    let child = read(Cli::Claude, "subagent_child");
    assert_eq!(child.turns, []);
    assert_eq!(read(Cli::Claude, "subagent_main").turns.len(), 2);
}

#[test]
fn a_torn_last_line_is_left_out_and_a_broken_one_is_counted() {
    let good = r#"{"type":"message","timestamp":"2026-11-21T10:00:00Z","message":{"role":"user","content":"go"}}"#;
    let turns = |record: String| {
        let transcript = Transcript::parse(Cli::Pi, record.as_bytes());
        (transcript.turns.len(), transcript.totals.unreadable_lines)
    };
    assert_eq!(turns(good.to_owned()), (1, 0));
    assert_eq!(turns(format!("{good}\n{}", &good[..40])), (1, 0));
    assert_eq!(turns(format!("{good}\n{}\n", &good[..40])), (1, 1));
    assert_eq!(turns(String::new()), (0, 0));
}

#[test]
fn long_arguments_and_results_are_cut_between_characters() {
    let long = "ä".repeat(Tool::KEPT);
    let record = format!(
        "{{\"type\":\"message\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"message\":{{\"role\":\"assistant\",\"content\":[{{\"type\":\"toolCall\",\"id\":\"c\",\"name\":\"bash\",\"arguments\":\"x{long}\"}}]}}}}\n\
         {{\"type\":\"message\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"message\":{{\"role\":\"toolResult\",\"toolCallId\":\"c\",\"content\":\"{long}\"}}}}\n"
    );
    let transcript = Transcript::parse(Cli::Pi, record.as_bytes());
    let [Part::Tool(tool)] = &transcript.turns[0].parts[..] else { panic!("{transcript:#?}") };
    assert_eq!(tool.arguments.len(), Tool::KEPT - 1);
    let result = tool.result.as_ref().unwrap();
    assert_eq!((result.head.len(), result.bytes), (Tool::KEPT, 2 * Tool::KEPT));
}

#[test]
fn a_transcript_serializes_with_its_words() {
    let value = serde_json::to_value(read(Cli::Codex, "weekly")).unwrap();
    assert_eq!(value["conversation"]["origin"], "main");
    assert_eq!(value["turns"][0]["parts"][0]["part"], "user");
    assert_eq!(value["turns"][0]["parts"][0]["text"], "MOCK:weekly go");
    assert_eq!(value["turns"][0]["outcome"]["failed"]["kind"], "usage_limit");
    assert_eq!(value["turns"][0]["model"], "mock-1");
    assert_eq!(value["totals"]["failed_turns"], 1);
}
