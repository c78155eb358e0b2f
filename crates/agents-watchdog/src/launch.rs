//! How is an agent started in its pane, and how does the fleet learn how it ended?
//!
//! Every pane runs our own binary (`agents launch SPEC`). It takes each run once, changes directory or
//! fails loudly, runs the program in its own process group and records how it ended.

mod command;
mod gate;
mod hooks;
mod keys;
mod record;
mod run;
mod spec;
mod wrap;

pub use command::{CommandLine, command_of_agent, command_of_service};
pub use hooks::{Telling, telling};
pub use keys::{forget_keys, keep_keys, kept_keys};
pub use record::{EndRecord, RunFiles, StartRecord};
pub use run::{launch, launch_exec};
pub use spec::{LaunchSpec, write_private};
pub use wrap::{Surroundings, make_own, wrapped};
