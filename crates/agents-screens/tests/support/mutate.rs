//! How can a screen change without a change of meaning?

use regex::Regex;

use super::Screen;

/// Random numbers from a seed: the same on every machine and in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(name: &str, round: u64) -> Self {
        // FNV-1a over the name, so that screens differ.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed ^ round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % count.max(1)
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn with_rows(screen: &Screen, rows: impl IntoIterator<Item = impl AsRef<str>>) -> Screen {
    let mut text = String::new();
    for row in rows {
        text.push_str(row.as_ref());
        text.push('\n');
    }
    Screen { rows: text, ..screen.clone() }
}

/// Drops rows at the top, as a longer history or a lower pane would.
pub fn scrolled(screen: &Screen, dice: &mut Dice) -> Option<Screen> {
    if is_overlaid(screen) {
        return None;
    }
    let rows: Vec<_> = screen.rows.lines().collect();
    let filled = rows.iter().filter(|row| !row.trim().is_empty()).count();
    let drop = dice.below(filled.saturating_sub(7));
    let first = rows.iter().enumerate().filter(|(_, row)| !row.trim().is_empty()).nth(drop)?.0;
    Some(with_rows(screen, &rows[first..]))
}

/// Whether a dialog lies over the middle of the screen: it does not scroll, and another pane draws it elsewhere.
fn is_overlaid(screen: &Screen) -> bool {
    let head = Regex::new(r"(?m)^ {6,}[A-Z][A-Za-z ]+ {4,}esc(/enter)?\b").unwrap();
    screen.preset == "opencode" && head.is_match(&screen.rows)
}

/// Draws the screen for another width: borders are cut or stretched, long rows are wrapped again.
pub fn rewrapped(screen: &Screen, dice: &mut Dice) -> Option<Screen> {
    // Two columns of text, drawn boxes and a killed frame cannot be wrapped row by row.
    let wrappable = !screen.rows.contains("• OpenCode")
        && !screen.rows.contains('│')
        && !screen.name.contains("crashed");
    if !wrappable || is_overlaid(screen) {
        return None;
    }
    let columns = *dice.pick(&[72, 76, 90, 100, 110, 120, 132, 160, 180, 220]);
    let mut rows = Vec::new();
    for row in screen.rows.lines() {
        let blank = row.chars().take_while(|c| *c == ' ').count();
        if is_border(row) {
            rows.push(stretched(row, columns));
        } else if blank > 30 {
            let text = row.trim();
            let left = columns.saturating_sub(text.chars().count() + 1);
            rows.push(format!("{}{text}", " ".repeat(left)));
        } else if row.contains("          ") {
            rows.push(squeezed(row, columns));
        } else {
            // A message of several rows hangs two columns in, behind its mark.
            let hangs = row.starts_with(['●', '✻', '✽', '✶', '✢', '❯', '•', '✦', '›']);
            rows.extend(wrapped(row, columns, if hangs { 2 } else { blank }));
        }
    }
    Some(Screen { columns, ..with_rows(screen, rows) })
}

fn is_border(row: &str) -> bool {
    let trimmed = row.trim();
    let borders = trimmed.chars().filter(|c| "─▀▄╌".contains(*c)).count();
    row.starts_with("──") || borders * 2 > trimmed.chars().count()
}

fn stretched(row: &str, columns: usize) -> String {
    let last = row.trim_end().chars().next_back().unwrap_or('─');
    let head: String = row.trim_end().trim_end_matches(last).to_owned();
    let head_columns = head.chars().count();
    format!("{head}{}", last.to_string().repeat(columns.saturating_sub(head_columns).max(4)))
}

/// Takes blanks out of the widest gap until the row fits.
fn squeezed(row: &str, columns: usize) -> String {
    let mut row = row.to_owned();
    while row.chars().count() > columns {
        let Some(at) = row.rfind("   ") else { break };
        row.remove(at);
    }
    row
}

fn wrapped(row: &str, columns: usize, indent: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut current = " ".repeat(row.len() - row.trim_start().len());
    let mut empty = true;
    for word in row.trim_start().split(' ') {
        let room = columns - 2;
        if !empty && current.chars().count() + 1 + word.chars().count() > room {
            rows.push(std::mem::replace(&mut current, " ".repeat(indent)));
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    rows.push(current.trim_end().to_owned());
    rows
}

/// Writes other times, durations, names of models and folders.
pub fn renamed(screen: &Screen, dice: &mut Dice) -> Option<Screen> {
    let mut rows = screen.rows.clone();
    let mut title = screen.title.clone();
    let clock = format!("{}:{:02}", 1 + dice.below(11), dice.below(60));
    rows =
        Regex::new(r"\b\d{1,2}:\d{2}\b").unwrap().replace_all(&rows, clock.as_str()).into_owned();
    let duration = *dice.pick(&["1s", "47s", "2m 3s", "1h 2m 3s", "14m 0s"]);
    rows = Regex::new(r"\b(for|in|\() ?(\d+)s\b")
        .unwrap()
        .replace_all(&rows, |found: &regex::Captures<'_>| {
            let gap = if &found[1] == "(" { "" } else { " " };
            format!("{}{gap}{duration}", &found[1])
        })
        .into_owned();
    let model =
        *dice.pick(&["gpt-7.2-codex high", "sonnet-9", "mock", "some/very-long-model-name-2027"]);
    let folder = *dice.pick(&["demo", "api", "my-project", "a"]);
    // Longer names would push a sidebar out of its column, which the program never does.
    if !rows.contains("• OpenCode") {
        rows = rows.replace("mock-1", model).replace("Mock 1", model);
        rows = rows.replace("/srv/demo", &format!("/home/dev/{folder}"));
    }
    if let Some(found) = title.find("demo") {
        title.replace_range(found..found + 4, folder);
    }
    let words = *dice.pick(&["Ruminating", "Finagling", "Compiling the parser", "X"]);
    rows = Regex::new(r"(Thinking|Razzmatazzing|Bootstrapping|Dilly-dallying)(…)")
        .unwrap()
        .replace_all(&rows, format!("{words}$2").as_str())
        .into_owned();
    Some(Screen { rows, title, ..screen.clone() })
}

/// What an answer may quote from the terminals of agents.
const QUOTES: &[&str] = &[
    "Working (3s • esc to interrupt)",
    "You've hit your usage limit. Upgrade to Pro or try again at 3:00 PM.",
    "You’ve hit your 5-hour limit · resets 12:37pm (UTC)",
    "5-hour limit reached · resets 3pm",
    "API Error: 529 overloaded, Retrying (2/3) in 4s... thinking",
    "API Error: Request rejected (429) · rate limit",
    "Error: 429: {\"message\":\"usage limit\"}",
    "■ You've hit your usage limit.",
    "● Usage limit reached · set to continue automatically at 12:37pm",
    "✻ Thinking… (2s · ↓ 46 tokens · esc to interrupt)",
    "Do you want to proceed?",
    "❯ 1. Yes",
    "› 1. Yes, proceed (y)",
    "2. No",
    "Press enter to confirm or esc to cancel",
    "Esc to cancel · Tab to amend",
    "Allow once   Allow always   Reject",
    "△ Permission required",
    "[retrying in 1h 29m attempt #1]",
    "■■⬝⬝ esc interrupt",
    "⠧ Working",
    "Usage limit reached for gemini-3.8-flash.",
    "To continue this session, run codex resume",
    "Reconnecting... 3/3 (2s • esc to interrupt)",
    "exceeded retry limit, last status: 429 Too Many Requests",
];

/// Lets the answer above the composer quote such rows.
pub fn quoting(screen: &Screen, dice: &mut Dice) -> Option<Screen> {
    let (answer, indent) = match screen.preset.as_str() {
        "claude" => (r"^(● (mock|word|The|recall)|  (word|mock|That))", "  "),
        "codex" => (r"^(• (mock|word|The|recall)|  (word|mock|That|line))", "  "),
        "opencode" => (r"^     (word|mock|That|line)", "     "),
        "pi" => (r"^ (word|mock|That|line|thought|recall)", " "),
        "gemini" => (r"^(✦ |  (word|mock))", "  "),
        "qwen" => (r"^(  ◆|    (word|mock))", "    "),
        other => panic!("no shape of an answer for {other}"),
    };
    let answer = Regex::new(answer).unwrap();
    let rows: Vec<_> = screen.rows.lines().collect();
    let at = rows.iter().rposition(|row| answer.is_match(row))?;
    let deeper = *dice.pick(&["", "  ", "    "]);
    let count = 1 + dice.below(4);
    let mut changed: Vec<String> = rows[..at].iter().map(|row| (*row).to_owned()).collect();
    // The quotes stand inside the answer, which goes on after them.
    changed.push(rows[at].to_owned());
    for _ in 0..count {
        changed.push(format!("{indent}{deeper}{}", dice.pick(QUOTES)));
    }
    changed.push(format!("{indent}That is what the log says."));
    changed.extend(rows[at + 1..].iter().map(|row| (*row).to_owned()));
    Some(with_rows(screen, changed))
}

/// Adds blank rows beneath, and between the blank rows there are.
pub fn padded(screen: &Screen, dice: &mut Dice) -> Option<Screen> {
    let mut rows = Vec::new();
    for row in screen.rows.lines() {
        rows.push(row.to_owned());
        if row.is_empty() {
            rows.extend((0..dice.below(3)).map(|_| String::new()));
        }
    }
    rows.extend((0..dice.below(30)).map(|_| " ".repeat(dice.below(3))));
    Some(with_rows(screen, rows))
}

/// Writes plain quotes and blanks, and other frames of the spinners.
pub fn respelled(screen: &Screen, dice: &mut Dice) -> Option<Screen> {
    let braille = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏', '⣾'];
    let stars = ['✢', '✳', '✶', '✻', '✽'];
    let mut respell = |text: &str| -> String {
        text.chars()
            .map(|c| match c {
                '’' | '‘' => '\'',
                '\u{a0}' => ' ',
                c if braille.contains(&c) => *dice.pick(&braille),
                '✢' | '✳' | '✶' | '✽' => *dice.pick(&stars),
                c => c,
            })
            .collect()
    };
    Some(Screen { rows: respell(&screen.rows), title: respell(&screen.title), ..screen.clone() })
}
