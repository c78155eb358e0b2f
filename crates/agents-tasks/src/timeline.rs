//! When was each task at work? Rows for a terminal, and a picture.

use crate::report::{PhaseProgress, span};
use crate::{Manifest, Progress, TaskState, Work};

/// A bar for the terminal, with so many of so many cells filled.
#[must_use]
pub fn bar(over: usize, total: usize, cells: usize) -> String {
    let filled = (over * cells).checked_div(total).unwrap_or(cells);
    format!("[{}{}]", "#".repeat(filled), "-".repeat(cells - filled))
}

/// How far a phase is, in a row: its bar, its count, how long it took and how much longer it may take.
#[must_use]
pub fn progress_row(phase: &PhaseProgress) -> String {
    let elapsed = phase.elapsed_ms.map_or_else(String::new, |ms| format!(", {}", span(ms)));
    let left = phase.left_ms.map_or_else(String::new, |ms| format!(", about {} left", span(ms)));
    let bar = bar(phase.over, phase.total, 20);
    format!("{}: {bar} {} of {}{elapsed}{left}", phase.name, phase.over, phase.total)
}

/// The time that all tasks took together, from the first start to the last end, or to now; `None` before the first start.
fn extent(work: &Work, now_ms: i64) -> Option<(i64, i64)> {
    let from = work.tasks.iter().filter_map(|it| it.started_ms).min()?;
    let to = work.tasks.iter().filter_map(|it| lived(it, now_ms)).map(|(_, to)| to).max()?;
    Some((from, to.max(from + 1)))
}

/// From its first start to its end, or to now.
fn lived(it: &Progress, now_ms: i64) -> Option<(i64, i64)> {
    let from = it.started_ms?;
    let is_at_work = it.state.is_under_way() || it.state.is_waiting();
    let to = if is_at_work { now_ms } else { it.ended_ms.unwrap_or(now_ms) };
    Some((from, to.max(from)))
}

/// A row for each task: its name, when it was at work, and for how long. Empty before the first start.
#[must_use]
pub fn rows(manifest: &Manifest, work: &Work, now_ms: i64, cells: usize) -> Vec<String> {
    let Some((from, to)) = extent(work, now_ms) else { return Vec::new() };
    let name = manifest.tasks.iter().map(|task| task.id.as_str().len()).max().unwrap_or_default();
    let at = |ms: i64| cell(ms, (from, to), cells);
    let mut rows = vec![format!(
        "{:name$} |{:<cells$}| {}",
        "",
        "0",
        span(u64::try_from(to - from).unwrap_or_default())
    )];
    for (task, it) in manifest.tasks.iter().zip(&work.tasks) {
        let (drawn, told) = match lived(it, now_ms) {
            None => (" ".repeat(cells), it.state.word().to_owned()),
            Some((began, ended)) => {
                let first = at(began).min(cells.saturating_sub(1));
                let last = at(ended).clamp(first + 1, cells.max(first + 1));
                let drawn = mark(it.state).repeat(last - first);
                let took = span(u64::try_from(ended - began).unwrap_or_default());
                let rest = cells.saturating_sub(last);
                let drawn = format!("{}{drawn}{}", " ".repeat(first), " ".repeat(rest));
                (drawn, format!("{took}, {}", it.state.word()))
            }
        };
        rows.push(format!("{:name$} |{drawn}| {told}", task.id.as_str()));
    }
    rows
}

fn cell(ms: i64, (from, to): (i64, i64), cells: usize) -> usize {
    let (passed, whole) = (u128::try_from(ms - from), u128::try_from(to - from));
    let (passed, whole) = (passed.unwrap_or_default(), whole.unwrap_or(1).max(1));
    usize::try_from(passed * cells as u128 / whole).unwrap_or(cells)
}

fn mark(state: TaskState) -> &'static str {
    match state {
        TaskState::Complete | TaskState::PrOpen | TaskState::Merged => "#",
        TaskState::Running | TaskState::Pending | TaskState::Blocked => "=",
        TaskState::Stuck | TaskState::Error => "!",
        TaskState::Cancelled => "-",
    }
}

const ROW: usize = 24;
const LEFT: usize = 190;
const WIDTH: usize = 720;

/// The same as a picture: SVG, which needs nothing beside itself. `clock` says a moment of the wall clock for people.
#[must_use]
pub fn svg(
    name: &str,
    manifest: &Manifest,
    work: &Work,
    (now_ms, clock): (i64, &dyn Fn(i64) -> String),
) -> String {
    let height = (manifest.tasks.len() + 2) * ROW + 10;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{height}\" viewBox=\"0 0 {0} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{1}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        LEFT + WIDTH + 20,
        escaped(name)
    );
    let Some((from, to)) = extent(work, now_ms) else {
        return svg + "<text x=\"10\" y=\"20\">no task has begun yet</text>\n</svg>\n";
    };
    svg += &format!(
        "<text x=\"{LEFT}\" y=\"16\">{}</text>\n<text x=\"{}\" y=\"16\" text-anchor=\"end\">{}</text>\n",
        escaped(&clock(from)),
        LEFT + WIDTH,
        escaped(&clock(to))
    );
    for (row, (task, it)) in manifest.tasks.iter().zip(&work.tasks).enumerate() {
        let y = (row + 1) * ROW + 6;
        svg += &format!("<text x=\"10\" y=\"{}\">{}</text>\n", y + 14, escaped(task.id.as_str()));
        let Some((began, ended)) = lived(it, now_ms) else { continue };
        let (x, end) = (cell(began, (from, to), WIDTH), cell(ended, (from, to), WIDTH));
        let took = span(u64::try_from(ended - began).unwrap_or_default());
        let title = if task.title.is_empty() { task.id.as_str() } else { task.title.as_str() };
        svg += &format!(
            "<rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"3\" fill=\"{}\"><title>{}: {}, {took}, attempts: {}</title></rect>\n",
            LEFT + x,
            end.saturating_sub(x).max(2),
            ROW - 6,
            colour(it.state),
            escaped(title),
            it.state.word(),
            it.attempt
        );
    }
    svg + "</svg>\n"
}

fn colour(state: TaskState) -> &'static str {
    match state {
        TaskState::Complete | TaskState::PrOpen | TaskState::Merged => "#2e8b57",
        TaskState::Running | TaskState::Pending | TaskState::Blocked => "#4682b4",
        TaskState::Stuck | TaskState::Error => "#b22222",
        TaskState::Cancelled => "#999999",
    }
}

/// Text of others between tags. Control characters have no place in XML.
fn escaped(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
