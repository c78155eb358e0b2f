//! What does a file keep when the machine stops in the middle of a write? A frame counts when it is whole, and else not at all.

use std::collections::BTreeMap;

use agents_decide::RequestId;
use agents_watchdog::ledger::Record;

/// What one commit adds to the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Frame {
    /// As JSON, so that what does not survive a store does not survive here.
    pub state: Option<String>,
    pub words: BTreeMap<String, String>,
    pub answered: Vec<u64>,
}

/// The requests that it answers.
pub(crate) fn answered(record: &Record<'_>) -> Vec<u64> {
    record.replies.iter().map(|(RequestId(id), _)| *id).collect()
}

const LENGTH: usize = 8;
const CHECKSUM: usize = 8;

impl Frame {
    /// # Errors
    /// When the state has no JSON.
    pub fn of(record: &Record<'_>) -> Result<Self, serde_json::Error> {
        let state = record.state.map(|state| serde_json::to_string(&state)).transpose()?;
        let words = record.words.iter().cloned().collect();
        Ok(Self { state, words, answered: answered(record) })
    }

    /// As it is written: its length, its checksum, its content.
    pub fn written(&self) -> Vec<u8> {
        let content = serde_json::to_vec(self).unwrap_or_default();
        let mut bytes = Vec::with_capacity(LENGTH + CHECKSUM + content.len());
        bytes.extend((content.len() as u64).to_le_bytes());
        bytes.extend(checksum(&content).to_le_bytes());
        bytes.extend(content);
        bytes
    }

    /// The frame at the end of a file that was not closed; `None` when it is short or damaged.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<LENGTH>()?;
        let (sum, content) = rest.split_first_chunk::<CHECKSUM>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let content = content.get(..length)?;
        if checksum(content) != u64::from_le_bytes(*sum) {
            return None;
        }
        serde_json::from_slice(content).ok()
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mixed = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f41_every_prefix_of_a_frame_is_no_frame() {
        let frame = Frame {
            state: Some("{\"tick\":7}".to_owned()),
            words: BTreeMap::from([("fleet".to_owned(), "{}".to_owned())]),
            answered: vec![3],
        };
        let bytes = frame.written();
        assert_eq!(Frame::read(&bytes), Some(frame));
        for length in 0..bytes.len() {
            assert_eq!(Frame::read(&bytes[..length]), None, "{length} bytes");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(Frame::read(&damaged), None, "byte {at}");
        }
    }
}
