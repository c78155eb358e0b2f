use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{Homes, claude_records, codex_between, codex_record, head, pi_records};
use crate::conversation::{Choice, Origin, Wanted, choose, is_launched};
use crate::event::Cli;

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn put(record: &str, path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(fixture(record), path).unwrap();
}

const MAIN: &str = "01a1fee6-fa14-7c80-97ed-623f2681ae3e";
const CHILD: &str = "01a1fee6-fb51-76d3-8c98-f4fa0a042054";

/// The folder of a codex that ran a main thread and its sub-agent, in a folder named by the local date.
fn codex_home(date: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let day = home.path().join("sessions").join(date);
    let name = |id: &str| format!("rollout-2026-11-21T16-18-32-{id}.jsonl");
    put("codex/subagent_main.jsonl", &day.join(name(MAIN)));
    put("codex/subagent_child.jsonl", &day.join(name(CHILD)));
    fs::write(day.join("notes.jsonl"), "{}").unwrap();
    fs::write(day.join("rollout-torn.jsonl"), "{\"timestamp\":\"2026").unwrap();
    fs::create_dir(day.join("rollout-folder.jsonl")).unwrap();
    home
}

#[test]
fn codex_records_are_found_by_their_time_and_the_main_thread_is_chosen() {
    for date in ["2026/11/20", "2026/11/21", "2026/11/22"] {
        let home = codex_home(date);
        let (from, until) = (at("2026-11-21T16:18:00Z"), at("2026-11-21T16:19:00Z"));
        let found = codex_between(home.path(), from, until).unwrap();
        let conversations: Vec<_> = found.into_iter().map(|found| found.conversation).collect();
        let ids: Vec<_> = conversations.iter().map(|it| (it.id.as_str(), it.origin)).collect();
        assert_eq!(ids, [(MAIN, Origin::Main), (CHILD, Origin::Subagent)]);
        let wanted =
            Wanted { cwd: Path::new("/srv/demo"), from, until, claimed: &Default::default() };
        let Choice::One(own) = choose(&conversations, &wanted) else { panic!() };
        assert_eq!(own.id, MAIN);
        let path = codex_record(home.path(), MAIN, at("2026-11-21T16:18:32Z")).unwrap().unwrap();
        assert!(path.to_string_lossy().ends_with(&format!("{MAIN}.jsonl")));
        assert_eq!(codex_record(home.path(), "another", from).unwrap(), None);
    }
}

#[test]
fn codex_records_of_other_times_and_an_absent_home_are_nothing() {
    let home = codex_home("2026/11/21");
    let none = codex_between(home.path(), at("2026-11-21T16:19:00Z"), at("2026-11-21T17:00:00Z"));
    assert_eq!(none.unwrap(), []);
    let absent = home.path().join("absent");
    assert_eq!(
        codex_between(&absent, at("2026-11-21T00:00:00Z"), at("2026-11-22T00:00:00Z")).unwrap(),
        []
    );
    // A window of a thousand years ends.
    assert!(
        codex_between(home.path(), at("1500-01-01T00:00:00Z"), at("2500-01-01T00:00:00Z")).is_ok()
    );
}

#[test]
fn a_claude_record_is_found_by_its_id_and_no_subagents_one() {
    const ID: &str = "b6a36049-9337-4ac7-bab5-87a1ba24328f";
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("projects/-srv-demo");
    let path = folder.join(format!("{ID}.jsonl"));
    let child = folder.join(format!("{ID}/subagents/agent-a1.jsonl"));
    put("claude/subagent_main.jsonl", &path);
    put("claude/subagent_child.jsonl", &child);
    // Another conversation under this name is not it.
    put("claude/ok.jsonl", &home.path().join(format!("projects/-srv-other/{ID}.jsonl")));
    let found = claude_records(home.path(), ID).unwrap();
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!(found.path, path);
    assert!(is_launched(&found.conversation, ID, Path::new("/srv/demo")));
    assert_eq!(head(Cli::Claude, &child).unwrap().origin, Origin::Subagent);
    let deeper = format!("{ID}/subagents/agent-a1");
    for none in ["agent-a1", "", "..", "../-srv-demo/b6a36049", &deeper] {
        assert_eq!(claude_records(home.path(), none).unwrap(), [], "{none}");
    }
}

#[test]
fn a_pi_record_is_found_by_its_id_and_says_whose_it_is() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("sessions/--srv-demo--");
    put("pi/ok.jsonl", &folder.join("2026-11-21T16-18-13-610Z_agent-one.jsonl"));
    put("pi/ok.jsonl", &folder.join("2026-11-21T16-18-13-610Z_not_agent-one.jsonl.bak"));
    // The name of a longer id ends alike.
    put("pi/resumed.jsonl", &folder.join("2026-11-21T16-23-09-370Z_my_agent-one.jsonl"));
    let found = pi_records(home.path(), "agent-one").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].conversation.cwd.as_deref(), Some(Path::new("/srv/demo")));
    assert_eq!(pi_records(home.path(), "agent").unwrap(), []);
    assert_eq!(pi_records(home.path(), "/").unwrap(), []);
}

#[test]
fn homes_follow_the_programs_own_variables() {
    let set = |name: &str| match name {
        "HOME" => Some(OsString::from("/srv/home")),
        "CODEX_HOME" => Some(OsString::from("/srv/codex")),
        "CLAUDE_CONFIG_DIR" => Some(OsString::new()),
        _ => None,
    };
    let homes = Homes::of_environment(set).unwrap();
    assert_eq!(homes.codex, Path::new("/srv/codex"));
    assert_eq!(homes.claude, Path::new("/srv/home/.claude"));
    assert_eq!(homes.pi, Path::new("/srv/home/.pi/agent"));
    assert_eq!(Homes::of_environment(|_| None), None);
}
