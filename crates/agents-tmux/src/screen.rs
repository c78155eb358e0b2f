//! What was on a pane at one instant?

/// The visible rows of a pane, top to bottom; rows that the terminal wrapped are joined. Blanks at the end
/// of a row and blank rows at the end of the screen are left out, so a taller window shows the same screen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Screen {
    pub rows: Vec<String>,
}

impl Screen {
    /// A screen from captured text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self { rows: text.trim_end().lines().map(|row| row.trim_end().to_owned()).collect() }
    }

    /// All rows as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.rows.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_ends_are_left_out_and_blanks_between_stay() {
        let screen = Screen::from_text("\n  a  \n\nb\n   \n\n");
        assert_eq!(screen.rows, ["", "  a", "", "b"]);
        assert_eq!(Screen::from_text("\n\n").rows, Vec::<String>::new());
    }
}
