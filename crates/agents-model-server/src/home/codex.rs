//! What does codex need in its home?

use std::fmt::Write as _;

use super::{Leave, Order, Ways};
use crate::ServerError;

pub(super) fn settle(order: &Order) -> Result<Ways, ServerError> {
    let (policy, sandbox) = match order.leave {
        Leave::Asks => ("on-request", "workspace-write"),
        Leave::Never => ("never", "danger-full-access"),
    };
    let mut config = format!(
        r#"model = "mock-1"
model_provider = "mock"
check_for_update_on_startup = false
approval_policy = "{policy}"
sandbox_mode = "{sandbox}"

[model_providers.mock]
name = "Mock"
base_url = "{}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 3
stream_idle_timeout_ms = 20000

# After a usage limit codex would open a menu, and text typed at a menu chooses an entry.
[notice]
hide_rate_limit_model_nudge = true

[analytics]
enabled = false

[feedback]
enabled = false

# The background server would outlive the pane and go on working.
[features]
enable_request_compression = false
daemon_auto_start = false
# They fetch lists of plugins from elsewhere.
plugins = false
apps = false

# One of the tips is fetched from elsewhere.
[tui]
show_tooltips = false
"#,
        order.origin
    );
    for project in order.real_projects() {
        // JSON's quotes are TOML's basic strings, for every path that is text.
        let project = serde_json::Value::String(project);
        // Writing to a `String` cannot fail.
        let _ = write!(config, "\n[projects.{project}]\ntrust_level = \"trusted\"\n");
    }
    order.write(".codex/config.toml", &config)?;
    Ok(Ways { env: vec![("OPENAI_API_KEY", "sk-fake".to_owned())], flags: Vec::new() })
}
