//! Reports in, what they tell out.

use agents_decide::{Told, ToldState};
use agents_records::Report;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::tale::{Recorded, Tale};
use super::voice::Voice;

const START: &str = "2026-11-21T12:00:00Z";

fn at(seconds: i64) -> DateTime<Utc> {
    START.parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(seconds)
}

/// What a voice tells after reports such as `3 one Stop`: at three seconds, by conversation `one`. A fourth word names a
/// sub-agent.
fn after(reports: &str) -> Voice {
    let mut voice = Voice::default();
    for report in reports.split(", ") {
        let words: Vec<&str> = report.split(' ').collect();
        let [seconds, session, event, more @ ..] = &words[..] else { panic!("{report}") };
        let payload = json!({
            "hook_event_name": event,
            "session_id": session,
            "agent_id": more.first(),
            "transcript_path": format!("/records/{session}.jsonl"),
            "prompt": (*event == "UserPromptSubmit").then(|| format!("do {seconds}")),
            "error": (*event == "StopFailure").then_some("rate_limit"),
        });
        let bytes = payload.to_string();
        let report = Report::of_claude(bytes.as_bytes(), at(seconds.parse().unwrap())).unwrap();
        voice.hear(&report);
    }
    voice
}

fn words(voice: &Voice) -> String {
    let conversation = voice.conversation.as_deref().unwrap_or("-");
    let Some(told) = &voice.told else { return format!("{conversation}: nothing") };
    let state = match &told.state {
        ToldState::Active => "active",
        ToldState::Idle => "idle",
        ToldState::Waiting => "waiting",
        ToldState::Limited { .. } => "limited",
        ToldState::Unauthenticated { .. } => "unauthenticated",
        ToldState::Failed { .. } => "failed",
    };
    let since = (told.since_ms - at(0).timestamp_millis()) / 1000;
    format!("{conversation}: {state} since {since} by {}", told.source)
}

#[test]
fn a_run_is_what_its_own_conversation_reports() {
    for (reports, told) in [
        ("1 one SessionStart", "one: idle since 1 by hook SessionStart"),
        (
            "1 one SessionStart, 2 one UserPromptSubmit, 3 one PreToolUse, 4 one PostToolUse",
            "one: active since 2 by hook UserPromptSubmit",
        ),
        (
            "2 one UserPromptSubmit, 3 one PermissionRequest",
            "one: waiting since 3 by hook PermissionRequest",
        ),
        (
            "2 one UserPromptSubmit, 3 one PermissionRequest, 9 one PostToolUse",
            "one: active since 9 by hook PostToolUse",
        ),
        ("2 one UserPromptSubmit, 5 one Stop", "one: idle since 5 by hook Stop"),
        ("2 one UserPromptSubmit, 5 one StopFailure", "one: limited since 5 by hook StopFailure"),
        // A tool of the agent that is such a program itself, and a hidden helper.
        (
            "2 one UserPromptSubmit, 3 two SessionStart, 4 two UserPromptSubmit, 5 two Stop",
            "one: active since 2 by hook UserPromptSubmit",
        ),
        ("1 one SessionStart, 3 two Stop", "one: idle since 1 by hook SessionStart"),
        // A sub-agent's turn ends, and another one asks.
        ("2 one UserPromptSubmit, 3 one Stop sub", "one: active since 2 by hook UserPromptSubmit"),
        (
            "2 one UserPromptSubmit, 3 one PermissionRequest sub",
            "one: waiting since 3 by hook PermissionRequest",
        ),
        // `/clear`: the run goes on with another conversation, also in the middle of a turn.
        (
            "2 one UserPromptSubmit, 3 one Stop, 4 two SessionStart",
            "two: idle since 4 by hook SessionStart",
        ),
        (
            "2 one UserPromptSubmit, 3 one SessionEnd, 4 two SessionStart, 5 two UserPromptSubmit",
            "two: active since 5 by hook UserPromptSubmit",
        ),
        ("2 one UserPromptSubmit, 3 one SessionEnd", "one: nothing"),
        // What comes late was overtaken.
        (
            "5 one UserPromptSubmit, 9 one Stop, 7 one PermissionRequest",
            "one: idle since 9 by hook Stop",
        ),
    ] {
        assert_eq!(words(&after(reports)), told, "{reports}");
    }
}

#[test]
fn the_record_and_the_last_prompt_are_those_of_the_conversation() {
    let voice = after("2 one UserPromptSubmit, 3 one Stop, 4 two SessionStart, 5 one Stop");
    assert_eq!(voice.record.as_deref(), Some(std::path::Path::new("/records/two.jsonl")));
    let heard = voice.heard.unwrap();
    assert_eq!(heard.at_ms, at(4).timestamp_millis());
    let prompt = heard.prompt.unwrap();
    assert_eq!((prompt.at_ms, prompt.text.as_str()), (at(2).timestamp_millis(), "do 2"));
}

fn told(state: ToldState, seconds: i64, source: &str) -> Told {
    Told { state, since_ms: at(seconds).timestamp_millis(), source: source.to_owned() }
}

#[test]
fn of_a_hook_and_a_record_the_later_word_counts_and_of_one_failure_the_record() {
    let limited = |reset_ms| ToldState::Limited {
        reset_ms,
        window_minutes: None,
        goes_on: false,
        text: String::new(),
    };
    for (reported, recorded, source) in [
        (told(ToldState::Active, 5, "hook"), told(ToldState::Idle, 3, "record"), "hook"),
        (told(ToldState::Active, 5, "hook"), told(ToldState::Idle, 8, "record"), "record"),
        // codex runs no hook when a turn fails.
        (told(ToldState::Active, 5, "hook"), told(limited(Some(1)), 8, "record"), "record"),
        (told(ToldState::Waiting, 5, "hook"), told(ToldState::Active, 2, "record"), "hook"),
        // claude's hook does not tell when the window ends.
        (told(limited(None), 9, "hook"), told(limited(Some(1)), 8, "record"), "record"),
        (told(limited(None), 90, "hook"), told(limited(Some(1)), 8, "record"), "hook"),
    ] {
        let voice = Voice { told: Some(reported), ..Voice::default() };
        let record = Recorded { told: Some(recorded), ..Recorded::default() };
        let tale = Tale::of(&voice, Some(&record));
        assert_eq!(tale.told.unwrap().source, source);
        let voice = Voice::default();
        assert_eq!(Tale::of(&voice, Some(&record)).told.unwrap().source, "record");
    }
}

#[test]
fn a_record_that_grows_is_a_sign_of_life() {
    let voice = after("2 one UserPromptSubmit");
    let record = Recorded { grown_ms: Some(at(60).timestamp_millis()), ..Recorded::default() };
    let heard = Tale::of(&voice, Some(&record)).heard.unwrap();
    assert_eq!(heard.at_ms, at(60).timestamp_millis());
    assert_eq!(heard.prompt.unwrap().text, "do 2");
}
