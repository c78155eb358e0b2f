//! Which fleet do stored states belong to?

use std::path::Path;
use std::sync::OnceLock;

use agents_config::{Environment, Fleet, load_text};

const TEXT: &str = r#"
[defaults]
session_prefix = "f-"
log_dir = "logs"
backend = "claude"
watch = "heal+stall"
[backend.claude]
preset = "claude"
[backend.plain]
bin = "plain"
active_re = "esc to interrupt"
limit_re = "limit reached"
fatal_re = "FATAL"
[[agent]]
name = "ann"
kind = "loop"
role = "builder"
[[agent]]
name = "ben"
kind = "loop"
role = "adversary"
[[agent]]
name = "cas"
backend = "plain"
prompt = "do the work"
wake = { interval = "30m", prompt_file = "wake.md" }
[[agent]]
name = "dot"
kind = "task"
prompt = "once"
[[service]]
name = "web"
command = "serve"
[loop]
kickoff_template = "kickoff.md"
roles_dir = "roles"
phases = [{ id = "one", status = "ONE.md" }, { id = "two", status = "TWO.md" }]
[loop.handoff]
repo = "."
branch = "main"
claim_pings = "ben"
review_pings = "ann"
claim_pattern = "^claim"
review_pattern = "^review"
"#;

/// A fleet with one of each: loop agents, an agent without a preset, a task, a service, phases and a handoff.
pub(super) fn fleet() -> &'static Fleet {
    static FLEET: OnceLock<Fleet> = OnceLock::new();
    FLEET.get_or_init(|| {
        let path = Path::new("/project/agents.toml");
        match load_text(TEXT, path, &Environment::without_overrides()) {
            Ok(loaded) => loaded.fleet,
            Err(error) => panic!("{}", error.report(false)),
        }
    })
}
