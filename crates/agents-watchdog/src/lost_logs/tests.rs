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
        run: None,
        typed: None,
        submitted: None,
    }
}

fn attached(logs: &mut LostLogs, panes: Vec<Pane>) -> Vec<TmuxOp> {
    let fleet = load_text(CONFIG, Path::new("/tmp/agents.toml"), &Environment::default());
    let listing = Listing { server: ServerId { pid: 1, start_time: 1 }, panes };
    logs.judge(&fleet.unwrap().fleet, &listing).into_iter().map(|(_, op)| op).collect()
}

#[test]
fn f45_a_log_that_ended_under_its_program_is_opened_again_until_it_stays() {
    let mut logs = LostLogs::default();
    let op = |id, log: &str| TmuxOp::AttachLog { pane: PaneId(id), log: log.into() };
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
