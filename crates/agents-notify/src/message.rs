//! What is somebody told, and how does it read?

use agents_config::NotifyEvent;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Notice {
    /// Its number in the journal; the same at each try, so that a receiver can tell a repetition.
    pub id: u64,
    pub event: NotifyEvent,
    /// The agent or service; `None`: the fleet.
    pub about: Option<String>,
    /// A sentence, without the name.
    pub text: String,
    /// Wall clock, milliseconds since 1970.
    pub at_wall_ms: i64,
}

impl Notice {
    /// The notice on one row.
    #[must_use]
    pub fn row(&self) -> String {
        match &self.about {
            Some(name) => format!("{name}: {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// What goes out at once.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Message {
    /// Oldest first.
    pub notices: Vec<Notice>,
    /// How many more there were than are told.
    pub more: u64,
    /// A test that somebody asked for, and no event of the fleet.
    #[serde(default)]
    pub is_test: bool,
}

impl Message {
    /// One line that says whose message it is and what it is about.
    #[must_use]
    pub fn title(&self, fleet: &str) -> String {
        if self.is_test {
            return format!("{fleet}: test");
        }
        match (self.notices.as_slice(), self.more) {
            ([one], 0) => match &one.about {
                Some(name) => format!("{fleet}: {name}, {}", one.event.as_str()),
                None => format!("{fleet}: {}", one.event.as_str()),
            },
            (several, more) => format!("{fleet}: {} events", several.len() as u64 + more),
        }
    }

    /// All notices, a row each, in at most `limit` characters; what does not fit is counted.
    #[must_use]
    pub fn text(&self, limit: usize) -> String {
        let mut text = String::new();
        let mut left_out = self.more;
        for (at, notice) in self.notices.iter().enumerate() {
            let row = shortened(&notice.row(), LONGEST_ROW);
            let used = text.chars().count() + row.chars().count() + 1;
            // The first one is told in any case, cut if need be.
            if at > 0 && used + ROOM_TO_COUNT > limit {
                left_out += (self.notices.len() - at) as u64;
                break;
            }
            if at > 0 {
                text.push('\n');
            }
            text.push_str(&row);
        }
        if left_out > 0 {
            text = shortened(&text, limit.saturating_sub(ROOM_TO_COUNT));
            text.push_str(&format!("\nand {left_out} more; see `agents events`"));
        }
        shortened(&text, limit)
    }

    /// Whether any of it should wake somebody.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.notices.iter().any(|notice| notice.event.is_told_unasked())
    }
}

/// A row of an agent's screen can be as long as it likes.
const LONGEST_ROW: usize = 500;
/// What "and N more" takes.
const ROOM_TO_COUNT: usize = 60;

/// At most `limit` characters, the last of them `…` when something was cut off.
fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn notice(id: u64, about: Option<&str>, text: &str) -> Notice {
        Notice {
            id,
            event: NotifyEvent::Parked,
            about: about.map(str::to_owned),
            text: text.to_owned(),
            at_wall_ms: 0,
        }
    }

    fn message(count: u64, text: &str, more: u64) -> Message {
        let notices = (1..=count).map(|id| notice(id, Some("ann"), text)).collect();
        Message { notices, more, is_test: false }
    }

    #[test]
    fn one_event_is_named_and_several_are_counted() {
        assert_eq!(message(1, "x", 0).title("p-"), "p-: ann, parked");
        assert_eq!(message(2, "x", 12).title("p-"), "p-: 14 events");
        assert_eq!(message(2, "x", 0).text(1000), "ann: x\nann: x");
        assert_eq!(message(1, "x", 12).text(1000), "ann: x\nand 12 more; see `agents events`");
    }

    #[test]
    fn a_text_is_never_longer_than_its_limit_and_counts_what_it_leaves_out() {
        for (count, length, limit) in
            [(1, 10_000, 200), (40, 100, 2000), (3, 1, 100), (9, 600, 300)]
        {
            let text = message(count, &"ü".repeat(length), 0).text(limit);
            assert!(text.chars().count() <= limit, "{count} {length} {limit}: {text}");
        }
        let text = message(40, &"x".repeat(100), 5).text(2000);
        let told = text.lines().filter(|line| line.starts_with("ann")).count();
        assert!(text.ends_with(&format!("and {} more; see `agents events`", 45 - told)), "{text}");
    }
}
