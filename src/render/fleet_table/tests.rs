//! The table as a person sees it, and the same view as a program gets it.

use std::time::Duration;

use agents_config::{Kind, Watch};
use agents_names::{BackendName, PhaseId};
use agents_watchdog::view::{ConfigStanding, Since, UndeclaredView, WatchdogView};
use chrono::{DateTime, TimeDelta, Utc};

use super::*;

fn member(name: &str, state: State, waiting_for: Option<&str>) -> MemberView {
    let noon: DateTime<Utc> = "2026-05-01T12:00:00Z".parse().unwrap();
    let limited = state == State::Limited;
    MemberView {
        name: name.to_owned(),
        session: format!("t-{name}"),
        declared: Declared::Agent {
            kind: Kind::Persistent,
            backend: BackendName::new("claude").unwrap(),
            model: None,
            watch: Watch::HealStall,
        },
        enabled: true,
        should_run: true,
        state,
        since: Some(Since { at: noon, ago: Duration::from_secs(11_100) }),
        restarts: 2,
        waiting_for: waiting_for.map(str::to_owned),
        remark: None,
        pilot: None,
        edited: None,
        command: (limited || state == State::Running).then(|| "node".to_owned()),
        doing: None,
        limited_until: limited.then(|| noon + TimeDelta::hours(4)),
        owed: if limited { vec!["probe".to_owned()] } else { Vec::new() },
    }
}

fn view() -> FleetView {
    let until = "its usage window to end at 16:00:00";
    let mut disabled = member("dora", State::Stopped, None);
    (disabled.enabled, disabled.should_run, disabled.since, disabled.restarts) =
        (false, false, None, 0);
    let mut web = member(
        "web",
        State::Parked,
        Some(
            "`agents up web`, or one more try at 13:00:00 (in 59 min); parked: \u{1b}[31m5 starts",
        ),
    );
    web.declared = Declared::Service;
    let eve =
        member("eve", State::Stalled, Some("a restart, possible again at 12:09:00 (in 9 min)"));
    let mut fay = member("fay", State::Ended, None);
    fay.remark = Some("exit code 0 after 5.6 s".to_owned());
    FleetView {
        config: "/srv/agents.toml".into(),
        config_problem: None,
        config_standing: ConfigStanding::default(),
        store_problem: None,
        untold: Vec::new(),
        neighbour: None,
        phase: Some(PhaseView {
            id: PhaseId::new("P1").unwrap(),
            index: Some(0),
            of: 2,
            plan: Some("PLAN.md".to_owned()),
            done: Some(false),
            complete: false,
            moving_from: None,
            advances_by: None,
        }),
        agents: vec![
            member("ann", State::Running, None),
            member("bob", State::Limited, Some(until)),
            member(
                "cid",
                State::Failed,
                Some("this to be mended, and then `agents up cid`: there is no folder /work"),
            ),
            disabled,
            eve,
            fay,
        ],
        services: vec![web],
        watchdog: WatchdogView::of(Some(7), Some(Duration::from_secs(4)), Duration::from_secs(30)),
        undeclared: vec![UndeclaredView { name: "old".to_owned(), session: "t-old".to_owned() }],
        tmux_problem: None,
    }
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn a_person_sees_a_table() {
    insta::assert_snapshot!("table", plain(&of(&view(), None)));
}

#[test]
fn a_program_gets_json() {
    let json = crate::render::fleet_json::of(&view());
    insta::assert_snapshot!("json", format!("{json:#}"));
}

#[test]
fn trouble_stands_above_the_table() {
    let mut view = view();
    view.config_problem = Some("agents.toml:3:1: unknown key".to_owned());
    view.tmux_problem = Some("no answer within 5s".to_owned());
    view.watchdog =
        WatchdogView::of(Some(7), Some(Duration::from_secs(4000)), Duration::from_secs(30));
    let text = plain(&of(&view, None));
    let heads: Vec<&str> = text.lines().take(3).map(|line| &line[..8]).collect();
    assert_eq!(heads, [" config:", " tmux: c", " phase: "]);
    assert!(text.contains("STALE") && text.contains("last look 66 min ago"), "{text}");
}

#[test]
fn a_file_that_was_mended_since_is_not_called_broken() {
    let mut view = view();
    view.config_problem = Some("the watchdog reads it at its next look".to_owned());
    view.config_standing = ConfigStanding::Mended;
    let text = plain(&of(&view, None));
    assert!(text.starts_with(" config: mended since, ") && !text.contains("BROKEN"), "{text}");
}

#[test]
fn rows_are_cut_to_the_terminal_and_never_wrap() {
    for width in [1, 10, 40, 80, 100, 300] {
        let shown = plain(&of(&view(), Some(width)));
        for row in shown.lines() {
            assert!(row.width() <= width, "{width}: {row:?}");
        }
        assert_eq!(shown.lines().count(), plain(&of(&view(), None)).lines().count());
    }
    let narrow = plain(&of(&view(), Some(80)));
    assert!(narrow.contains("LIMITED [node]") && narrow.contains("stopped (disabled)"), "{narrow}");
    let wide = plain(&of(&view(), Some(300)));
    assert_eq!(wide, plain(&of(&view(), None)));
}

#[test]
fn what_needs_a_look_is_coloured() {
    let text = of(&view(), None);
    assert!(text.contains(&format!("{BAD}FAILED{BAD:#}")), "{text:?}");
    assert!(text.contains(&format!("{WAITS}LIMITED [node]{WAITS:#}")), "{text:?}");
    assert!(!text.contains("\u{1b}[31m5 starts"), "words of programs bring no colour of their own");
}

/// The keys of an object, in order.
fn keys(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_readme_shows_the_document_as_it_is() {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("$ agents status --json\n").unwrap();
    let (sample, _) = rest.split_once("$ agents up").unwrap();
    let shown: serde_json::Value = serde_json::from_str(&sample.replace('\n', "")).unwrap();
    let json = crate::render::fleet_json::of(&view());
    assert_eq!(keys(&shown), keys(&json));
    assert_eq!(keys(&shown["agents"][0]), keys(&json["agents"][0]));
    assert_eq!(keys(&shown["watchdog"]), keys(&json["watchdog"]));
    let unseen = crate::render::fleet_json::unseen(
        std::path::Path::new("agents.toml"),
        &crate::error::Error::Failed("no answer".to_owned()),
    );
    assert_eq!(keys(&unseen), keys(&json), "the same document, whatever happens");
}

#[test]
fn a_phase_without_a_plan_has_a_dash_in_its_place() {
    let mut view = view();
    view.phase.as_mut().unwrap().plan = Some(String::new());
    assert!(of(&view, None).contains(" plan=- ("), "{}", of(&view, None));
}
