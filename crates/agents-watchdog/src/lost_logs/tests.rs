use std::path::Path;

use agents_config::{Environment, load_text};
use agents_tmux::{Dead, Pane, PaneId, ServerId};

use super::*;

const CONFIG: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = "/tmp/none"
[backend.cat]
bin = "cat"
[[agent]]
name = "ann"
backend = "cat"
dir = "."
[[agent]]
name = "mute"
backend = "cat"
dir = "."
log = false
[[service]]
name = "web"
command = "true"
"#;

/// The pane of a member, with its log or without.
fn pane(id: u32, name: &str, logged: bool) -> Pane {
    Pane {
        id: PaneId(id),
        session: format!("t-{name}"),
        pid: 1,
        dead: None,
        in_mode: false,
        input_off: false,
        activity: 0,
        ink: String::new(),
        command: String::new(),
        title: String::new(),
        logged,
        agent_id: Some(format!("t-/{name}")),
        run: Some("r1".to_owned()),
        typed: None,
        submitted: None,
    }
}

fn attached(logs: &mut LostLogs, panes: Vec<Pane>) -> Vec<TmuxOp> {
    let fleet = load_text(CONFIG, Path::new("/tmp/agents.toml"), &Environment::default());
    let listing = Listing { server: ServerId { pid: 1, start_time: 1 }, panes };
    let seen = logs.look(&fleet.unwrap().fleet, &listing);
    ops(logs.judge(&seen, Instant::now()))
}

fn ops(steps: Vec<Step>) -> Vec<TmuxOp> {
    let op = |step| match step {
        Step::Open { op, .. } => Some(op),
        Step::Blocked { .. } => None,
    };
    steps.into_iter().filter_map(op).collect()
}

/// Two files that are there.
fn files() -> (tempfile::TempDir, [Named; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let named = ["one", "two"].map(|name| {
        std::fs::write(folder.path().join(name), "").unwrap();
        Named::at(&folder.path().join(name))
    });
    (folder, named)
}

/// The log of ann, which has a writer.
fn log(named: Named, written: Option<bool>) -> Log {
    let (name, file) = (AgentName::new("ann").unwrap(), "/tmp/none/t-ann.log".into());
    Log { name, pane: PaneId(1), piped: true, file, named, written }
}

/// Whether the log is opened anew after that look, and whether it is told.
fn anew(logs: &mut LostLogs, log: Log, now: Instant) -> Option<bool> {
    match logs.judge(&[log], now).pop()? {
        Step::Open { op: TmuxOp::AttachLog { anew: true, .. }, told, .. } => Some(told.is_some()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_log_that_lost_its_file_is_opened_anew_and_one_that_cannot_be_seen_is_not() {
    let (_folder, [first, second]) = files();
    let now = Instant::now();
    for lost in [Named::Nothing, second] {
        let mut logs = LostLogs::default();
        for seen in [first, first, Named::Unknown, first] {
            assert_eq!(anew(&mut logs, log(seen, None), now), None);
        }
        assert_eq!(anew(&mut logs, log(lost, None), now), Some(true), "{lost:?}");
        let Named::File(file) = second else { panic!() };
        logs.opened.insert(PaneId(1), file);
        assert_eq!(anew(&mut logs, log(second, None), now), None);
    }
    let mut logs = LostLogs::default();
    let blocked = logs.judge(&[log(Named::Other, None)], now);
    assert!(matches!(&blocked[..], [Step::Blocked { .. }]), "{blocked:?}");
}

#[test]
fn a_watchdog_that_comes_later_believes_the_name_unless_nobody_is_twice_seen_to_write_to_it() {
    let (_folder, [first, _]) = files();
    let now = Instant::now();
    let mut logs = LostLogs::default();
    assert_eq!(anew(&mut logs, log(first, Some(false)), now), None, "it may be just beginning");
    assert_eq!(anew(&mut logs, log(first, Some(false)), now), Some(true));
    for believed in [Some(true), None] {
        let mut logs = LostLogs::default();
        assert_eq!(anew(&mut logs, log(first, Some(false)), now), None);
        assert_eq!(anew(&mut logs, log(first, believed), now), None);
        assert_eq!(anew(&mut logs, log(first, None), now), None, "{believed:?}");
        assert!(logs.doubted.is_empty() && logs.opened.len() == 1);
    }
}

#[test]
fn whoever_deletes_a_log_without_end_starts_no_storm() {
    let began = Instant::now();
    let mut logs = LostLogs::default();
    let mut opened = Vec::new();
    for look in 0..60 {
        let now = began + LOOKED_AT_EVERY * look;
        if let Some(told) = anew(&mut logs, log(Named::Nothing, None), now) {
            opened.push((look, told));
        }
    }
    let looks: Vec<u32> = opened.iter().map(|(look, _)| *look).collect();
    assert_eq!(looks, [0, 1, 3, 7, 13, 19, 25, 31, 37, 43, 49, 55]);
    assert_eq!(opened.iter().filter(|(_, told)| *told).count(), 2);
    // One that keeps its file for long is as good as new.
    let (_folder, [file, _]) = files();
    let last = began + LOOKED_AT_EVERY * 55;
    for (after, told) in [(CALM / 2, false), (CALM, true)] {
        let mut logs = LostLogs { vanished: logs.vanished.clone(), ..LostLogs::default() };
        assert_eq!(anew(&mut logs, log(file, None), last + after), None);
        assert_eq!(anew(&mut logs, log(Named::Nothing, None), last + after), Some(told));
    }
}

#[test]
fn what_is_known_of_a_pane_ends_with_its_server() {
    let mut logs = LostLogs::default();
    attached(&mut logs, vec![pane(1, "ann", true)]);
    let (_folder, [Named::File(file), _]) = files() else { panic!() };
    logs.opened.insert(PaneId(1), file);
    logs.server = Some(ServerId { pid: 2, start_time: 1 });
    attached(&mut logs, vec![pane(1, "ann", true)]);
    assert!(logs.opened.is_empty());
}

#[test]
fn f45_a_log_that_ended_under_its_program_is_opened_again_until_it_stays() {
    let mut logs = LostLogs::default();
    let op = |id, log: &str| TmuxOp::AttachLog { pane: PaneId(id), log: log.into(), anew: false };
    let (ann, web) = (op(1, "/tmp/none/t-ann.log"), op(2, "/tmp/none/t-web.log"));
    let all = |logged| vec![pane(1, "ann", logged), pane(2, "web", logged)];
    assert_eq!(attached(&mut logs, all(true)), []);
    // As long as the disk is full it ends again.
    for _ in 0..2 {
        assert_eq!(attached(&mut logs, all(false)), [ann.clone(), web.clone()]);
        assert_eq!(logs.ended.len(), 2);
    }
    assert_eq!(attached(&mut logs, all(true)), []);
    assert!(logs.ended.is_empty());
}

#[test]
fn what_needs_no_log_or_is_not_ours_is_left_alone() {
    let mut logs = LostLogs::default();
    let dead = Dead { status: Some(0), signal: None };
    let mut stranger = pane(3, "ann", false);
    stranger.agent_id = None;
    let ended = Pane { dead: Some(dead), ..pane(4, "ann", false) };
    for left in [pane(5, "mute", false), pane(6, "undeclared", false), stranger, ended] {
        assert_eq!(attached(&mut logs, vec![left]), []);
    }
    assert!(logs.is_due() && logs.ended.is_empty());
}
