//! Does what is stopped end, all of it, and nothing else? And is what was accepted kept?

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code)] // The scene of the defects; this binary uses its own part.
#[path = "../defects/scene.rs"]
mod scene;

mod messages;
mod names;
mod processes;
