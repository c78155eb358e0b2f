//! How are data shown to a person or a program?

pub mod stored;
