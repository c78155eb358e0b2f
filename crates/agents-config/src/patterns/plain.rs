//! Of which patterns is it certain that they compile, by a look at their letters alone?
//!
//! Such a pattern is short, and made of letters, groups without flags, alternatives, `*`, `+`, `?`, `.`, anchors, a few
//! sets of plain ASCII, and a few of `\d \s \w` and their opposites. None of its parts can be refused but for the way in
//! which groups and repetitions stand, which is looked at here, and all of them together stay far below the limit on the
//! size. Whatever else a pattern has, it is compiled at once.

/// The most letters, and the most parts that stand for many letters.
const LETTERS: usize = 300;
const CLASSES: usize = 8;

/// Whether the pattern certainly compiles; false where that is not known.
pub(super) fn compiles(source: &str) -> bool {
    source.chars().count() <= LETTERS && Reading { rest: source, classes: 0 }.whole()
}

struct Reading<'s> {
    rest: &'s str,
    classes: usize,
}

impl Reading<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    fn takes(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn whole(mut self) -> bool {
        let mut open = 0_u32;
        // Whether something stands here that can be repeated; a repetition of a repetition is left to the compiler.
        let mut repeatable = false;
        while let Some(next) = self.next() {
            repeatable = match next {
                '(' => {
                    if self.rest.starts_with('?') && !self.takes("?:") {
                        return false;
                    }
                    open += 1;
                    false
                }
                ')' => {
                    let Some(fewer) = open.checked_sub(1) else { return false };
                    open = fewer;
                    true
                }
                '*' | '+' | '?' => {
                    if !repeatable {
                        return false;
                    }
                    // Lazily.
                    self.takes("?");
                    false
                }
                '|' | '^' | '$' => false,
                '[' => {
                    if !self.set() {
                        return false;
                    }
                    true
                }
                '\\' => match self.escape() {
                    Some(repeatable) => repeatable,
                    None => return false,
                },
                '{' | '}' | ']' => return false,
                '.' => {
                    self.classes += 1;
                    true
                }
                _ => true,
            };
        }
        open == 0 && self.classes <= CLASSES
    }

    /// What stands behind a backslash: whether it can be repeated; `None` when it is not known here.
    fn escape(&mut self) -> Option<bool> {
        match self.next()? {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                self.classes += 1;
                Some(true)
            }
            'b' => (!self.rest.starts_with('{')).then_some(false),
            'n' | 't' | 'r' => Some(true),
            sign if ".+*?()|[]{}^$\\-/#&~".contains(sign) => Some(true),
            'u' => {
                let code = self.rest.get(..4)?;
                let number = u32::from_str_radix(code, 16).ok().filter(|_| !code.contains('+'))?;
                char::from_u32(number)?;
                self.rest = &self.rest[4..];
                Some(true)
            }
            _ => None,
        }
    }

    /// A set of single plain letters and of ranges between letters, or between digits.
    fn set(&mut self) -> bool {
        self.classes += 1;
        self.takes("^");
        let mut members = 0;
        loop {
            match self.next() {
                Some(']') => return members > 0,
                Some(first) if first.is_ascii_alphanumeric() || " _.,:;/%@!".contains(first) => {
                    if self.takes("-") {
                        let Some(last) = self.next() else { return false };
                        let is_range = (first.is_ascii_digit() && last.is_ascii_digit())
                            || (first.is_ascii_lowercase() && last.is_ascii_lowercase())
                            || (first.is_ascii_uppercase() && last.is_ascii_uppercase());
                        if !is_range || last < first {
                            return false;
                        }
                    }
                    members += 1;
                }
                Some(_) | None => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::compiles;
    use crate::patterns::{SIZE_LIMIT, compile};

    #[test]
    fn what_people_write_is_plain_and_what_may_fail_is_not() {
        for plain in [
            "esc to interrupt|Running tool|\u{b7} \\d+",
            r"esc to interrupt|Running tool|\u00b7 \d+",
            "reached your .*limit",
            r"^claim\([a-z0-9_]+\): ",
            "(?:a|b)+?c*$",
            "",
        ] {
            assert!(compiles(plain), "{plain}");
        }
        for other in [
            "(",
            ")",
            "a{3}",
            "a{9999}",
            "*",
            "a**",
            "(?i)a",
            "(?=a)",
            r"\p{Greek}",
            r"\x41",
            r"\1",
            "[",
            "[]",
            "[^]",
            "[z-a]",
            "[a-Z]",
            r"[\d]",
            "[a&&b]",
            r"\b{start}",
            r"\ud800",
            r"\u+041",
            "a|*",
            "(*)",
            "a]",
            "(?<n>a)",
        ] {
            assert!(!compiles(other), "{other}");
        }
        assert!(!compiles(&"\\w".repeat(9)));
        assert!(!compiles(&"a".repeat(301)));
    }

    #[test]
    fn the_largest_plain_patterns_keep_far_below_the_limit() {
        for class in [r"\W", r"\w", r"\D", r"\S", ".", "[^a]"] {
            let letters = "\u{1e9e}".repeat(super::LETTERS - 8 * class.len());
            let pattern = format!("{}{letters}", class.repeat(8));
            assert!(compiles(&pattern), "{pattern}");
            let mut half = regex::RegexBuilder::new(&pattern);
            half.case_insensitive(true).multi_line(true).size_limit(SIZE_LIMIT / 2);
            assert!(half.build().is_ok(), "{class}");
        }
    }

    fn nearly_patterns() -> impl Strategy<Value = String> {
        let parts = [
            "a", "Z", "\u{df}", "\u{130}", "\u{b7}", " ", "(", "(?:", ")", "|", "*", "+", "?", ".",
            "^", "$", "[a-z]", "[^0-9_]", "[", "]", "-", "{", "}", "\\", "\\d", "\\W", "\\b",
            "\\s", "\\u00b7", "\\u", "\\n", "\\.", "#", "&",
        ];
        proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..24)
            .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn what_is_told_to_compile_compiles(pattern in nearly_patterns()) {
            prop_assert!(!compiles(&pattern) || compile(&pattern).is_ok());
        }

        #[test]
        fn no_text_is_told_wrongly(pattern in any::<String>()) {
            prop_assert!(!compiles(&pattern) || compile(&pattern).is_ok());
        }
    }
}
