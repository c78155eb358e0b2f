//! What does an agent's screen show, read by the rules of its backend's preset? And what may be typed at it then?

#[cfg(test)]
mod tests;

pub use agents_screens::State as ShownState;

/// What the preset's rules say of one look; there is none for a backend without a preset.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shown {
    pub state: ShownState,
    /// The id of the rule that decided.
    pub rule: Option<String>,
    /// The row, the title or the process that proves it, in one line.
    pub proof: String,
    /// A menu or dialog is open: text typed now would answer it, whatever the state is.
    pub menu: bool,
    /// The dialog, when it is one that the preset knows by name, with its rows.
    #[serde(default)]
    pub dialog: Option<agents_screens::Menu>,
    /// The program tries again by itself, or goes on by itself when its limit ends.
    pub goes_on: bool,
    /// The rows in which a reset time may stand.
    pub reset_text: Option<String>,
    /// Text in the composer that was not sent.
    pub draft: Option<String>,
    /// The composer stands on the screen, and holds none.
    #[serde(default)]
    pub composer_empty: bool,
}

impl Shown {
    /// Whether the program asks something, so that any key would be an answer.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.menu || self.state == ShownState::WaitingInput
    }

    /// Why nothing may be typed now; a probe may be typed at a program that sits at its composer inside a limit, and
    /// anything at one that says itself that it rests.
    pub(crate) fn obstacle(&self, is_probe: bool, is_told_idle: bool) -> Option<&'static str> {
        if self.asks() {
            return Some(
                "it asks something, and any key would be an answer; `agents attach` shows it",
            );
        }
        match self.state {
            ShownState::Limited if is_told_idle => self.unsent(),
            ShownState::Limited if self.goes_on => Some("it goes on by itself when its limit ends"),
            ShownState::Limited if !is_probe => Some("it is limited"),
            ShownState::Exited => Some("its program has ended"),
            ShownState::Unknown => {
                Some("its screen shows nothing that its preset knows; `agents explain` says more")
            }
            ShownState::Active
            | ShownState::Idle
            | ShownState::Limited
            | ShownState::Fatal
            | ShownState::WaitingInput => self.unsent(),
        }
    }

    fn unsent(&self) -> Option<&'static str> {
        self.draft.as_ref().map(|_| "text of somebody's stands in its composer, not sent")
    }
}
