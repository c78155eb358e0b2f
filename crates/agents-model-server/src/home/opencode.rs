//! What does opencode need in its home?

use serde_json::json;

use super::{Leave, Order, Ways};
use crate::ServerError;

pub(super) fn settle(order: &Order) -> Result<Ways, ServerError> {
    let word = match order.leave {
        Leave::Asks => "ask",
        Leave::Never => "allow",
    };
    let model = json!({"name": "Mock 1", "tool_call": true, "reasoning": true,
        "limit": {"context": 128_000, "output": 8192}});
    let provider = json!({"npm": "@ai-sdk/openai-compatible", "name": "Mock",
        "options": {"baseURL": format!("{}/v1", order.origin), "apiKey": "sk-fake"},
        "models": {"mock-1": model}});
    let config = json!({"autoupdate": false, "share": "disabled", "model": "mock/mock-1",
        "small_model": "mock/mock-1", "enabled_providers": ["mock"],
        "permission": {"bash": word, "edit": word, "external_directory": word}, "provider": {"mock": provider}});
    order.write(".config/opencode/opencode.json", &config.to_string())?;
    let env = vec![
        ("OPENCODE_DISABLE_AUTOUPDATE", "1".to_owned()),
        ("OPENCODE_DISABLE_MODELS_FETCH", "1".to_owned()),
        ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1".to_owned()),
        ("OPENCODE_DISABLE_DEFAULT_PLUGINS", "1".to_owned()),
    ];
    Ok(Ways { env, flags: Vec::new() })
}
