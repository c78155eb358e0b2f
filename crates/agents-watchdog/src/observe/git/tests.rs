//! Both halves against real repositories.

mod fetching;
mod reading;
mod world;

use super::*;
