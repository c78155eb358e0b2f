//! A pattern of the config file, compiled once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

use regex::Regex;

mod plain;

/// A regular expression that ignores case, as every pattern of a backend does.
///
/// Compiling takes most of the time in which a whole config is read, and most verbs never look at a screen: a pattern of
/// which it can be told that it compiles is compiled when it is first asked.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    digest: u64,
    regex: Arc<OnceLock<Regex>>,
}

/// The most bytes that a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

impl Pattern {
    /// Checks the text. Matching ignores case; a match never takes more than linear time.
    ///
    /// # Errors
    /// The compiler's own error; look-arounds and back-references, which Python has, are not supported.
    pub fn new(source: &str) -> Result<Self, regex::Error> {
        let regex = OnceLock::new();
        if !plain::compiles(source) {
            regex.get_or_init({
                let compiled = compile(source)?;
                || compiled
            });
        }
        let mut hasher = DefaultHasher::new();
        source.hash(&mut hasher);
        let digest = hasher.finish();
        Ok(Self { source: source.to_owned(), digest, regex: Arc::new(regex) })
    }

    /// Equal for equal texts, and within one process different for different ones: what keeps the answers of a pattern asks for it.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// The text of the config file.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the pattern occurs in `text`.
    ///
    /// # Panics
    /// Never: what is not compiled yet was told to compile.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let late = || compile(&self.source).expect("a plain pattern compiles");
        self.regex.get_or_init(late).is_match(text)
    }
}

fn compile(source: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(source)
        .case_insensitive(true)
        .multi_line(true)
        .size_limit(SIZE_LIMIT)
        .build()
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
