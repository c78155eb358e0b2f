//! Does a fleet with presets run the real agent CLIs as it promises, each against the loopback model?
//!
//! One test per cell of the matrix in docs/real-clis.md. Everything here needs programs from npm, so it runs by `just real` only.

#[path = "support/mod.rs"]
mod support;

#[path = "real_matrix/stage.rs"]
mod stage;

#[path = "real_matrix/dialogs.rs"]
mod dialogs;
#[path = "real_matrix/drafts.rs"]
mod drafts;
#[path = "real_matrix/ends.rs"]
mod ends;
#[path = "real_matrix/hooks.rs"]
mod hooks;
#[path = "real_matrix/limits.rs"]
mod limits;
#[path = "real_matrix/pilots.rs"]
mod pilots;
#[path = "real_matrix/questions.rs"]
mod questions;
#[path = "real_matrix/submits.rs"]
mod submits;
#[path = "real_matrix/tasks.rs"]
mod tasks;
#[path = "real_matrix/texts.rs"]
mod texts;
#[path = "real_matrix/troubles.rs"]
mod troubles;
#[path = "real_matrix/wording.rs"]
mod wording;
#[path = "real_matrix/wraps.rs"]
mod wraps;

/// A test per CLI of that check.
macro_rules! for_each_cli {
    ($check:path: $($name:ident => $cli:ident),+ $(,)?) => {
        $(
            #[test]
            #[ignore = "needs npm; just real"]
            fn $name() {
                $check(agents_model_server::Cli::$cli);
            }
        )+
    };
}
pub(crate) use for_each_cli;
