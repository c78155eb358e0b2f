//! Is a usage limit held, and the work resumed at its end?

use std::time::Duration;

use agents_model_server::{Account, Cli, Leave};

use crate::for_each_cli;
use crate::stage::Stage;

/// The plan's window ends 90 s after it was met: until then nobody restarts or nudges; then the agent works again.
fn short(cli: Cli) {
    let stage =
        Stage::paid(cli, Leave::Never, Account::Subscription, "MOCK:usage:90 the work of today");
    stage.begin("the work of today");
    stage.until("the limit is seen", || stage.state() == "limited");
    assert_eq!(stage.restarts(), 0, "{cli:?}");
    let works = || stage.screen().contains("All done.");
    stage.until_within(Duration::from_secs(420), "it works again after the reset", works);
    stage.until("it is no longer limited", || stage.state() != "limited");
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

for_each_cli!(short:
    codex_goes_on_after_its_limit => Codex,
    claude_goes_on_after_its_limit => Claude,
    pi_goes_on_after_its_limit => Pi,
);
