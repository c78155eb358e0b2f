//! What can be wrong with a script or a simulation?

/// Why a script was not played to its end.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    #[error("line {line}: `{text}` is no step of a script: {reason}")]
    Step { line: usize, text: String, reason: String },
    #[error("the config of the script is refused:\n{0}")]
    Config(String),
    #[error("line {line}: the script expects {expected}, but {found}")]
    Expectation { line: usize, expected: String, found: String },
    #[error("the stored state cannot be taken up: {0}")]
    Resume(String),
    /// Everything in a fake world answers at once.
    #[error("a tick waits for something that no script can bring")]
    Waits,
    /// Where nobody wants to know what comes after it.
    #[error("{0}")]
    Broken(String),
}
