//! What do the real agent CLIs do by themselves, each in a home of its own against the loopback model?
//!
//! Everything here needs programs from npm, so it runs by `just real` only.

#[path = "support/mod.rs"]
mod support;

#[path = "real_clis/dialogs.rs"]
mod dialogs;
#[path = "real_clis/own_conversation.rs"]
mod own_conversation;
#[path = "real_clis/resume.rs"]
mod resume;
#[path = "real_clis/scene.rs"]
mod scene;
#[path = "real_clis/submit.rs"]
mod submit;
#[path = "real_clis/told.rs"]
mod told;
#[path = "real_clis/troubles.rs"]
mod troubles;
