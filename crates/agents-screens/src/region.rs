//! Which part of what was seen does a rule read?

use std::fmt;

/// A part of what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Region {
    /// The pane's title.
    Title,
    /// The foreground process.
    Process,
    /// All rows.
    Whole,
    /// The last rows that are not blank.
    Last(usize),
    /// The rows above the composer; with a number, the last of them.
    Above(Option<usize>),
    /// The composer's own rows, borders included.
    Composer,
    /// The rows beneath the composer.
    Below,
    /// What followed the last prompt, up to the composer, without furniture.
    Turn,
    /// What followed the last prompt or the last end of a turn, whichever is later.
    Open,
    /// The last message, error or result since the last prompt; the row that closes a turn is none.
    Block,
}

/// What a file may say, for messages.
pub(crate) const ALLOWED: &str = "`title`, `process`, `whole`, `last N`, `above`, `above N`, `composer`, `below`, `turn`, `open` or `block`";

impl Region {
    /// Reads a region as files write it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let name = words.next()?;
        let count = match words.next() {
            Some(word) => Some(word.parse::<usize>().ok().filter(|count| *count > 0)?),
            None => None,
        };
        if words.next().is_some() {
            return None;
        }
        match (name, count) {
            ("title", None) => Some(Self::Title),
            ("process", None) => Some(Self::Process),
            ("whole", None) => Some(Self::Whole),
            ("last", Some(count)) => Some(Self::Last(count)),
            ("above", count) => Some(Self::Above(count)),
            ("composer", None) => Some(Self::Composer),
            ("below", None) => Some(Self::Below),
            ("turn", None) => Some(Self::Turn),
            ("open", None) => Some(Self::Open),
            ("block", None) => Some(Self::Block),
            _ => None,
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title => formatter.write_str("title"),
            Self::Process => formatter.write_str("process"),
            Self::Whole => formatter.write_str("whole"),
            Self::Last(count) => write!(formatter, "last {count}"),
            Self::Above(None) => formatter.write_str("above"),
            Self::Above(Some(count)) => write!(formatter, "above {count}"),
            Self::Composer => formatter.write_str("composer"),
            Self::Below => formatter.write_str("below"),
            Self::Turn => formatter.write_str("turn"),
            Self::Open => formatter.write_str("open"),
            Self::Block => formatter.write_str("block"),
        }
    }
}
