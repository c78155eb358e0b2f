//! Reports in, what they tell out.

use agents_config::{Environment, load_text};
use agents_decide::{RunId, Told, ToldState};
use agents_names::AgentName;
use agents_records::Report;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::tale::{Recorded, Tale};
use super::voice::Voice;
use super::{Clocks, Living, Tellers};
use crate::launch::{RunFiles, StartRecord};
use crate::report::{Envelope, Spool};

const START: &str = "2026-11-21T12:00:00Z";

/// Later than all that is told here.
const NOW_MS: i64 = i64::MAX;

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
fn f52_what_is_told_after_the_wall_clock_was_set_counts_as_what_came_last() {
    const HOUR: i64 = 3_600;
    for jump in [-HOUR, HOUR, -10 * 24 * HOUR] {
        let mut voice = Voice::default();
        voice.follow(1_000_000);
        for (seconds, event) in [(5, "UserPromptSubmit"), (9, "Stop")] {
            voice.hear(&Report::of_claude(hook(event).as_bytes(), at(seconds)).unwrap());
        }
        // Clocks drift apart by a little, and that is nobody's doing.
        voice.follow(1_000_000 + 1_500);
        assert_eq!(words(&voice), "one: idle since 9 by hook Stop");
        voice.follow(1_000_000 + jump * 1000);
        assert_eq!(voice.told.as_ref().unwrap().since_ms, at(9 + jump).timestamp_millis());
        let heard = voice.heard.as_ref().unwrap();
        assert_eq!(heard.at_ms, at(9 + jump).timestamp_millis());
        assert_eq!(heard.prompt.as_ref().unwrap().at_ms, at(5 + jump).timestamp_millis());
        voice.hear(&Report::of_claude(hook("PreToolUse").as_bytes(), at(12 + jump)).unwrap());
        let told = voice.told.unwrap();
        assert_eq!(
            (told.state, told.since_ms),
            (ToldState::Active, at(12 + jump).timestamp_millis())
        );
    }
}

#[test]
fn f52_a_report_that_waited_while_the_wall_clock_was_set_is_as_old_as_it_is() {
    let clocks = Clocks { wall_ms: 10_000_000, boot_ms: 500_000 };
    let envelope = |at_wall_ms, at_boot_ms| Envelope {
        name: agents_names::AgentName::new("a").unwrap(),
        run: agents_decide::RunId(1),
        cli: None,
        at_wall_ms,
        at_boot_ms,
        payload: serde_json::Value::Null,
    };
    for (at_wall_ms, at_boot_ms, expected) in [
        (9_990_000, Some(490_000), 9_990_000),
        (9_990_300, Some(490_000), 9_990_300),
        // An hour was put back, or forth, since then.
        (13_590_000, Some(490_000), 9_990_000),
        (6_390_000, Some(490_000), 9_990_000),
        // An earlier program's, and one from before the machine began anew.
        (13_590_000, None, 13_590_000),
        (9_000_000, Some(800_000), 9_000_000),
    ] {
        assert_eq!(clocks.wall_of(&envelope(at_wall_ms, at_boot_ms)), expected);
    }
}

fn hook(event: &str) -> String {
    let prompt = (event == "UserPromptSubmit").then_some("do it");
    json!({ "hook_event_name": event, "session_id": "one", "prompt": prompt }).to_string()
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
        let tale = Tale::of(&voice, Some(&record), NOW_MS);
        assert_eq!(tale.told.unwrap().source, source);
        let voice = Voice::default();
        assert_eq!(Tale::of(&voice, Some(&record), NOW_MS).told.unwrap().source, "record");
    }
}

#[test]
fn f52_a_record_with_times_that_are_still_to_come_says_nothing_against_a_hook() {
    let now_ms = at(20).timestamp_millis();
    let voice = Voice { told: Some(told(ToldState::Active, 15, "hook")), ..Voice::default() };
    let ahead = told(ToldState::Idle, 3_600, "record");
    let grown_ms = Some(at(3_600).timestamp_millis());
    let record = Recorded { told: Some(ahead), grown_ms, ..Recorded::default() };
    let tale = Tale::of(&voice, Some(&record), now_ms);
    assert_eq!((tale.told.unwrap().source.as_str(), tale.heard), ("hook", None));
    // Where nothing else tells, it does.
    let alone = Tale::of(&Voice::default(), Some(&record), now_ms);
    assert_eq!(alone.told.unwrap().source, "record");
}

#[test]
fn a_record_that_grows_is_a_sign_of_life() {
    let voice = after("2 one UserPromptSubmit");
    let record = Recorded { grown_ms: Some(at(60).timestamp_millis()), ..Recorded::default() };
    let heard = Tale::of(&voice, Some(&record), NOW_MS).heard.unwrap();
    assert_eq!(heard.at_ms, at(60).timestamp_millis());
    assert_eq!(heard.prompt.unwrap().text, "do 2");
}

/// A fleet with one agent, and a state directory in which runs of it begin.
struct Scene {
    dir: tempfile::TempDir,
    fleet: agents_config::Fleet,
    name: AgentName,
    tellers: Tellers,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("runs")).unwrap();
        let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"/tmp\"\n\
                    [backend.c]\npreset = \"claude\"\nhooks = true\n\
                    [[agent]]\nname = \"ann\"\nbackend = \"c\"\nprompt = \"begin\"\n";
        let file = std::path::Path::new("/tmp/agents.toml");
        let fleet = load_text(text, file, &Environment::default()).unwrap().fleet;
        let mut tellers = Tellers::new(dir.path());
        tellers.listen(None);
        Self { fleet, name: AgentName::new("ann").unwrap(), tellers, dir }
    }

    fn begins(&self, run: u64) {
        let start =
            StartRecord { launcher: 1, program: 0, launcher_mark: None, program_mark: None };
        RunFiles::new(self.dir.path()).claim(&self.name, RunId(run), &start).unwrap();
    }

    fn hear(&mut self, run: u64, event: &str) {
        let envelope = Envelope {
            name: self.name.clone(),
            run: RunId(run),
            cli: None,
            at_wall_ms: 5,
            at_boot_ms: Some(crate::process::boot_clock_ms()),
            payload: serde_json::from_str(&hook(event)).unwrap(),
        };
        Spool::of(self.dir.path()).put(5, &serde_json::to_vec(&envelope).unwrap()).unwrap();
        self.tellers.take(&self.fleet);
    }

    /// What is told of a run, if that is the one that lives.
    fn told(&mut self, run: u64) -> Option<ToldState> {
        let living =
            Living { name: &self.name, run: RunId(run), conversation: None, began: Utc::now() };
        self.tellers.tale(&self.fleet, living).told.map(|told| told.state)
    }
}

#[test]
fn a_report_of_a_run_that_was_never_started_keeps_nobody_from_being_heard() {
    let mut scene = Scene::new();
    scene.begins(1);
    scene.hear(1, "UserPromptSubmit");
    assert_eq!(scene.told(1), Some(ToldState::Active));
    scene.hear(9, "UserPromptSubmit");
    assert_eq!(scene.told(1), Some(ToldState::Active));
    scene.hear(1, "Stop");
    assert_eq!(scene.told(1), Some(ToldState::Idle));
    // One that begins under that number later has said nothing yet, and is heard from then on.
    scene.begins(9);
    scene.hear(1, "Stop");
    assert_eq!(scene.told(1), Some(ToldState::Idle));
    scene.hear(9, "UserPromptSubmit");
    assert_eq!(scene.told(9), Some(ToldState::Active));
}

#[test]
fn a_run_that_lives_is_told_of_though_a_later_one_reports_already() {
    let mut scene = Scene::new();
    scene.begins(1);
    scene.hear(1, "UserPromptSubmit");
    scene.begins(2);
    scene.hear(2, "UserPromptSubmit");
    assert_eq!(scene.told(1), Some(ToldState::Active), "it still lives");
    scene.hear(1, "Stop");
    assert_eq!(scene.told(1), Some(ToldState::Idle));
    assert_eq!(scene.told(2), Some(ToldState::Active), "what it said first is not lost");
    // And the one that it replaced is done with.
    scene.hear(1, "UserPromptSubmit");
    assert_eq!((scene.told(1), scene.told(2)), (None, Some(ToldState::Active)));
}
