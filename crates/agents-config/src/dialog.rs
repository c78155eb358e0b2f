//! Which dialogs may be answered in a person's place, and how?

/// An answer that the file gives once for all.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DialogAnswer {
    /// The dialog's name in the preset.
    pub dialog: String,
    /// The label of the row to choose.
    pub choose: String,
}
