//! Where values come from is told for each, and the environment can override two of them.

use std::path::Path;

use agents_config::{Environment, OneOff, Origin, TmuxSocket, load_text};
use agents_names::PhaseId;
use serde_json::json;

use crate::loaded;

const FILE: &str = r#"[defaults]
session_prefix = "p-"
log_dir = "logs"
backend = "one"
model = "small"
[backend.one]
bin = "one"
[backend.two]
bin = "two"
stall_idle = "10m"
[[agent]]
name = "a"
watch = "heal"
[[agent]]
name = "b-2"
model = "big"
backend = "two"
"#;

fn with(environment: &Environment) -> agents_config::Loaded {
    let loaded = load_text(FILE, Path::new("/project/agents.toml"), environment);
    loaded.unwrap_or_else(|error| panic!("{}", error.report(false)))
}

#[test]
fn every_value_has_an_origin() {
    let origins = with(&Environment::default()).origins;
    let of = |key| {
        let setting = origins.of(key).unwrap_or_else(|| panic!("{key} has no origin"));
        (setting.value.clone(), setting.origin.clone())
    };
    assert_eq!(of("agent.a.model"), (json!("small"), Origin::Defaults { line: 5 }));
    assert_eq!(of("agent.a.watch"), (json!("heal"), Origin::Own { line: 13 }));
    assert_eq!(of("agent.a.kind"), (json!("persistent"), Origin::BuiltIn));
    assert_eq!(of("agent.a.session"), (json!("p-a"), Origin::BuiltIn));
    assert_eq!(of("agent.b-2.backend"), (json!("two"), Origin::Own { line: 17 }));
    assert_eq!(of("backend.two.stall_idle"), (json!("10m"), Origin::Own { line: 10 }));
    assert_eq!(of("backend.one.stall_idle"), (json!("5m"), Origin::BuiltIn));
    assert_eq!(of("watchdog.heavy_interval"), (json!("5m"), Origin::BuiltIn));
    assert_eq!(of("defaults.log_dir"), (json!("logs"), Origin::Own { line: 3 }));
    assert_eq!(of("defaults.tmux_socket"), (json!(null), Origin::BuiltIn));
}

#[test]
fn no_setting_is_recorded_twice() {
    let loaded = loaded(crate::EXAMPLE);
    let mut keys: Vec<_> = loaded.origins.iter().map(|setting| &setting.key).collect();
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
}

#[test]
fn the_environment_overrides_model_and_backend_of_one_agent() {
    let environment = Environment::default()
        .with("AGENT_MODEL_a", "huge")
        .with("AGENT_BACKEND_b-2", "one")
        .with("AGENT_MODEL_b-2", "");
    let loaded = with(&environment);
    let [a, b] = &loaded.fleet.agents[..] else { panic!("{:?}", loaded.fleet.agents) };
    assert_eq!((a.model.as_deref(), a.backend.as_str()), (Some("huge"), "one"));
    // An empty variable is an unset one.
    assert_eq!((b.model.as_deref(), b.backend.as_str()), (Some("big"), "one"));
    let origin = &loaded.origins.of("agent.a.model").unwrap().origin;
    assert_eq!(*origin, Origin::Environment { variable: "AGENT_MODEL_a".to_owned() });
}

#[test]
fn an_override_with_an_undeclared_backend_is_an_error_that_names_the_variable() {
    let environment = Environment::default().with("AGENT_BACKEND_a", "on");
    let error = load_text(FILE, Path::new("/project/agents.toml"), &environment).unwrap_err();
    insta::assert_snapshot!(error.report(false));
}

#[test]
fn a_one_off_is_told_from_none_and_from_one_that_cannot_be_meant() {
    let fleet = with(&Environment::default()).fleet;
    let said = |variables: &[(&str, &str)], agent: &str| {
        let none = Environment::default();
        let environment = variables.iter().fold(none, |all, (name, value)| all.with(*name, *value));
        let one_off = environment.one_off(&fleet, &agents_names::AgentName::new(agent).unwrap());
        one_off.map_or_else(|error| error.to_string(), |one_off| one_off.to_string())
    };
    assert_eq!(said(&[("AGENT_MODEL_a", "huge")], "b-2"), "what the config says");
    assert_eq!(said(&[("AGENT_MODEL_a", "huge")], "a"), "model `huge`");
    let both = [("AGENT_MODEL_b-2", "huge"), ("AGENT_BACKEND_b-2", "one")];
    assert_eq!(said(&both, "b-2"), "backend `one` and model `huge`");
    let empty = "AGENT_BACKEND_a is empty; unset it, or name a backend (known: one, two)";
    assert_eq!(said(&[("AGENT_BACKEND_a", "")], "a"), empty);
    let empty = "AGENT_MODEL_a is empty; unset it, or name a model";
    assert_eq!(said(&[("AGENT_MODEL_a", " ")], "a"), empty);
    let unknown = "AGENT_BACKEND_a names the backend `tow`, which is not declared; \
         did you mean `two`? known: one, two";
    assert_eq!(said(&[("AGENT_BACKEND_a", "tow")], "a"), unknown);
}

#[test]
fn a_phase_wins_over_a_one_off_and_a_one_off_over_the_agent() {
    let text = "[defaults]\nsession_prefix = 'p-'\nlog_dir = 'l'\nbackend = 'x'\nmodel = 'own'\n\
        [backend.x]\nbin = 'x'\n[[agent]]\nname = 'a'\nkind = 'loop'\nrole = 'r'\n\
        [loop]\nphases = [{ id = '1', status = 's', models = { r = 'phase' } }, { id = '2', status = 't' }]\n";
    let fleet = loaded(text).fleet;
    let model = |phase: &str, one_off: Option<&str>| {
        let one_off = OneOff { model: one_off.map(str::to_owned), backend: None };
        let phase = PhaseId::new(phase).unwrap();
        fleet.model_under(&fleet.agents[0], Some(&phase), &one_off).map(str::to_owned)
    };
    assert_eq!(model("1", Some("once")).as_deref(), Some("phase"));
    assert_eq!(model("1", None).as_deref(), Some("phase"));
    assert_eq!(model("2", Some("once")).as_deref(), Some("once"));
    assert_eq!(model("2", None).as_deref(), Some("own"));
}

#[test]
fn an_override_that_names_no_agent_is_a_warning_with_the_agent_that_was_meant() {
    let environment = Environment::default()
        .with("AGENT_MODEL_a", "huge")
        .with("AGENT_MODEL_b_2", "huge")
        .with("AGENT_BACKEND_tester", "one")
        .with("AGENT_MODEL_web", "huge");
    let text = format!("{FILE}[[service]]\nname = \"web\"\ncommand = \"serve\"\n");
    let loaded = load_text(&text, Path::new("/project/agents.toml"), &environment).unwrap();
    let said: Vec<String> = loaded.report(&environment).problems().iter().map(said_of).collect();
    let expected = [
        "AGENT_MODEL_b_2 overrides nothing: the config declares no agent `b_2` (did you mean `AGENT_MODEL_b-2`?)",
        "AGENT_MODEL_web overrides nothing: `web` is a service (unset it, or name an agent: a, b-2)",
        "AGENT_BACKEND_tester overrides nothing: the config declares no agent `tester` (unset it, or name an agent: a, b-2)",
    ];
    for line in expected {
        assert!(said.contains(&line.to_owned()), "{line} in {said:#?}");
    }
    assert!(!said.iter().any(|said| said.contains("AGENT_MODEL_a ")), "{said:#?}");
}

fn said_of(problem: &agents_config::Problem) -> String {
    format!("{} ({})", problem.message, problem.help.as_deref().unwrap_or_default())
}

#[test]
fn a_tmux_server_is_a_name_or_a_path() {
    let socket = |text: &str| {
        let head = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\n";
        loaded(&format!("{head}tmux_socket = \"{text}\"\n")).fleet.tmux_socket
    };
    assert_eq!(socket("mine"), Some(TmuxSocket::Name("mine".to_owned())));
    assert_eq!(socket("./s"), Some(TmuxSocket::Path("/project/s".into())));
    assert_eq!(socket("~/s"), Some(TmuxSocket::Path("/home/me/s".into())));
    assert_eq!(socket("/run/s"), Some(TmuxSocket::Path("/run/s".into())));
}
