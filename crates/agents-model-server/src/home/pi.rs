//! What does pi need in its home?

use serde_json::json;

use super::{Order, Ways};
use crate::ServerError;

pub(super) fn settle(order: &Order) -> Result<Ways, ServerError> {
    let model = json!({"id": "mock-1", "name": "Mock 1", "reasoning": true,
        "contextWindow": 128_000, "maxTokens": 8192});
    let models = json!({"providers": {"mock": {"baseUrl": format!("{}/v1", order.origin),
        "api": "openai-completions", "apiKey": "sk-fake", "models": [model]}}});
    order.write(".pi/agent/models.json", &models.to_string())?;
    let settings = json!({"defaultProvider": "mock", "defaultModel": "mock-1",
        "defaultProjectTrust": "always", "enableInstallTelemetry": false});
    order.write(".pi/agent/settings.json", &settings.to_string())?;
    let switches = ["PI_OFFLINE", "PI_SKIP_VERSION_CHECK"].map(|name| (name, "1".to_owned()));
    let mut env = switches.to_vec();
    env.push(("PI_TELEMETRY", "0".to_owned()));
    Ok(Ways { env, flags: Vec::new() })
}
