//! Is a provider's trouble taken for what it is: no crash, no limit?

use agents_model_server::{Cli, Leave};

use crate::for_each_cli;
use crate::stage::Stage;

/// Trouble that passes after two tries: the CLI tries again by itself, and nobody restarts it meanwhile.
fn passing(cli: Cli) {
    for scenario in ["500:2", "overloaded:2", "cut:1"] {
        let stage = Stage::of(cli, Leave::Never, &format!("MOCK:{scenario} the work of today"));
        stage.begin("the work of today");
        stage.until("the trouble has passed", || {
            stage.screen().contains("All done.") && stage.state() == "idle"
        });
        assert_eq!(stage.restarts(), 0, "{cli:?} {scenario}");
        stage.agents(&["down"]).ends_with(0);
    }
}

for_each_cli!(passing:
    codex_outlasts_trouble => Codex,
    claude_outlasts_trouble => Claude,
    pi_outlasts_trouble => Pi,
);
