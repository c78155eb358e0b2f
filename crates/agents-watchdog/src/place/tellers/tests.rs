//! Reports in, what they tell out.

use agents_config::{Environment, Fleet, load_text};
use agents_decide::{RunId, Told, ToldState};
use agents_names::AgentName;
use agents_records::Report;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::Tellers;
use super::tale::{Recorded, Tale};
use super::voice::Voice;
use crate::launch::RunFiles;
use crate::report::{Clocks, Envelope, Stamp};

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

/// What is told, by a fleet and its run files, of reports such as `3 1 0 Stop`: at three seconds, by run 1, while the wall
/// clock went so many seconds wrong.
struct Ears {
    tellers: Tellers,
    fleet: Fleet,
    name: AgentName,
    dir: tempfile::TempDir,
}

impl Ears {
    fn new(runs: &[u64]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"/tmp\"\n[backend.c]\npreset = \"claude\"\nhooks = true\n\
                    [[agent]]\nname = \"ann\"\nbackend = \"c\"\nprompt = \"begin\"\n";
        let loaded =
            load_text(text, std::path::Path::new("/tmp/agents.toml"), &Environment::default());
        let name = AgentName::new("ann").unwrap();
        std::fs::create_dir(dir.path().join("runs")).unwrap();
        let files = RunFiles::new(dir.path());
        for run in runs {
            std::fs::write(files.spec(&name, RunId(*run)), "").unwrap();
        }
        let tellers = Tellers::new(dir.path());
        Self { tellers, fleet: loaded.unwrap().fleet, name, dir }
    }

    /// One report, made and heard at that second of the machine, while the wall clock went so many seconds wrong.
    fn hear(&mut self, (second, run, wrong): (u64, u64, i64), event: &str) {
        self.take(vec![self.report((second, run, wrong), event)], second, wrong);
    }

    fn report(&self, (second, run, wrong): (u64, u64, i64), event: &str) -> Envelope {
        Envelope {
            name: self.name.clone(),
            run: RunId(run),
            cli: None,
            at_wall_ms: clocks(second, wrong).wall_ms,
            stamp: Some(clocks(second, wrong).stamp),
            payload: json!({ "hook_event_name": event, "session_id": "one" }),
        }
    }

    fn take(&mut self, mut reports: Vec<Envelope>, second: u64, wrong: i64) {
        let clocks = clocks(second, wrong);
        clocks.order(&mut reports);
        self.tellers.hear(&self.fleet, reports, &clocks);
    }

    /// What is told of a run at that second, and how many seconds ago it and the last word were.
    fn told(&mut self, run: u64, second: u64, wrong: i64) -> Option<(ToldState, i64, i64)> {
        let clocks = clocks(second, wrong);
        let voice = self.tellers.voice_now(&self.name, RunId(run), &clocks)?;
        let ago = |at_ms: i64| (clocks.wall_ms - at_ms) / 1000;
        let (told, heard) = (voice.told?, voice.heard?);
        Some((told.state, ago(told.since_ms), ago(heard.at_ms)))
    }
}

fn clocks(second: u64, wrong: i64) -> Clocks {
    let wall = at(i64::try_from(second).unwrap() + wrong).timestamp_millis();
    let boot_ms = 1000 * second + 777;
    Clocks { wall_ms: wall, stamp: Stamp { boot_id: Some("boot".to_owned()), boot_ms } }
}

#[test]
fn what_is_reported_counts_however_the_wall_clock_is_set() {
    for jumps in [[0; 4], [0, -3600, -3600, -3600], [0, 86_400, 0, -86_400], [7200, 0, 3600, 0]] {
        let mut ears = Ears::new(&[1]);
        ears.hear((10, 1, jumps[0]), "UserPromptSubmit");
        assert_eq!(ears.told(1, 15, jumps[1]), Some((ToldState::Active, 5, 5)), "{jumps:?}");
        ears.hear((20, 1, jumps[1]), "Stop");
        assert_eq!(ears.told(1, 25, jumps[1]), Some((ToldState::Idle, 5, 5)), "{jumps:?}");
        // The next watchdog knows it, too, though the clock was set while none ran.
        let mut next = Tellers::new(ears.dir.path());
        std::mem::swap(&mut ears.tellers, &mut next);
        assert_eq!(ears.told(1, 30, jumps[2]), Some((ToldState::Idle, 10, 10)), "{jumps:?}");
        // What comes late is late by the clock that nobody sets.
        let late = ears.report((19, 1, jumps[3]), "PermissionRequest");
        ears.take(vec![late], 31, jumps[3]);
        assert_eq!(ears.told(1, 32, jumps[3]).unwrap().0, ToldState::Idle, "{jumps:?}");
        let two = [(40, "Stop"), (35, "UserPromptSubmit")]
            .map(|(second, event)| ears.report((second, 1, jumps[second as usize % 3]), event));
        ears.take(two.to_vec(), 41, jumps[3]);
        assert_eq!(ears.told(1, 45, jumps[3]).unwrap().0, ToldState::Idle, "{jumps:?}");
        ears.hear((50, 1, jumps[3]), "UserPromptSubmit");
        assert_eq!(ears.told(1, 50, jumps[0]), Some((ToldState::Active, 0, 0)), "{jumps:?}");
    }
}

#[test]
fn a_report_of_a_run_that_was_never_started_keeps_nobody_from_being_heard() {
    let mut ears = Ears::new(&[1]);
    ears.hear((10, 1, 0), "UserPromptSubmit");
    ears.hear((11, 9, 0), "Stop");
    ears.hear((12, 1, 0), "Stop");
    assert_eq!(ears.told(1, 20, 0), Some((ToldState::Idle, 8, 8)));
    // One that begins under that number later has said nothing yet.
    std::fs::write(RunFiles::new(ears.dir.path()).spec(&ears.name, RunId(9)), "").unwrap();
    assert_eq!(ears.told(9, 21, 0), None);
    ears.hear((22, 9, 0), "UserPromptSubmit");
    ears.hear((23, 1, 0), "Stop");
    assert_eq!(ears.told(9, 23, 0), Some((ToldState::Active, 1, 1)));
    // Though a later one was started, it is the one that lives that counts.
    assert_eq!(ears.told(1, 23, 0).map(|it| it.0), Some(ToldState::Idle));
    assert_eq!(ears.tellers.strangers.len(), 1, "told once");
}
