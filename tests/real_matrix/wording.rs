//! Which texts does a person send that a terminal, a composer or the proof of a submit could trip over?

/// A message, and what the model is to be asked for it.
pub struct Sent {
    mark: String,
    text: String,
}

/// The n-th message: twenty kinds in turn, each with a mark that no other holds.
pub fn wording(n: usize) -> Sent {
    let mark = format!("q{n:03}q");
    let text = match n % 20 {
        0 => format!("one 'quoted' \"line\" `tick` $HOME \\n %s #{{pane_id}} {mark}"),
        1 => format!("three lines {mark}\n\n    the third with \"quotes\" and a step in"),
        2 => format!("{mark} é ü 日本語 🙂 — ﬁ Ω ≠"),
        3 => format!("MOCK:slow:3 {mark} work that takes a while"),
        4 => format!("/srv/{mark}/notes.txt is the file that this is about"),
        5 => format!("!{mark} is important"),
        6 if n % 40 == 6 => format!("a · b · {mark} has the dots of a footer"),
        6 => format!("# {mark} looks like a heading"),
        7 => format!("@{mark} looks like somebody's name"),
        8 => format!("ends with empty lines {mark}\n\n\n"),
        9 => format!("ends with a semicolon {mark};"),
        10 => format!("ends with a backslash {mark} \\"),
        11 => long(&mark, 74),
        12 => format!("look at @{mark}"),
        13 => format!("1. {mark} looks like the entry of a menu, as 2 and 3 and 1234567890 do"),
        14 => format!(
            "the same beginning of more than forty letters as all others of its kind {mark}"
        ),
        15 => format!("{mark} the same end of more than forty letters as all others of its kind"),
        16 => mark.clone(),
        17 => format!("{mark} one line {}end", "of nearly two thousand letters ".repeat(60)),
        18 => (0..19).map(|row| format!("row {row} of {mark}\n")).collect(),
        _ => format!("{mark} esc to interrupt; You've hit your usage limit, try again at 3 PM"),
    };
    Sent { mark, text }
}

fn long(mark: &str, lines: usize) -> String {
    let row = |n: usize| format!("    row {n} of {mark}: é ü \"say 'it'\" $(date) && <b> * 日本\n");
    (0..lines).map(row).collect()
}

impl Sent {
    pub fn mark(&self) -> &str {
        &self.mark
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is just that: empty lines at the end are no letters.
    pub fn is(&self, said: &str) -> bool {
        said.trim_end() == self.text.trim_end()
    }
}

/// What was said: a long text lies in a file that one line points at.
pub fn whole(said: &str) -> String {
    let file = said.split('`').nth(1).and_then(|it| it.strip_prefix("cat '")?.strip_suffix('\''));
    let file = file.filter(|_| said.starts_with("A message for you"));
    match file {
        Some(file) => std::fs::read_to_string(file).unwrap_or_default(),
        None => unwrapped(said).unwrap_or(said).to_owned(),
    }
}

/// claude puts a tag around a paste of many letters or rows.
fn unwrapped(said: &str) -> Option<&str> {
    let inner = said.trim().strip_prefix("<pasted_content id=\"")?.split_once("\">\n")?.1;
    Some(inner.rsplit_once("\n</pasted_content")?.0)
}
