//! What does gemini need in its home?

use serde_json::json;

use super::{Leave, Order, Ways};
use crate::ServerError;

pub(super) fn settle(order: &Order) -> Result<Ways, ServerError> {
    let settings = json!({"security": {"auth": {"selectedType": "gemini-api-key"},
            "folderTrust": {"enabled": false}},
        "general": {"enableAutoUpdate": false, "enableAutoUpdateNotification": false}, "privacy": {"usageStatisticsEnabled": false}});
    order.write(".gemini/settings.json", &settings.to_string())?;
    let env = vec![
        ("GEMINI_API_KEY", "fake".to_owned()),
        ("GOOGLE_GEMINI_BASE_URL", order.origin.clone()),
        ("GEMINI_CLI_TRUST_WORKSPACE", "true".to_owned()),
    ];
    Ok(Ways { env, flags: vec!["--approval-mode", mode(order.leave)] })
}

/// qwen, a fork, has the same modes.
pub(super) fn mode(leave: Leave) -> &'static str {
    match leave {
        Leave::Asks => "default",
        Leave::Never => "yolo",
    }
}
