//! What does each real record say at its end?

use super::{fixture, told};
use crate::event::Cli;
use crate::state::Standing;

fn check(cli: Cli, cases: &[(&str, &str)]) {
    for (case, expected) in cases {
        let standing = Standing::of(cli, &fixture(cli, case));
        assert_eq!(told(&standing), *expected, "{} {case}", cli.name());
        let evidence = standing.verdict().evidence.as_ref().unwrap();
        assert!(evidence.head.starts_with('{'), "{case}: {}", evidence.head);
    }
}

#[test]
fn real_records_of_codex() {
    check(
        Cli::Codex,
        &[
            ("ok", "idle 2026-11-21T16:12:45Z L24"),
            ("tool", "idle 2026-11-21T16:13:02Z L19"),
            ("exec", "idle 2026-11-21T16:18:58Z L19"),
            ("usage_then_ok", "idle 2026-11-21T16:13:18Z L21"),
            (
                "weekly",
                "failed UsageLimit 2026-11-21T16:13:34Z Weekly until 2026-11-24T16:13:34Z L11",
            ),
            ("rate_limit", "failed RateLimit 2026-11-21T16:13:54Z L10"),
            ("billing", "failed Billing 2026-11-21T16:14:09Z L10"),
            ("server", "failed Server 2026-11-21T16:14:28Z L10"),
            ("overloaded", "failed Server 2026-11-21T16:14:43Z L11"),
            ("context", "failed Context 2026-11-21T16:14:58Z L11"),
            ("auth", "failed Auth 2026-11-21T16:15:14Z L10"),
            ("model", "failed Model 2026-11-21T16:15:30Z L10"),
            ("cut", "failed Server 2026-11-21T16:15:45Z L14"),
            ("killed", "active 2026-11-21T16:16:00Z L16"),
            ("resumed", "idle 2026-11-21T16:16:06Z L29"),
            ("approval_open", "active 2026-11-21T16:16:23Z L2"),
            ("approved_usage_interrupted", "idle 2026-11-21T16:16:36Z L34"),
            ("subagent_main", "idle 2026-11-21T16:18:32Z L20"),
            ("subagent_child", "idle 2026-11-21T16:18:41Z L14"),
            ("tool_interrupted", "idle 2026-11-21T16:49:26Z L32"),
            ("compacted", "idle 2026-11-21T16:19:16Z L38"),
        ],
    );
}

#[test]
fn real_records_of_claude() {
    check(
        Cli::Claude,
        &[
            ("ok", "idle 2026-11-21T16:18:16Z L31"),
            ("tool", "idle 2026-11-21T16:21:35Z L36"),
            ("print", "idle 2026-11-21T16:24:28Z L35"),
            (
                "usage",
                "failed UsageLimit 2026-11-21T16:20:57Z FiveHour until 2026-11-21T17:50:57Z L20",
            ),
            (
                "weekly",
                "failed UsageLimit 2026-11-21T16:21:10Z Weekly until 2026-11-24T16:21:10Z L20",
            ),
            ("rate_limit", "failed RateLimit 2026-11-21T16:18:50Z L26"),
            ("rate_limit_api_key", "failed RateLimit 2026-11-21T16:18:31Z L16"),
            ("billing", "failed Billing 2026-11-21T16:19:03Z L20"),
            ("server", "failed Server 2026-11-21T16:19:17Z L26"),
            ("overloaded", "failed Server 2026-11-21T16:19:32Z L26"),
            ("context", "failed Context 2026-11-21T16:19:47Z L20"),
            ("auth", "failed Auth 2026-11-21T16:20:04Z L26"),
            ("model", "failed Model 2026-11-21T16:20:16Z L21"),
            ("cut", "idle 2026-11-21T16:20:30Z L27"),
            ("active", "active 2026-11-21T16:21:39Z L40"),
            ("killed", "active 2026-11-21T16:21:45Z L45"),
            ("resumed", "idle 2026-11-21T16:21:52Z L53"),
            ("approval_open", "active 2026-11-21T16:21:24Z L29"),
            ("question_open", "waiting 2026-11-21T16:22:08Z L21"),
            ("interrupted", "idle 2026-11-21T16:21:43Z L43"),
            ("commands", "idle 2026-11-21T16:23:41Z L93"),
            ("subagent_main", "idle 2026-11-21T16:24:05Z L41"),
            ("tool_interrupted", "idle 2026-11-21T16:50:24Z L58"),
            (
                "auto_continued",
                "failed UsageLimit 2026-11-21T17:06:16Z FiveHour until 2026-11-21T17:06:41Z L32",
            ),
        ],
    );
}

#[test]
fn real_records_of_pi() {
    check(
        Cli::Pi,
        &[
            ("ok", "idle 2026-11-21T16:18:14Z L6"),
            ("tool", "idle 2026-11-21T16:18:28Z L8"),
            (
                "usage",
                "failed UsageLimit 2026-11-21T16:18:58Z Unknown until 2026-11-21T17:48:58Z L12",
            ),
            (
                "weekly",
                "failed UsageLimit 2026-11-21T16:19:28Z Unknown until 2026-11-24T16:19:28Z L12",
            ),
            ("rate_limit", "failed RateLimit 2026-11-21T16:20:00Z L12"),
            ("billing", "failed Billing 2026-11-21T16:21:04Z L6"),
            ("server", "failed Server 2026-11-21T16:20:48Z L12"),
            ("server_once", "idle 2026-11-21T16:20:18Z L8"),
            ("overloaded", "failed Server 2026-11-21T16:21:34Z L12"),
            ("context", "failed Context 2026-11-21T16:21:51Z L6"),
            ("auth", "failed Auth 2026-11-21T16:22:08Z L6"),
            ("model", "failed Model 2026-11-21T16:22:24Z L6"),
            ("cut", "failed Server 2026-11-21T16:22:53Z L12"),
            ("active", "active 2026-11-21T16:23:11Z L7"),
            ("interrupted", "idle 2026-11-21T16:23:14Z L8"),
            ("killed", "active 2026-11-21T16:23:16Z L9"),
            ("resumed", "idle 2026-11-21T16:23:23Z L11"),
        ],
    );
}

/// A record without a row above would be one that nobody looked at.
#[test]
fn every_record_has_a_row() {
    // A row per file, found by its name in this file's own text.
    let rows = include_str!("records.rs");
    for cli in [Cli::Codex, Cli::Claude, Cli::Pi] {
        let folder = format!("{}/fixtures/{}", env!("CARGO_MANIFEST_DIR"), cli.name());
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
            assert!(rows.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}

#[test]
fn a_subagents_transcript_of_claude_says_nothing_of_a_turn() {
    let standing = Standing::of(Cli::Claude, &fixture(Cli::Claude, "subagent_child"));
    assert_eq!(told(&standing), "unknown NothingSaid");
}
