//! What does claude need in its home?

use serde_json::{Map, Value, json};

use super::{Account, Leave, Order, Ways};
use crate::ServerError;

const KEY: &str = "sk-ant-fake-key-000000000000000000000000";

pub(super) fn settle(order: &Order) -> Result<Ways, ServerError> {
    let trusted = json!({"hasTrustDialogAccepted": true, "hasCompletedProjectOnboarding": true});
    let projects: Map<String, Value> =
        order.real_projects().map(|path| (path, trusted.clone())).collect();
    // Without the first entry it looks for its vendor at start, and ends when it finds none.
    let state = json!({"hasCompletedOnboarding": true, "lastOnboardingVersion": "2.1.330",
        "numStartups": 3, "autoUpdates": false, "bypassPermissionsModeAccepted": true,
        // It knows an approved key by its end.
        "customApiKeyResponses": {"approved": [KEY[KEY.len() - 20..]], "rejected": []},
        "projects": projects});
    order.write(".claude.json", &state.to_string())?;
    let settings = json!({"theme": "dark", "skipDangerousModePermissionPrompt": true});
    order.write(".claude/settings.json", &settings.to_string())?;
    let (secret, value) = match order.account {
        Account::Key => ("ANTHROPIC_API_KEY", KEY),
        Account::Subscription => {
            ("CLAUDE_CODE_OAUTH_TOKEN", "sk-ant-oat01-fake-000000000000000000")
        }
    };
    let mut env = vec![("ANTHROPIC_BASE_URL", order.origin.clone()), (secret, value.to_owned())];
    for switch in [
        "DISABLE_AUTOUPDATER",
        "DISABLE_TELEMETRY",
        "DISABLE_ERROR_REPORTING",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
        // That shop is fetched from elsewhere.
        "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL",
        // Without it, root may not do without questions.
        "IS_SANDBOX",
    ] {
        env.push((switch, "1".to_owned()));
    }
    let flags = match order.leave {
        Leave::Asks => vec!["--permission-mode", "manual"],
        Leave::Never => vec!["--dangerously-skip-permissions"],
    };
    Ok(Ways { env, flags })
}
