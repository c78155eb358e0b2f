//! What has a program in a fake terminal shown so far, and what does it show now?

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use super::program::{Chat, Kind, Limit, Program};
use super::scrollback;

/// How much of what scrolled away is kept, in bytes.
const TRANSCRIPT: usize = 16 * 1024;

/// A program that runs.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    program: Program,
    /// What was typed, as the program read it.
    received: String,
    draft: String,
    /// What chat programs and echoes have shown so far.
    transcript: String,
    working_since: Option<Duration>,
    enters: u32,
    /// What a chat was given to work on, and nobody has asked for yet.
    submissions: Vec<String>,
    /// A chat that shows no composer takes no input either.
    is_lost: bool,
    /// What it showed last; `None`: something has happened to it since.
    drawn: Option<Drawn>,
}

/// A screen, and until when it stays as it is if nothing happens to the program; `None`: for ever.
#[derive(Debug, Clone)]
struct Drawn {
    text: Arc<str>,
    until: Option<Duration>,
}

impl Running {
    pub(crate) fn new(program: Program) -> Self {
        Self {
            program,
            received: String::new(),
            draft: String::new(),
            transcript: String::new(),
            working_since: None,
            enters: 0,
            submissions: Vec::new(),
            is_lost: false,
            drawn: None,
        }
    }

    pub(crate) fn command(&self) -> &Arc<str> {
        &self.program.command
    }

    pub(crate) fn is_launcher(&self) -> bool {
        self.program.is_launcher
    }

    pub(crate) fn title(&self) -> &str {
        &self.program.title
    }

    pub(crate) fn received(&self) -> &str {
        &self.received
    }

    /// When and how it ends by itself, counted from its start.
    pub(crate) fn exit(&self) -> Option<(Duration, i32)> {
        self.program.exit
    }

    /// Text arrives; `age` is the time since the start.
    pub(crate) fn paste(&mut self, text: &str, age: Duration) {
        if age < self.program.ready_after || self.is_lost {
            return;
        }
        self.drawn = None;
        if self.program.brackets_pastes {
            self.received.push_str(&format!("\x1b[200~{text}\x1b[201~"));
        } else {
            self.received.push_str(text);
        }
        match self.program.kind {
            Kind::Echo => self.write(text),
            Kind::Chat(_) => self.draft.push_str(text),
            Kind::Silent | Kind::Screens(_) => {}
        }
    }

    /// A key arrives.
    pub(crate) fn press(&mut self, key: &str, age: Duration) {
        if age < self.program.ready_after || self.is_lost {
            return;
        }
        self.drawn = None;
        if key != "Enter" && key != "C-m" {
            self.received.push_str(&format!("<{key}>"));
            if key == "Escape" {
                self.working_since = None;
            }
            return;
        }
        self.received.push('\r');
        self.enters += 1;
        if self.enters <= self.program.swallowed_enters {
            return;
        }
        match &self.program.kind {
            Kind::Echo => self.write("\n"),
            Kind::Chat(_) => self.submit(age),
            Kind::Silent | Kind::Screens(_) => {}
        }
    }

    fn submit(&mut self, age: Duration) {
        self.settle(age);
        let Kind::Chat(chat) = &self.program.kind else { return };
        if self.draft.is_empty() {
            return;
        }
        let limit = chat.limit.as_ref().filter(|limit| (limit.from..limit.until).contains(&age));
        let mut shown = format!("{}{}\n", chat.prompt, self.draft);
        match limit {
            Some(limit) => {
                shown.push_str(&limit.banner);
                shown.push('\n');
            }
            None => self.working_since = Some(age),
        }
        self.submissions.push(std::mem::take(&mut self.draft));
        self.write(&shown);
    }

    /// Writes into the transcript.
    fn write(&mut self, text: &str) {
        self.transcript.push_str(text);
        scrollback::forget(&mut self.transcript, TRANSCRIPT);
    }

    /// What stands in the composer.
    pub(crate) fn unsent(&self) -> &str {
        &self.draft
    }

    /// What was submitted since the last call.
    pub(crate) fn submissions(&mut self) -> Vec<String> {
        std::mem::take(&mut self.submissions)
    }

    /// Whether it takes input.
    pub(crate) fn is_ready(&self, age: Duration) -> bool {
        age >= self.program.ready_after
    }

    /// Whether a turn runs.
    pub(crate) fn is_working(&self, age: Duration) -> bool {
        let Kind::Chat(chat) = &self.program.kind else { return false };
        self.working_since.is_some_and(|since| age < since + chat.works_for)
    }

    /// Writes down the turn that has ended by now.
    fn settle(&mut self, age: Duration) {
        let Kind::Chat(chat) = &self.program.kind else { return };
        if self.working_since.is_some_and(|since| age >= since + chat.works_for) {
            self.working_since = None;
            let answer = format!("{}\n", chat.answer);
            self.write(&answer);
        }
    }

    /// The program prints by itself; one that shows fixed texts shows this one from now on.
    pub(crate) fn print(&mut self, text: &str, age: Duration) {
        self.drawn = None;
        match &self.program.kind {
            Kind::Chat(_) => {
                self.settle(age);
                self.write(&format!("{text}\n"));
            }
            Kind::Echo => self.write(&format!("{text}\n")),
            Kind::Silent | Kind::Screens(_) => {
                self.program.kind = Kind::Screens(vec![(Duration::ZERO, text.to_owned())]);
            }
        }
    }

    /// What was printed scrolls away.
    pub(crate) fn clear(&mut self) {
        self.drawn = None;
        self.transcript.clear();
    }

    /// A chat begins a turn of that length by itself; one that shows nothing but its error begins none.
    pub(crate) fn work(&mut self, works_for: Duration, age: Duration) {
        if self.is_lost {
            return;
        }
        self.drawn = None;
        if let Kind::Chat(chat) = &mut self.program.kind {
            chat.works_for = works_for;
            self.working_since = Some(age);
        }
    }

    /// A chat refuses work from now on until then, or works again.
    pub(crate) fn refuse(&mut self, limit: Option<Limit>) {
        self.drawn = None;
        if let Kind::Chat(chat) = &mut self.program.kind {
            chat.limit = limit;
        }
        self.working_since = None;
    }

    /// A chat is in an error that it cannot leave, or out of it.
    pub(crate) fn lose(&mut self, is_lost: bool) {
        self.drawn = None;
        self.is_lost = is_lost;
        if is_lost {
            self.working_since = None;
        }
    }

    /// So many more submits are lost.
    pub(crate) fn swallow(&mut self, count: u32) {
        self.program.swallowed_enters = self.enters.saturating_add(count);
    }

    /// Whether a person could begin a line of their own.
    pub(crate) fn has_empty_composer(&self, age: Duration) -> bool {
        self.is_ready(age) && !self.is_lost && self.draft.is_empty()
    }

    /// It does not end by itself any more.
    pub(crate) fn stay(&mut self) {
        self.program.exit = None;
    }

    /// Another process is in the foreground.
    pub(crate) fn name(&mut self, command: &str) {
        self.program.command = command.into();
    }

    /// The text on the screen; `rows` is the height of the window, which stays the same. It is drawn anew only when
    /// something has happened to the program, or when its own clock says so.
    pub(crate) fn screen(&mut self, age: Duration, rows: usize) -> Arc<str> {
        let stays = |drawn: &&Drawn| drawn.until.is_none_or(|until| age < until);
        if let Some(drawn) = self.drawn.as_ref().filter(stays) {
            return Arc::clone(&drawn.text);
        }
        let text = self.draw(age, rows);
        self.drawn = Some(Drawn { text: Arc::clone(&text), until: self.changes_at(age) });
        text
    }

    /// The age at which the screen changes by itself.
    fn changes_at(&self, age: Duration) -> Option<Duration> {
        if age < self.program.ready_after {
            return Some(self.program.ready_after);
        }
        match &self.program.kind {
            Kind::Silent | Kind::Echo => None,
            Kind::Screens(screens) => screens.iter().map(|(at, _)| *at).find(|at| *at > age),
            Kind::Chat(chat) => self.working_since.map(|since| {
                // It counts the seconds that it has worked.
                let counted = since + Duration::from_secs((age - since).as_secs() + 1);
                counted.min(since + chat.works_for)
            }),
        }
    }

    fn draw(&mut self, age: Duration, rows: usize) -> Arc<str> {
        if age < self.program.ready_after {
            return Arc::from("");
        }
        self.settle(age);
        let text: Cow<'_, str> = match &self.program.kind {
            Kind::Silent => Cow::Borrowed(""),
            Kind::Echo => Cow::Borrowed(&self.transcript),
            Kind::Screens(screens) => {
                let shown = screens.iter().take_while(|(at, _)| *at <= age).last();
                Cow::Borrowed(shown.map_or("", |(_, text)| text))
            }
            Kind::Chat(chat) => self.chat_screen(chat, age, rows),
        };
        // The end of the last row begins no other one.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        Arc::from(last_rows(text, rows.saturating_sub(1)))
    }

    fn chat_screen(&self, chat: &Chat, age: Duration, rows: usize) -> Cow<'_, str> {
        let transcript = last_rows(&self.transcript, rows);
        if self.is_lost {
            return Cow::Borrowed(transcript);
        }
        let (prompt, draft) = (&chat.prompt, &self.draft);
        Cow::Owned(match self.working_since {
            Some(since) => {
                let seconds = (age - since).as_secs();
                format!("{transcript}\n{} {seconds}s\n{prompt}{draft}", chat.active)
            }
            None => format!("{transcript}\n{prompt}{draft}\n{}", chat.idle),
        })
    }
}

/// The end of a text, at least so many rows of it: copying hours of a transcript for each look would cost most of a life.
fn last_rows(text: &str, rows: usize) -> &str {
    text.rmatch_indices('\n').nth(rows).map_or(text, |(at, _)| &text[at + 1..])
}

#[cfg(test)]
mod tests;
