//! What did the work on a task cost, as far as its program tells?

use serde_json::{Value, json};

/// What programs told of their attempts. Nothing in it is worked out from prices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Spent {
    /// Millionths of a US dollar.
    pub usd_micros: Option<u64>,
    /// Tokens that were read, those of caches too.
    pub read: Option<u64>,
    /// Tokens that were written.
    pub written: Option<u64>,
    /// How many attempts told something.
    pub attempts: u32,
}

impl Spent {
    /// What one attempt told, if it told anything.
    #[must_use]
    pub fn told(usd: Option<f64>, read: Option<u64>, written: Option<u64>) -> Option<Self> {
        let micros = usd.filter(|usd| usd.is_finite() && *usd > 0.0).map(|usd| usd * 1e6);
        // Far below what a whole number can hold, and never negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let usd_micros = micros.filter(|micros| *micros < 1e15).map(|micros| micros.round() as u64);
        let is_told = usd_micros.is_some() || read.is_some() || written.is_some();
        is_told.then_some(Self { usd_micros, read, written, attempts: 1 })
    }

    /// With what another attempt told.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        Self {
            usd_micros: both(self.usd_micros, other.usd_micros),
            read: both(self.read, other.read),
            written: both(self.written, other.written),
            attempts: self.attempts.saturating_add(other.attempts),
        }
    }

    /// For people, after so many attempts in all.
    #[must_use]
    pub fn sentence(&self, of: u32) -> String {
        let dollars = self
            .usd_micros
            .map(|micros| format!("${}.{:04}", micros / 1_000_000, micros % 1_000_000 / 100));
        let read = self.read.map(|tokens| format!("{tokens} tokens read"));
        let written = self.written.map(|tokens| format!("{tokens} written"));
        let parts: Vec<String> = [dollars, read, written].into_iter().flatten().collect();
        let partly = if self.attempts < of {
            format!(" (told by {} of {of} attempts)", self.attempts)
        } else {
            String::new()
        };
        format!("{}{partly}", parts.join(", "))
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "usd_micros": self.usd_micros,
            "tokens_read": self.read,
            "tokens_written": self.written,
            "attempts": self.attempts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_adds_up_and_what_is_not_stays_unknown() {
        assert_eq!(Spent::told(None, None, None), None);
        assert_eq!(
            Spent::told(Some(0.0), None, None),
            None,
            "a model without a price is no free one"
        );
        assert_eq!(Spent::told(Some(f64::NAN), None, None), None);
        let one = Spent::told(Some(0.04217), Some(1200), Some(30)).unwrap();
        let other = Spent::told(None, Some(800), None).unwrap();
        let both = one.and(other);
        assert_eq!(
            (both.usd_micros, both.read, both.written),
            (Some(42_170), Some(2000), Some(30))
        );
        assert_eq!(both.sentence(2), "$0.0421, 2000 tokens read, 30 written");
        assert_eq!(other.sentence(3), "800 tokens read (told by 1 of 3 attempts)");
    }
}
