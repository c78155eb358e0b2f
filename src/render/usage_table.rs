//! How is shown what the agents' conversations used?

use agents_records::Totals;
use serde_json::{Value, json};

use crate::render::row::one_line;
use crate::usage::{Usage, Used};

/// The heads of the columns, and their least widths: those of the fleet's table where it has them, too.
const COLUMNS: [(&str, usize); 8] = [
    ("AGENT", 14),
    ("TURNS", 5),
    ("FAILED", 6),
    ("TOOLS", 5),
    ("TOKENS IN", 10),
    ("OUT", 8),
    ("CACHED", 10),
    ("COST", 8),
];

/// A table with a row for each agent; a `+` marks sums of a record that is longer than what was read.
pub fn of(usage: &[Usage]) -> String {
    let mut lines = vec![line(COLUMNS.map(|(head, _)| head.to_owned()))];
    lines.extend(usage.iter().map(|usage| {
        let name = usage.agent.as_str();
        match &usage.found {
            Ok(used) => line(cells(name, used)),
            Err(why) => format!("{name:<14} - ({})", one_line(why)),
        }
    }));
    lines.join("\n")
}

fn cells(name: &str, used: &Used) -> [String; COLUMNS.len()] {
    let Totals { turns, failed_turns, tool_calls, usage, .. } = used.totals;
    let more = if used.is_partial { "+" } else { "" };
    let cached = usage.cache_read.saturating_add(usage.cache_written);
    let dollars = usage.dollars.map_or_else(|| "-".to_owned(), |dollars| format!("${dollars:.2}"));
    [
        name.to_owned(),
        format!("{turns}{more}"),
        failed_turns.to_string(),
        tool_calls.to_string(),
        usage.input.to_string(),
        usage.output.to_string(),
        cached.to_string(),
        dollars,
    ]
}

fn line(cells: [String; COLUMNS.len()]) -> String {
    let cells = cells.iter().zip(COLUMNS);
    let padded: Vec<String> = cells.map(|(cell, (_, width))| format!("{cell:<width$}")).collect();
    padded.join(" ").trim_end().to_owned()
}

/// The same for programs: what stands beside an agent in `agents.status/1`.
pub fn json(usage: &Usage) -> Value {
    match &usage.found {
        Ok(used) => json!({
            "conversation": used.conversation,
            "totals": used.totals,
            "partial": used.is_partial,
            "problem": null,
        }),
        Err(why) => json!({
            "conversation": null,
            "totals": null,
            "partial": false,
            "problem": why,
        }),
    }
}
