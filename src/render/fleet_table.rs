//! How is the fleet view shown to a person? As a table, cut to the terminal, with what needs a look in colour.

use crate::render::row::one_line;
use agents_decide::sentence::span;
use agents_watchdog::notify::Untold;
use agents_watchdog::view::{
    ConfigStanding, Declared, FleetView, MemberView, PhaseView, State, WatchdogState,
};
use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Local, Utc};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

#[cfg(test)]
mod tests;

/// The heads of the columns, and their least widths: those of the original, then ours.
const COLUMNS: [(&str, usize); 9] = [
    ("AGENT", 14),
    ("KIND", 11),
    ("BACKEND", 9),
    ("MODEL", 20),
    ("WATCH", 10),
    ("STATE", 8),
    ("SINCE", 8),
    ("RESTARTS", 8),
    ("WAITING FOR", 0),
];
/// The place of STATE among the columns.
const STATE: usize = 5;

const GOOD: Style = AnsiColor::Green.on_default();
const WAITS: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const PLAIN: Style = Style::new();
const HEAD: Style = Style::new().bold();

/// The width of the terminal on standard output; `None` when it is a pipe or a file.
pub fn terminal_width() -> Option<usize> {
    use std::io::IsTerminal as _;
    let out = std::io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&out).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// The fleet view as text; rows are cut to `width` columns where there is one, and what is wrong is said in full.
pub fn of(view: &FleetView, width: Option<usize>) -> String {
    let mut lines: Vec<Line> = Vec::new();
    lines.extend(view.phase.as_ref().map(phase));
    // What waits for a person is what a person looks for.
    let mut members: Vec<&MemberView> = view.members().collect();
    members.sort_by_key(|member| !member.needs_person());
    let mut rows: Vec<Row> = members.into_iter().map(row).collect();
    rows.push(watchdog_row(view));
    lines.extend(table(&rows, width));
    lines.extend(view.undeclared.iter().map(|found| {
        let text = format!(
            " undeclared: session {} of {} runs; `agents down --undeclared` ends it",
            found.session, found.name
        );
        Line::whole(text, WAITS)
    }));
    let troubles = troubles(view).into_iter().map(|line| line.text(None));
    let lines: Vec<String> = troubles.chain(lines.iter().map(|line| line.text(width))).collect();
    lines.join("\n")
}

/// What keeps the fleet from being looked after, a line each.
fn troubles(view: &FleetView) -> Vec<Line> {
    let neighbour = view.neighbour.as_ref().map(|neighbour| neighbour.problem.clone());
    let config = match view.config_standing {
        ConfigStanding::Mended => {
            "config: mended since, the last good one stays in force until it is read"
        }
        ConfigStanding::Untrusted => "config: not trusted, the last good one stays in force",
        ConfigStanding::Unstartable => "config: not trusted, `agents up` would be refused",
        ConfigStanding::Broken => "config: BROKEN, the last good one stays in force",
    };
    let told = [
        ("names: another fleet has them, and nothing of this one runs", &neighbour),
        ("store: nothing is done", &view.store_problem),
        (config, &view.config_problem),
        ("tmux: cannot be asked", &view.tmux_problem),
    ];
    let told = told.into_iter().filter_map(|(head, problem)| Some((head, problem.as_ref()?)));
    let told = told.map(|(head, problem)| format!(" {head}: {problem}"));
    let texts = told.chain(view.untold.iter().map(untold));
    texts.map(|text| Line::whole(text, BAD)).collect()
}

fn untold(untold: &Untold) -> String {
    let clock = |time: &DateTime<Utc>| time.with_timezone(&Local).format("%H:%M:%S").to_string();
    let next = untold.next_try.as_ref().map_or_else(
        || "not tried again before something else is to be told".to_owned(),
        |next| format!("the next try is due at {}", clock(next)),
    );
    let (events, tries) = (untold.events, untold.tries);
    format!(
        " notify: {} could not be told of {events} event{}, in {tries} tr{} since {}: {}; {next}",
        untold.target,
        if events == 1 { "" } else { "s" },
        if tries == 1 { "y" } else { "ies" },
        clock(&untold.since),
        untold.reason,
    )
}

fn phase(phase: &PhaseView) -> Line {
    let place = phase.index.map_or_else(|| "?".to_owned(), |index| (index + 1).to_string());
    let plan = match phase.plan.as_deref() {
        None => "?",
        Some("") => "-",
        Some(plan) => plan,
    };
    let state = if phase.complete {
        "sequence complete".to_owned()
    } else if let Some(from) = &phase.moving_from {
        format!("coming from {from}")
    } else if let Some(by) = &phase.advances_by {
        format!(
            "DONE, agents at work may finish until {}",
            by.with_timezone(&Local).format("%H:%M:%S")
        )
    } else if phase.done == Some(true) {
        "DONE".to_owned()
    } else {
        "in progress".to_owned()
    };
    Line::whole(format!(" phase: {} [{place}/{}] plan={plan} ({state})", phase.id, phase.of), PLAIN)
}

/// The cells of one member.
struct Row {
    cells: [String; COLUMNS.len()],
    style: Style,
}

fn row(member: &MemberView) -> Row {
    let [kind, backend, model, watch] = match &member.declared {
        Declared::Agent { kind, backend, model, watch } => [
            kind.as_str().to_owned(),
            backend.to_string(),
            model.clone().unwrap_or_else(|| "default".to_owned()),
            watch.as_str().to_owned(),
        ],
        Declared::Service => ["service", "-", "-", "-"].map(str::to_owned),
    };
    let since = member.since.map_or_else(|| "-".to_owned(), |since| span(since.ago.as_secs()));
    let remark = || member.remark.as_ref().map(|remark| format!("({remark})"));
    let waiting_for = one_line(&member.waiting_for.clone().or_else(remark).unwrap_or_default());
    let (state, style) = state(member);
    let restarts = member.restarts.to_string();
    Row {
        cells: [
            member.name.clone(),
            kind,
            backend,
            model,
            watch,
            state,
            since,
            restarts,
            waiting_for,
        ],
        style,
    }
}

/// The state in the original's words where it had one, and how it is to look.
fn state(member: &MemberView) -> (String, Style) {
    let (word, style) = match member.state {
        State::Running => ("RUNNING", GOOD),
        State::Stopped if member.enabled && member.should_run => ("stopped", PLAIN),
        State::Stopped | State::Ended => (member.state.as_str(), Style::new().dimmed()),
        State::Starting | State::Stopping | State::Restarting => (member.state.as_str(), WAITS),
        State::Limited => ("LIMITED", WAITS),
        State::Unknown => ("UNKNOWN", WAITS),
        State::Failed => ("FAILED", BAD),
        State::Parked => ("PARKED", BAD),
        State::WaitingInput => ("ASKS", BAD),
        State::Stalled => ("STALLED", BAD),
        State::Missing => ("MISSING", BAD),
    };
    let mut text = word.to_owned();
    if let Some(command) = &member.command {
        text.push_str(&format!(" [{}]", one_line(command)));
    }
    if let Some(doing) = member.doing.as_ref().filter(|_| member.state == State::Running) {
        text.push_str(&format!(" {}", doing.stand.as_str()));
    }
    if !member.enabled {
        text.push_str(" (disabled)");
    }
    (text, style)
}

fn watchdog_row(view: &FleetView) -> Row {
    let watchdog = view.watchdog;
    let (state, style) = match watchdog.state {
        WatchdogState::Running => ("RUNNING", GOOD),
        WatchdogState::Stopped if watchdog.died => ("DIED", BAD),
        WatchdogState::Stopped => ("stopped", PLAIN),
        WatchdogState::Stale => ("STALE", BAD),
    };
    let age = watchdog.last_tick.map(|age| format!("last look {} ago", span(age.as_secs())));
    let said = match (watchdog.state, age) {
        (WatchdogState::Running, age) => age.unwrap_or_default(),
        (WatchdogState::Stopped, _) if watchdog.died => {
            "nobody ended it: `agents up watchdog`; until then nothing is restarted".to_owned()
        }
        (WatchdogState::Stopped, _) if view.members().any(MemberView::runs) => {
            "`agents up watchdog`; until then nothing is restarted".to_owned()
        }
        (WatchdogState::Stopped, _) => String::new(),
        (WatchdogState::Stale, age) => {
            let pid = watchdog.pid.map_or_else(String::new, |pid| format!(" process {pid};"));
            format!("a sign of life of{pid} {}", age.unwrap_or_default())
        }
    };
    let [service, none, dash] = ["service", "-", "-"].map(str::to_owned);
    let cells = [
        "watchdog".to_owned(),
        service,
        none,
        dash.clone(),
        dash.clone(),
        state.to_owned(),
        dash.clone(),
        dash,
        said,
    ];
    Row { cells, style }
}

fn table(rows: &[Row], room: Option<usize>) -> Vec<Line> {
    let filled = |at: usize| rows.iter().map(|row| row.cells[at].width()).max().unwrap_or(0);
    let tight = |at: usize| filled(at).max(COLUMNS[at].0.width());
    let usual = |at: usize| tight(at).max(COLUMNS[at].1);
    let mut widths: Vec<usize> = (0..COLUMNS.len()).map(usual).collect();
    let whole = widths.iter().sum::<usize>() + widths.len() - 1;
    if room.is_some_and(|room| room < whole) {
        // The words matter more than the usual places of the columns.
        widths = (0..COLUMNS.len()).map(tight).collect();
    }
    let heads = COLUMNS.map(|(head, _)| head.to_owned());
    let head = Line::of_cells(&heads, &widths, |_| HEAD);
    let rows = rows.iter().map(|row| {
        Line::of_cells(&row.cells, &widths, |at| if at == STATE { row.style } else { PLAIN })
    });
    std::iter::once(head).chain(rows).collect()
}

/// A line in parts, each with its look, so that it can be cut before it is coloured.
struct Line(Vec<(String, Style)>);

impl Line {
    fn whole(text: String, style: Style) -> Self {
        Self(vec![(one_line(&text), style)])
    }

    fn of_cells(cells: &[String], widths: &[usize], style: impl Fn(usize) -> Style) -> Self {
        let mut parts: Vec<(String, Style)> = Vec::new();
        let last = cells.iter().rposition(|cell| !cell.is_empty()).unwrap_or(0);
        for (at, cell) in cells.iter().enumerate().take(last + 1) {
            let gap = if at == last { 0 } else { widths[at].saturating_sub(cell.width()) + 1 };
            parts.push((cell.clone(), style(at)));
            parts.push((" ".repeat(gap), PLAIN));
        }
        Self(parts)
    }

    fn text(&self, width: Option<usize>) -> String {
        let whole: usize = self.0.iter().map(|(text, _)| text.width()).sum();
        let mut room = width.filter(|width| *width < whole).map(|width| width.saturating_sub(1));
        let mut out = String::new();
        for (text, style) in &self.0 {
            let (shown, is_cut) = match &mut room {
                None => (text.clone(), false),
                Some(room) => cut(text, room),
            };
            if *style == PLAIN {
                out.push_str(&shown);
            } else {
                out.push_str(&format!("{style}{shown}{style:#}"));
            }
            if is_cut {
                out.push('…');
                break;
            }
        }
        out
    }
}

/// The beginning of the text that fits into the room that is left.
fn cut(text: &str, room: &mut usize) -> (String, bool) {
    let mut shown = String::new();
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if width > *room {
            return (shown, true);
        }
        *room -= width;
        shown.push(c);
    }
    (shown, false)
}
