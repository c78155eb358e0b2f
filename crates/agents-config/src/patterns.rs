//! A pattern of the config file, compiled once.

use regex::Regex;

/// A regular expression that ignores case, as every pattern of a backend does.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    regex: Regex,
}

impl Pattern {
    /// Compiles the text. Matching ignores case; a match never takes more than linear time.
    ///
    /// # Errors
    /// The compiler's own error; look-arounds and back-references, which Python has, are not supported.
    pub fn new(source: &str) -> Result<Self, regex::Error> {
        let regex = regex::RegexBuilder::new(source)
            .case_insensitive(true)
            .multi_line(true)
            .size_limit(1 << 20)
            .build()?;
        Ok(Self { source: source.to_owned(), regex })
    }

    /// The text of the config file.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the pattern occurs in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl serde::Serialize for Pattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}
