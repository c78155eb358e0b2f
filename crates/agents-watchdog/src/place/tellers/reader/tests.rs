//! Real records, read as they grow.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use agents_decide::{Told, ToldState};

use super::*;

/// A home of codex with the record of a fixture in the folder of its day, cut to so many lines.
struct Scene {
    root: tempfile::TempDir,
    file: PathBuf,
    rest: Vec<String>,
}

fn fixture(name: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../agents-records/fixtures/codex")
        .join(format!("{name}.jsonl"));
    fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect()
}

fn head(lines: &[String]) -> serde_json::Value {
    serde_json::from_str(&lines[0]).unwrap()
}

impl Scene {
    /// The record says that its agent works in the folder of the scene.
    fn of(name: &str, shown: usize) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut lines = fixture(name);
        let mut first = head(&lines);
        let cwd = root.path().canonicalize().unwrap();
        first["payload"]["cwd"] = serde_json::json!(cwd);
        lines[0] = first.to_string();
        let rest = lines.split_off(shown);
        let at = first["timestamp"].as_str().unwrap();
        let day = root.path().join("sessions").join(at[..10].replace('-', "/"));
        fs::create_dir_all(&day).unwrap();
        let id = first["payload"]["id"].as_str().unwrap();
        let file = day.join(format!("rollout-{}-{id}.jsonl", at[..19].replace(':', "-")));
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        Self { root, file, rest }
    }

    fn asked(&self, began: &str, conversation: Option<&str>) -> Asked {
        let homes = Homes {
            codex: self.root.path().to_owned(),
            claude: PathBuf::from("/nowhere"),
            pi: PathBuf::from("/nowhere"),
        };
        Asked {
            run: RunId(1),
            cli: Cli::Codex,
            path: None,
            conversation: conversation.map(str::to_owned),
            homes,
            cwd: self.root.path().to_owned(),
            began: began.parse().unwrap(),
        }
    }

    /// The rest of its lines, whole.
    fn grow(&self) {
        let mut file = fs::OpenOptions::new().append(true).open(&self.file).unwrap();
        writeln!(file, "{}", self.rest.join("\n")).unwrap();
    }
}

fn look(open: &mut Open, asked: &Asked) -> Option<Told> {
    open.look(asked, &BTreeSet::new).and_then(|recorded| recorded.told)
}

#[test]
fn a_record_is_found_by_its_id_and_tells_of_a_limit_with_its_end() {
    let scene = Scene::of("weekly", fixture("weekly").len() - 1);
    let lines = fixture("weekly");
    let id = head(&lines)["payload"]["id"].as_str().unwrap().to_owned();
    let asked = scene.asked(head(&lines)["timestamp"].as_str().unwrap(), Some(&id));
    let mut open = Open::new(RunId(1));
    let recorded = open.look(&asked, &BTreeSet::new).unwrap();
    assert_eq!(recorded.conversation, Some(id));
    assert!(matches!(recorded.told, Some(Told { state: ToldState::Active, .. })), "{recorded:?}");
    assert_eq!(open.look(&asked, &BTreeSet::new), None, "nothing is new");
    scene.grow();
    let told = look(&mut open, &asked).unwrap();
    assert_eq!(told.source, format!("record line {}", lines.len()));
    let ToldState::Limited { reset_ms: Some(_), window_minutes: Some(10_080), .. } = told.state
    else {
        panic!("{told:?}");
    };
}

#[test]
fn what_an_earlier_run_left_in_the_record_does_not_count() {
    // Killed in the middle of its turn: the record says for ever that it works.
    let scene = Scene::of("killed", fixture("killed").len());
    let lines = fixture("killed");
    let id = head(&lines)["payload"]["id"].as_str().unwrap().to_owned();
    let during = scene.asked(head(&lines)["timestamp"].as_str().unwrap(), Some(&id));
    assert!(look(&mut Open::new(RunId(1)), &during).is_some());
    let later = scene.asked("2099-01-01T00:00:00Z", Some(&id));
    let recorded = Open::new(RunId(2)).look(&later, &BTreeSet::new).unwrap();
    assert_eq!((recorded.told, recorded.conversation), (None, Some(id)));
}

#[test]
fn without_an_id_the_only_one_that_fits_is_read_and_nobody_elses() {
    let lines = fixture("ok");
    let scene = Scene::of("ok", lines.len());
    let began = head(&lines)["timestamp"].as_str().unwrap().to_owned();
    let id = head(&lines)["payload"]["id"].as_str().unwrap().to_owned();
    let asked = scene.asked(&began, None);
    assert!(look(&mut Open::new(RunId(1)), &asked).is_some());
    assert_eq!(Open::new(RunId(1)).look(&asked, &|| BTreeSet::from([id.clone()])), None);
    let elsewhere = Asked { cwd: PathBuf::from("/"), ..asked };
    assert_eq!(look(&mut Open::new(RunId(1)), &elsewhere), None);
}

#[test]
fn the_thread_tells_when_a_record_says_something_new_and_forgets_who_is_gone() {
    let lines = fixture("weekly");
    let scene = Scene::of("weekly", lines.len() - 1);
    let id = head(&lines)["payload"]["id"].as_str().unwrap().to_owned();
    let asked = scene.asked(head(&lines)["timestamp"].as_str().unwrap(), Some(&id));
    let name = AgentName::new("ann").unwrap();
    let mut reader = Reader::default();
    let news = reader.news();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = || {
        runtime.block_on(async {
            tokio::time::timeout(Duration::from_secs(60), news.notified()).await.unwrap();
        });
    };
    assert_eq!(reader.of(&name, asked.clone()), None, "nothing was read yet");
    told();
    let state = |recorded: Option<Recorded>| recorded.unwrap().told.unwrap().state;
    assert_eq!(state(reader.of(&name, asked.clone())), ToldState::Active);
    scene.grow();
    told();
    assert!(matches!(state(reader.of(&name, asked.clone())), ToldState::Limited { .. }));
    let next = Asked { run: RunId(2), ..asked };
    assert_eq!(reader.of(&name, next.clone()), None, "that was of another run");
    reader.forget(&name);
    assert_eq!(reader.of(&name, next), None);
}

#[test]
fn an_id_of_codex_tells_when_it_was_made() {
    let at = begun("01a1fee5-02e3-7030-9272-a24af030c7b8").unwrap();
    assert_eq!(at.format("%Y-%m-%d").to_string(), "2026-11-21");
    for other in ["", "x", "6f1b9f3c-8a55-4a54-9a3e-2d3c1f0a7b11", "zzzzzzzz-zzzz-7"] {
        assert_eq!(begun(other), None, "{other}");
    }
}

#[test]
fn f52_a_record_that_grows_after_the_wall_clock_was_set_back_is_heard() {
    let now = 1_000_000_000;
    assert_eq!(grown(None, now - 5_000, now), now - 5_000);
    assert_eq!(grown(Some(now - 9_000), now - 5_000, now), now - 5_000);
    assert_eq!(grown(Some(now - 5_000), now - 9_000, now), now - 5_000, "another record");
    assert_eq!(grown(Some(now + 864_000_000), now - 5_000, now), now - 5_000, "set back");
}

#[test]
fn f52_what_a_record_says_while_its_run_is_watched_is_of_the_run_whatever_its_clock_says() {
    let lines = fixture("weekly");
    let scene = Scene::of("weekly", lines.len() - 1);
    let id = head(&lines)["payload"]["id"].as_str().unwrap().to_owned();
    // By the clock of when it began, all of the record is of long before.
    let asked = scene.asked("2099-01-01T00:00:00Z", Some(&id));
    let mut open = Open::new(RunId(1));
    let before = open.look(&asked, &BTreeSet::new).unwrap();
    assert_eq!((before.told, before.grown_ms), (None, None), "it may be of an earlier run");
    scene.grow();
    let after = open.look(&asked, &BTreeSet::new).unwrap();
    assert!(matches!(after.told.unwrap().state, ToldState::Limited { .. }));
    assert!(after.grown_ms.is_some());
}
