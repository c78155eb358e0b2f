//! Look, ask, do: the shell around the decisions, the one place that waits, reads and writes.

mod act;
pub mod config_source;
mod error;
pub mod files;
pub mod harmless;
mod heartbeat;
pub mod in_force;
pub mod launch;
pub mod ledger;
mod long_logs;
pub mod neighbour;
pub mod notify;
pub mod observe;
mod outcome;
pub mod place;
pub mod process;
pub mod recorder;
pub mod redacted;
pub mod report;
pub mod run;
pub mod service_manager;
mod signals;
mod standby;
pub mod store_ledger;
pub mod tick;
mod tidy;
pub mod trouble;
pub mod trust;
pub mod unrecorded;
pub mod view;
pub mod watch;
pub mod whereabouts;

pub use error::WatchdogError;
pub use place::{LocalPlace, Place};
pub use store_ledger::StoreLedger;
pub use tick::{Engine, Ticked};
