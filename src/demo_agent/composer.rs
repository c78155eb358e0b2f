//! Which messages do the bytes from the terminal make?

use std::time::Duration;

/// What the bytes led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Enter was pressed over this text.
    Submitted(String),
    /// Escape by itself.
    Escape,
    /// Ctrl-C, or Ctrl-D over an empty composer.
    Quit,
}

/// The line that is being typed. It understands bracketed paste, and can be as hard of hearing as real programs are.
#[derive(Debug, Default)]
pub struct Composer {
    text: Vec<u8>,
    state: State,
    /// Enters that will still be lost.
    swallow: u32,
    /// An Enter so soon after a character counts as part of a paste.
    burst: Duration,
    last_character: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum State {
    #[default]
    Keys,
    /// After an escape byte, with the bytes of the sequence so far.
    Sequence(Vec<u8>),
    Paste,
    /// Inside a paste after an escape byte.
    PasteSequence(Vec<u8>),
}

const PASTE_BEGINS: &[u8] = b"[200~";
const PASTE_ENDS: &[u8] = b"[201~";

impl Composer {
    pub fn new(swallow: u32, burst: Duration) -> Self {
        Self { swallow, burst, ..Self::default() }
    }

    /// The unsent text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.text).into_owned()
    }

    /// Takes the bytes of one read at `now`, measured from any fixed moment.
    pub fn feed(&mut self, bytes: &[u8], now: Duration) -> Vec<Typed> {
        let mut typed = Vec::new();
        for &byte in bytes {
            typed.extend(self.take(byte, now));
        }
        // Keys that send sequences send them in one piece, so an escape at the end of a read is the key itself.
        if self.state == State::Sequence(Vec::new()) {
            self.state = State::Keys;
            typed.push(Typed::Escape);
        }
        typed
    }

    fn take(&mut self, byte: u8, now: Duration) -> Option<Typed> {
        match std::mem::take(&mut self.state) {
            State::Keys => return self.key(byte, now),
            State::Sequence(sequence) => self.state = after_key_escape(sequence, byte),
            State::Paste if byte == 0x1b => self.state = State::PasteSequence(Vec::new()),
            State::Paste => {
                self.state = State::Paste;
                self.put(if byte == b'\r' { b'\n' } else { byte }, now);
            }
            State::PasteSequence(sequence) => self.paste_escape(sequence, byte, now),
        }
        None
    }

    fn key(&mut self, byte: u8, now: Duration) -> Option<Typed> {
        match byte {
            0x1b => self.state = State::Sequence(Vec::new()),
            b'\r' => return self.enter(now),
            0x03 => return Some(Typed::Quit),
            0x04 if self.text.is_empty() => return Some(Typed::Quit),
            0x15 => self.text.clear(),
            0x7f | 0x08 => {
                let mut text = self.text();
                text.pop();
                self.text = text.into_bytes();
            }
            b'\n' | b'\t' => self.put(byte, now),
            0x00..=0x1f => {}
            0x20..=0xff => self.put(byte, now),
        }
        None
    }

    fn enter(&mut self, now: Duration) -> Option<Typed> {
        if self.last_character.is_some_and(|last| now.saturating_sub(last) < self.burst) {
            self.put(b'\n', now);
            return None;
        }
        if self.swallow > 0 {
            self.swallow -= 1;
            return None;
        }
        let text = self.text();
        self.text.clear();
        (!text.trim().is_empty()).then_some(Typed::Submitted(text))
    }

    fn put(&mut self, byte: u8, now: Duration) {
        self.text.push(byte);
        self.last_character = Some(now);
    }

    /// A paste ends only at its own end mark; other escapes in it are text.
    fn paste_escape(&mut self, mut sequence: Vec<u8>, byte: u8, now: Duration) {
        sequence.push(byte);
        if sequence == PASTE_ENDS {
            self.state = State::Keys;
        } else if PASTE_ENDS.starts_with(&sequence) {
            self.state = State::PasteSequence(sequence);
        } else {
            // The escape was text; this byte may open the end mark itself.
            self.put(0x1b, now);
            sequence.pop();
            for text in sequence {
                self.put(text, now);
            }
            self.state = State::Paste;
            self.take(byte, now);
        }
    }
}

fn after_key_escape(mut sequence: Vec<u8>, byte: u8) -> State {
    sequence.push(byte);
    let opened = matches!(sequence[0], b'[' | b'O');
    let closed = sequence.len() > 1 && (0x40..=0x7e).contains(&byte);
    if sequence == PASTE_BEGINS {
        State::Paste
    } else if opened && !closed {
        State::Sequence(sequence)
    } else {
        State::Keys
    }
}

#[cfg(test)]
mod tests;
