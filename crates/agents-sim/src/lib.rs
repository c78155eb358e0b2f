//! Does it hold for days? The real tick loop over fake terminals, a model of git and a virtual clock.
//!
//! A script (`.fleet`) is a config and timed lines; playing it gives a trace, the journal as an operator would read it.

mod branch;
mod calendar;
mod error;
mod frame;
mod gate;
pub mod interruption;
mod judge;
mod ledger;
mod machine;
mod place;
pub mod planted;
mod play;
pub mod random;
mod runs;
pub mod script;
mod simulation;
mod standard;
pub mod swarm;
mod trace;
mod walk;
mod wire;

pub use branch::LocalCopy;
pub use error::SimError;
pub use gate::{Effect, Point, Trap};
pub use play::play;
pub use runs::Stubborn;
pub use script::Script;
pub use simulation::Simulation;
pub use trace::Trace;
pub use walk::{Walked, walk};
