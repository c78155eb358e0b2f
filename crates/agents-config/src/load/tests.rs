use std::path::Path;

use super::*;

const EXAMPLE: &str = include_str!("../../../../agents.example.toml");

#[test]
fn the_example_loads_without_a_warning() {
    let loaded = load_text(EXAMPLE, Path::new("/project/agents.toml"), &Environment::default());
    let loaded = loaded.unwrap_or_else(|error| panic!("{}", error.report(false)));
    assert_eq!(loaded.warnings.render(false), "");
    assert!(loaded.fleet.tmux_socket.is_some(), "the example must leave the user's server alone");
    let loops = loaded.fleet.agents.iter().filter(|agent| agent.kind == crate::Kind::Loop);
    assert_eq!(loops.filter(|agent| agent.backend.as_str() == "demo").count(), 2);
}
