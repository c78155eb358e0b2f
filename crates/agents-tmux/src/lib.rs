//! What is on the terminals, and change it: the one place that talks to tmux.

mod argv;
mod capture;
mod contract;
mod control;
mod driver;
mod error;
#[cfg(any(test, feature = "fake"))]
pub mod fake;
#[cfg(feature = "fuzz")]
pub mod fuzzed;
mod keys;
mod listing;
mod log_file;
mod oneshot;
mod op;
mod options;
mod pane;
mod place;
mod process;
mod reply;
mod request;
mod screen;
mod server;
mod server_option;
mod target;
mod text;
mod together;
mod transport;

pub use contract::{CheckResult, conformance};
pub use control::{ControlMode, control_tag};
pub use driver::{Driver, Fence};
pub use error::TmuxError;
pub use keys::is_key;
pub use oneshot::OneShot;
pub use op::{Done, StartSession, TmuxOp, Token};
pub use pane::{Dead, Listing, Pane, PaneId, ServerId};
pub use place::{Place, Socket};
pub use screen::Screen;
pub use server::{SocketRepair, TmuxVersion, server_process_alive};
pub use text::{loses_characters, sanitised};
