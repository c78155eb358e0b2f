//! Files written for the program that this one replaces load unchanged and mean the same.

use std::path::Path;
use std::time::Duration;

use agents_config::{Fleet, Kind, PromptDelivery, PromptSource, Watch};
use agents_names::PhaseId;

use crate::loaded;

macro_rules! original {
    ($name:literal) => {
        fleet(include_str!(concat!("originals/", $name, ".toml")))
    };
}

fn fleet(text: &str) -> Fleet {
    let loaded = loaded(text);
    assert_eq!(loaded.warnings.render(false), "", "an original loads without a word");
    loaded.fleet
}

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn the_starter_file() {
    let fleet = original!("starter");
    assert_eq!(fleet.project_dir, Path::new("/project"));
    assert_eq!(fleet.log_dir, Path::new("/project/.ao-state"));
    assert_eq!(fleet.tmux_socket, None);
    assert_eq!(fleet.timing, agents_config::Timing::default());
    assert!(fleet.loop_plan.is_none());
    let [worker] = &fleet.agents[..] else { panic!("{:?}", fleet.agents) };
    assert_eq!(worker.session.as_str(), "shop-worker");
    assert_eq!(worker.model.as_deref(), Some("claude-sonnet-4-6"));
    assert_eq!((worker.watch, worker.enabled, worker.resume), (Watch::Heal, true, false));
    assert_eq!((worker.create_dir, worker.log), (false, true));
    assert_eq!(worker.dir, Path::new("/project"));
    let backend = fleet.backend_of(worker);
    assert!(backend.active_re.as_ref().is_some_and(|pattern| pattern.is_match("x · 12 tokens")));
    assert!(backend.limit_re.as_ref().is_some_and(|pattern| pattern.is_match("Usage LIMIT")));
    assert!(backend.fatal_re.is_none() && backend.ready_re.is_none());
    assert_eq!(backend.submit_pause, Duration::from_millis(400));
}

#[test]
fn a_backend_gets_every_default() {
    let fleet =
        fleet("[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\n[backend.b]\nbin = \"b\"\n");
    insta::assert_snapshot!(serde_json::to_string_pretty(&fleet.backends).unwrap());
}

#[test]
fn a_building_pair() {
    let fleet = original!("build_pair");
    assert_eq!(fleet.project_dir, Path::new("/home/me/src/proj"));
    assert_eq!(fleet.log_dir, Path::new("/home/me/logs/proj"));
    assert_eq!(fleet.timing.signal_interval, seconds(20));
    assert_eq!(fleet.timing.limit_reset_slack, seconds(60));
    let [builder, adversary, report] = &fleet.agents[..] else { panic!("{:?}", fleet.agents) };
    assert_eq!(builder.dir, Path::new("/home/me/src/proj/../proj-builder"));
    assert_eq!(adversary.dir, Path::new("/srv/proj-adversary"));
    assert_eq!((builder.watch, report.watch), (Watch::HealStall, Watch::None));
    assert_eq!((builder.kind, report.kind, report.enabled), (Kind::Loop, Kind::Task, false));
    let roles = Path::new("/home/me/src/proj/prompts/roles");
    let template = Some("/home/me/src/proj/prompts/kickoff.md".into());
    let expected = PromptSource::Loop { template, role_file: roles.join("builder.md") };
    assert_eq!(builder.prompt, expected);
    let file = Path::new("/home/me/src/proj/prompts/report.md");
    assert_eq!(report.prompt, PromptSource::File(file.to_owned()));
    let b = PhaseId::new("B").unwrap();
    assert_eq!(fleet.model_of(builder, Some(&b)), Some("claude-haiku-4-5"));
    assert_eq!(fleet.model_of(builder, None), None);
    // An empty override means none.
    assert_eq!(fleet.model_of(adversary, Some(&b)), Some("claude-opus-4-6"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&fleet.loop_plan).unwrap());
}

#[test]
fn a_fleet_of_terminal_programs() {
    let fleet = original!("tui_fleet");
    let [lead, hand1, hand2] = &fleet.agents[..] else { panic!("{:?}", fleet.agents) };
    assert_eq!(lead.session.as_str(), "the-lead");
    assert_eq!(lead.model, None);
    let wake = lead.wake.as_ref().unwrap();
    assert_eq!(wake.interval, seconds(1800));
    assert_eq!(wake.prompt_file, Path::new("/project/prompts/wake.md"));
    assert_eq!(hand2.wake.as_ref().unwrap().interval, seconds(3600));
    assert_eq!(hand1.dir, Path::new("/home/me/work/hand1"));
    assert_eq!(hand1.prompt, PromptSource::Text(String::new()));
    let tui = fleet.backend_of(hand1);
    assert_eq!(tui.prompt_delivery, PromptDelivery::Ping);
    assert_eq!(tui.submit_key, "C-m");
    assert_eq!((tui.connect_delay, tui.stall_idle), (seconds(20), seconds(900)));
    assert_eq!(tui.attach, "{bin} attach {server} --dir {dir}");
    let claude = fleet.backend_of(lead);
    assert_eq!((claude.submit_key.as_str(), claude.model_flag.as_str()), ("Enter", ""));
    let dirs: Vec<_> = fleet.services.iter().map(|service| service.dir.as_path()).collect();
    assert_eq!(dirs, [Path::new("/project"), Path::new("/project/web")]);
}

#[test]
fn a_demo_of_plain_commands() {
    let fleet = original!("demo_exec");
    let [one, two] = &fleet.agents[..] else { panic!("{:?}", fleet.agents) };
    assert_eq!(one.dir, Path::new("/project/sandbox"));
    assert_eq!((one.kind, one.watch), (Kind::Persistent, Watch::None));
    assert!(!two.enabled);
    assert_eq!(fleet.backend_of(one).prompt_delivery, PromptDelivery::Exec);
    let [tick] = &fleet.services[..] else { panic!("{:?}", fleet.services) };
    // The original never gave `[defaults].dir` to services.
    assert_eq!(tick.dir, Path::new("/project"));
    assert_eq!(tick.session.as_str(), "demo-tick");
}

#[test]
fn everything_inherited() {
    let fleet = original!("inherited");
    let [plain, own, looped] = &fleet.agents[..] else { panic!("{:?}", fleet.agents) };
    assert_eq!(plain.dir, Path::new("/project/work"));
    assert_eq!(plain.prompt, PromptSource::File("/project/prompts/all.md".into()));
    assert_eq!((plain.enabled, plain.resume, plain.watch), (false, true, Watch::Heal));
    assert_eq!(plain.wake.as_ref().unwrap().interval, seconds(60));
    assert_eq!(own.dir, Path::new("/project/elsewhere"));
    assert_eq!(own.prompt, PromptSource::Text("mine".to_owned()));
    assert_eq!((own.enabled, own.resume, own.watch), (true, false, Watch::None));
    // A wake schedule is replaced as a whole, not key by key.
    assert_eq!(own.wake.as_ref().unwrap().interval, seconds(3600));
    assert_eq!(looped.role.as_ref().unwrap().as_str(), "builder");
    assert_eq!(fleet.model_of(looped, Some(&PhaseId::new("1").unwrap())), Some("o"));
    assert_eq!(fleet.services[0].command, "sleep 1");
    // The original started services whatever `[defaults].enabled` said.
    assert!(fleet.services[0].enabled);
}
