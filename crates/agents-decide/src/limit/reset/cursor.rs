//! Which words, numbers and signs does a text consist of, and where in them does a reader stand?

/// One word, number or sign of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    pub kind: Kind,
    /// No space stands before it.
    pub glued: bool,
    /// Where it begins, in bytes.
    pub start: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters and underscores.
    Word,
    /// ASCII digits.
    Number,
    /// One sign.
    Sign,
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut glued = false;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        if first.is_whitespace() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            glued = false;
            continue;
        }
        let kind = kind_of(first);
        let length = match kind {
            Kind::Sign => first.len_utf8(),
            Kind::Word | Kind::Number => {
                rest.find(|sign: char| kind_of(sign) != kind).unwrap_or(rest.len())
            }
        };
        let (token, after) = rest.split_at(length);
        tokens.push(Token { text: token, kind, glued, start });
        (rest, glued) = (after, true);
    }
    tokens
}

fn kind_of(sign: char) -> Kind {
    if sign.is_ascii_digit() {
        Kind::Number
    } else if sign.is_alphabetic() || sign == '_' {
        Kind::Word
    } else {
        Kind::Sign
    }
}

/// A reader's place in the tokens; a copy is a place to come back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub tokens: &'a [Token<'a>],
}

/// A number as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub value: u64,
    pub digits: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.first()
    }

    pub(super) fn advance(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    /// Runs a reader; where it fails, the place stays.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let back = *self;
        let result = read(self);
        if result.is_none() {
            *self = back;
        }
        result
    }

    /// Takes the next token if it is one of these words, in any case.
    pub(super) fn word(&mut self, words: &[&str]) -> Option<&'a str> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        if !words.iter().any(|word| token.text.eq_ignore_ascii_case(word)) {
            return None;
        }
        self.advance();
        Some(token.text)
    }

    /// Takes the next token if it is a word.
    pub(super) fn any_word(&mut self) -> Option<&'a str> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        self.advance();
        Some(token.text)
    }

    /// Takes the next token if it is one of these signs.
    pub(super) fn sign(&mut self, signs: &str) -> Option<&'a str> {
        let token =
            self.peek().filter(|token| token.kind == Kind::Sign && signs.contains(token.text))?;
        self.advance();
        Some(token.text)
    }

    /// The same, when no space stands before it.
    pub(super) fn glued_sign(&mut self, signs: &str) -> Option<&'a str> {
        self.peek().filter(|token| token.glued)?;
        self.sign(signs)
    }

    /// Takes the next token if it is a number of so many digits.
    pub(super) fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<Number> {
        let token = self.peek().filter(|token| token.kind == Kind::Number)?;
        let length = token.text.len();
        if !digits.contains(&length) {
            return None;
        }
        let value = token.text.parse().ok()?;
        self.advance();
        Some(Number { value, digits: length })
    }
}
