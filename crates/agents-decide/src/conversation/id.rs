//! Under which id does a new conversation begin?

use std::path::Path;

use agents_names::AgentName;

use crate::{Now, RunId};

/// The parts of FNV-1a with 128 bits.
const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// A UUID that no other run gets: it follows from the fleet, the agent, the run and the wall clock. Runs are counted anew after the loss
/// of a store, which is why the clock is in it.
pub(super) fn new(fleet: &Path, name: &AgentName, run: RunId, now: &Now) -> String {
    let (run, millis) = (run.0.to_be_bytes(), now.wall.timestamp_millis().to_be_bytes());
    let parts = [fleet.as_os_str().as_encoded_bytes(), name.as_str().as_bytes(), &run, &millis];
    // A byte that no path and no name holds keeps the parts apart.
    let bytes = parts.iter().flat_map(|part| part.iter().copied().chain([0]));
    let hash = bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    uuid(hash)
}

/// The bits in the shape of a UUID of version 5, which is one made from a name.
fn uuid(bits: u128) -> String {
    let shaped = (bits & !(0xf << 76) & !(0b11 << 62)) | (0x5 << 76) | (0b10 << 62);
    let hex = format!("{shaped:032x}");
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}
