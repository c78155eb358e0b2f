//! What does qwen need in its home?

use serde_json::json;

use super::{Order, Ways, gemini};
use crate::ServerError;

pub(super) fn settle(order: &Order) -> Result<Ways, ServerError> {
    // Its memory keeper is an agent of its own that works on after each turn.
    let memory = json!({"enableManagedAutoMemory": false, "enableManagedAutoDream": false,
        "enableAutoSkill": false});
    let settings = json!({"security": {"auth": {"selectedType": "openai"},
            "folderTrust": {"enabled": false}},
        "general": {"enableAutoUpdate": false}, "privacy": {"usageStatisticsEnabled": false},
        // Another agent would guess the next prompt.
        "ui": {"enableFollowupSuggestions": false}, "memory": memory});
    order.write(".qwen/settings.json", &settings.to_string())?;
    let env = vec![
        ("OPENAI_API_KEY", "sk-fake".to_owned()),
        ("OPENAI_BASE_URL", format!("{}/v1", order.origin)),
        ("OPENAI_MODEL", "mock-1".to_owned()),
    ];
    Ok(Ways { env, flags: vec!["--approval-mode", gemini::mode(order.leave)] })
}
