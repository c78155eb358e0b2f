//! The `[agent.pilot]` tables, with what they inherit.

use std::time::Duration;

use agents_names::AgentName;

use super::agents::Inherited;
use crate::picker::Picker;
use crate::raw::{RawAgent, RawDefaults};
use crate::value::{CommandWords, Count, Filled, Interval, Seconds, Whole};
use crate::{Analyzer, Pilot, PilotMode};

/// The agent's pilot, else that of `[defaults]`.
pub(super) fn pilot(
    name: &AgentName,
    raw: &RawAgent,
    defaults: &RawDefaults,
    picker: &mut Picker<'_, '_>,
) -> Option<Pilot> {
    let layers = Inherited::of(raw.pilot.table.as_ref(), defaults.pilot.table.as_ref())?;
    let raw = layers.table;
    let key = |key: &str| format!("agent.{name}.pilot.{key}");
    let seconds = Duration::from_secs;
    let standard = Filled(Pilot::PROMPT.to_owned());
    let prompt = picker.pick_or(key("prompt"), &layers.layers(&raw.prompt), standard).0;
    let most = picker.pick_or(key("max_continue"), &layers.layers(&raw.max_continue), Whole(5));
    let threshold = Interval(seconds(10));
    let idle = layers.layers(&raw.idle_threshold);
    let pause = layers.layers(&raw.cooldown);
    let codex = CommandWords(vec!["codex".to_owned()]);
    let asked = layers.layers(&raw.analyzer);
    let rows = layers.layers(&raw.history_lines);
    let limit = layers.layers(&raw.timeout);
    Some(Pilot {
        mode: picker.pick_or(key("mode"), &layers.layers(&raw.mode), PilotMode::Rule),
        enabled: picker.pick_or(key("enabled"), &layers.layers(&raw.enabled), true),
        // What is typed is one line: a second one would be submitted by its own end.
        prompt: prompt.split_whitespace().collect::<Vec<_>>().join(" "),
        max_continue: most.0,
        idle_threshold: picker.pick_or(key("idle_threshold"), &idle, threshold).0,
        cooldown: picker.pick_or(key("cooldown"), &pause, Seconds(seconds(30))).0,
        dry_run: picker.pick_or(key("dry_run"), &layers.layers(&raw.dry_run), false),
        analyzer: Analyzer::of(picker.pick_or(key("analyzer"), &asked, codex).0),
        history_lines: picker.pick_or(key("history_lines"), &rows, Count(300)).0,
        timeout: picker.pick_or(key("timeout"), &limit, Interval(seconds(300))).0,
    })
}
