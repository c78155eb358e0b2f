//! What is on the terminals, and change it: the one place that talks to tmux.

mod driver;
mod error;
mod op;
mod pane;
mod screen;

pub use driver::{Driver, Fence};
pub use error::TmuxError;
pub use op::{Done, StartSession, TmuxOp, Token};
pub use pane::{Dead, Listing, Pane, PaneId, ServerId};
pub use screen::Screen;
