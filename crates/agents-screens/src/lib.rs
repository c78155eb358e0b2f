//! What does this terminal show: which state is the agent in, and which row says so?
//!
//! Rules are data: one TOML file per program ([`Preset`]) names the program's furniture (composer, prompts, end of a
//! turn) and the rules that read it. [`classify`] is a pure function of a preset and of what was [`Seen`]; it looks at
//! nothing else, so a stored screen answers as the live one did.
//!
//! ```
//! use agents_screens::{Preset, Seen, State, classify};
//!
//! let preset = Preset::builtin("claude").unwrap()?;
//! let rows = "❯ make it so\n\n✽ Thinking… (2s · ↓ 46 tokens)\n\n\
//!             ──────────────\n❯ \n──────────────\n  ⏸ manual mode on · esc to interrupt\n";
//! let verdict = classify(&preset, &Seen { rows, command: "claude", columns: 80, ..Seen::default() });
//! assert_eq!(verdict.state, State::Active);
//! # Ok::<(), agents_screens::PresetError>(())
//! ```

mod classify;
mod compile;
mod composer;
mod error;
mod fold;
mod head;
mod launch;
mod lines;
mod menu;
mod preset;
mod raw;
mod region;
mod rule;
mod screen;
mod seen;
mod state;
mod verdict;

pub use classify::classify;
pub use error::PresetError;
pub use head::{Head, builtin_text};
pub use launch::{
    Hooks, Launch, LimitSource, Prompt, PromptDelivery, Ready, Resume, SessionId, SessionIdFrom,
    Submit,
};
pub use menu::Menu;
pub use preset::{BUILTIN_NAMES, Preset, RuleSummary};
pub use region::Region;
pub use seen::Seen;
pub use state::State;
pub use verdict::{Composer, Evidence, RunnerUp, Verdict};
