//! How does a manifest look as a graph?

use std::fmt::Write as _;

use crate::Manifest;
use crate::order::{Why, edges};

/// The graph in the DOT language: an arrow leads from a task to one that waits for it, a dashed line joins two that
/// write to the same files and run one after the other.
#[must_use]
pub fn dot(manifest: &Manifest) -> String {
    let mut text = String::from("digraph tasks {\n  rankdir=LR;\n  node [shape=box];\n");
    for (phase, it) in manifest.phases.iter().enumerate() {
        let _ = writeln!(text, "  subgraph cluster_{phase} {{\n    label={};", quoted(&it.name));
        for task in manifest.tasks.iter().filter(|task| task.phase == phase) {
            let label = if task.title.is_empty() {
                task.id.to_string()
            } else {
                format!("{}: {}", task.id, task.title)
            };
            let _ = writeln!(text, "    {} [label={}];", quoted(task.id.as_str()), quoted(&label));
        }
        text.push_str("  }\n");
    }
    for edge in edges(manifest) {
        let id = |place: usize| manifest.tasks.get(place).map_or("", |task| task.id.as_str());
        let (from, to) = (quoted(id(edge.from)), quoted(id(edge.to)));
        let _ = match edge.why {
            Why::Depends => writeln!(text, "  {from} -> {to};"),
            Why::Files(file) => {
                writeln!(
                    text,
                    "  {from} -> {to} [dir=none, style=dashed, label={}];",
                    quoted(&file)
                )
            }
        };
    }
    text.push_str("}\n");
    text
}

/// A string of the DOT language. Control characters, which would end a line or mean something to a terminal, are blanks.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
