//! Is this the same text as before?

/// A short name for the content of a config file; equal texts have equal digests.
///
/// It is no defence against somebody who builds two texts with one digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of a text: its length and its 64-bit FNV-1a hash, stable between versions.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(format!("{:x}-{hash:016x}", text.len()))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_known_and_tells_texts_apart() {
        // Published test vector of FNV-1a: the hash of "foobar".
        assert_eq!(Digest::of("foobar").as_str(), "6-85944171f73967e8");
        assert_ne!(Digest::of("a = 1"), Digest::of("a = 2"));
    }
}
