//! What was on a pane at one instant?

/// The visible rows of a pane, top to bottom, without trailing blanks; rows that the terminal wrapped are joined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Screen {
    pub rows: Vec<String>,
}

impl Screen {
    /// A screen from captured text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self { rows: text.lines().map(|row| row.trim_end().to_owned()).collect() }
    }

    /// All rows as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.rows.join("\n")
    }
}
