//! What does a program in a fake terminal show, in answer to text and time?

use std::time::Duration;

/// A scripted program. Each start of a session runs it from its beginning; times count from that start.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    kind: Kind,
    /// Shown by the listing as the foreground process.
    command: String,
    title: String,
    ready_after: Duration,
    swallowed_enters: u32,
    exit: Option<(Duration, i32)>,
    brackets_pastes: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Echo,
    Silent,
    Chat(Chat),
    Screens(Vec<(Duration, String)>),
}

/// A terminal chat program: a transcript, an indicator while it works, a composer and a footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// How long it works after each submit.
    pub works_for: Duration,
    /// Shown while it works, followed by the seconds it has worked.
    pub active: String,
    /// Shown under the composer while it does not.
    pub idle: String,
    /// Stands before the draft in the composer, and before each message in the transcript.
    pub prompt: String,
    /// Shown in the transcript after each finished turn.
    pub answer: String,
    /// A usage limit: until that time the submits it answers bring this banner instead of work.
    pub limit: Option<Limit>,
}

/// A usage limit that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    pub banner: String,
    /// From when it refuses, counted from the program's start.
    pub from: Duration,
    /// Until when it refuses, counted from the program's start.
    pub until: Duration,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            works_for: Duration::from_secs(20),
            active: "* Working (esc to interrupt)".to_owned(),
            idle: "? for shortcuts".to_owned(),
            prompt: "> ".to_owned(),
            answer: "done.".to_owned(),
            limit: None,
        }
    }
}

impl Program {
    fn of(kind: Kind, command: &str) -> Self {
        Self {
            kind,
            command: command.to_owned(),
            title: String::new(),
            ready_after: Duration::ZERO,
            swallowed_enters: 0,
            exit: None,
            brackets_pastes: false,
        }
    }

    /// Shows what is typed, as `cat` does.
    #[must_use]
    pub fn echo() -> Self {
        Self::of(Kind::Echo, "cat")
    }

    /// Shows nothing, whatever is typed.
    #[must_use]
    pub fn silent() -> Self {
        Self::of(Kind::Silent, "sleep")
    }

    /// A chat program.
    #[must_use]
    pub fn chat(chat: Chat) -> Self {
        Self { brackets_pastes: true, ..Self::of(Kind::Chat(chat), "chat") }
    }

    /// Shows each text from its time on; input changes nothing.
    #[must_use]
    pub fn screens<S: Into<String>>(screens: impl IntoIterator<Item = (Duration, S)>) -> Self {
        let screens = screens.into_iter().map(|(at, text)| (at, text.into())).collect();
        Self::of(Kind::Screens(screens), "script")
    }

    /// Shows one text.
    #[must_use]
    pub fn shows(text: impl Into<String>) -> Self {
        Self::screens([(Duration::ZERO, text.into())])
    }

    /// Ends that long after its start, with that exit code.
    #[must_use]
    pub fn exits(self, after: Duration, code: i32) -> Self {
        Self { exit: Some((after, code)), ..self }
    }

    /// Shows nothing and loses all input until then.
    #[must_use]
    pub fn ready_after(self, after: Duration) -> Self {
        Self { ready_after: after, ..self }
    }

    /// Loses the first submits: the draft stays in the composer.
    #[must_use]
    pub fn swallows_enters(self, count: u32) -> Self {
        Self { swallowed_enters: count, ..self }
    }

    /// Is listed under that process name.
    #[must_use]
    pub fn named(self, command: impl Into<String>) -> Self {
        Self { command: command.into(), ..self }
    }

    /// Sets that terminal title.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Asks the terminal to mark what is pasted.
    #[must_use]
    pub fn brackets_pastes(self) -> Self {
        Self { brackets_pastes: true, ..self }
    }
}

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
        }
    }

    pub(crate) fn command(&self) -> &str {
        &self.program.command
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
            Kind::Chat(chat) => {
                let chat = chat.clone();
                self.submit(&chat, age);
            }
            Kind::Silent | Kind::Screens(_) => {}
        }
    }

    fn submit(&mut self, chat: &Chat, age: Duration) {
        if self.draft.is_empty() {
            return;
        }
        self.settle(chat, age);
        let draft = std::mem::take(&mut self.draft);
        self.submissions.push(draft.clone());
        self.write(&format!("{}{draft}\n", chat.prompt));
        match chat.limit.as_ref().filter(|limit| (limit.from..limit.until).contains(&age)) {
            Some(limit) => self.write(&format!("{}\n", limit.banner)),
            None => self.working_since = Some(age),
        }
    }

    /// Writes into the transcript. What has scrolled away for good is forgotten, so that hours of it cost no more.
    fn write(&mut self, text: &str) {
        const KEPT: usize = 16 * 1024;
        self.transcript.push_str(text);
        if self.transcript.len() > 2 * KEPT {
            let from = self.transcript.len() - KEPT;
            let row = self.transcript.as_bytes()[from..].iter().position(|byte| *byte == b'\n');
            let begins = row.map_or(0, |row| from + row + 1);
            self.transcript.drain(..begins);
        }
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
    fn settle(&mut self, chat: &Chat, age: Duration) {
        if self.working_since.is_some_and(|since| age >= since + chat.works_for) {
            self.working_since = None;
            self.write(&format!("{}\n", chat.answer));
        }
    }

    /// The program prints by itself; one that shows fixed texts shows this one from now on.
    pub(crate) fn print(&mut self, text: &str, age: Duration) {
        match &self.program.kind {
            Kind::Chat(chat) => {
                let chat = chat.clone();
                self.settle(&chat, age);
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
        self.transcript.clear();
    }

    /// A chat begins a turn of that length by itself; one that shows nothing but its error begins none.
    pub(crate) fn work(&mut self, works_for: Duration, age: Duration) {
        if self.is_lost {
            return;
        }
        if let Kind::Chat(chat) = &mut self.program.kind {
            chat.works_for = works_for;
            self.working_since = Some(age);
        }
    }

    /// A chat refuses work from now on until then, or works again.
    pub(crate) fn refuse(&mut self, limit: Option<Limit>) {
        if let Kind::Chat(chat) = &mut self.program.kind {
            chat.limit = limit;
        }
        self.working_since = None;
    }

    /// A chat is in an error that it cannot leave, or out of it.
    pub(crate) fn lose(&mut self, is_lost: bool) {
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
        command.clone_into(&mut self.program.command);
    }

    /// The text on the screen; `rows` is the height of the window.
    pub(crate) fn screen(&mut self, age: Duration, rows: usize) -> String {
        if age < self.program.ready_after {
            return String::new();
        }
        let text = match self.program.kind.clone() {
            Kind::Silent => String::new(),
            Kind::Echo => self.transcript.clone(),
            Kind::Screens(screens) => {
                let shown = screens.into_iter().take_while(|(at, _)| *at <= age).last();
                shown.map(|(_, text)| text).unwrap_or_default()
            }
            Kind::Chat(chat) => self.chat_screen(&chat, age, rows),
        };
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(rows)..].join("\n")
    }

    fn chat_screen(&mut self, chat: &Chat, age: Duration, rows: usize) -> String {
        self.settle(chat, age);
        let transcript = last_rows(&self.transcript, rows);
        if self.is_lost {
            return transcript.to_owned();
        }
        let composer = format!("{}{}", chat.prompt, self.draft);
        let footer = match self.working_since {
            Some(since) => format!("{} {}s\n{composer}", chat.active, (age - since).as_secs()),
            None => format!("{composer}\n{}", chat.idle),
        };
        format!("{transcript}\n{footer}")
    }
}

/// The end of a text, at least so many rows of it: copying hours of a transcript for each look would cost most of a life.
fn last_rows(text: &str, rows: usize) -> &str {
    text.rmatch_indices('\n').nth(rows).map_or(text, |(at, _)| &text[at + 1..])
}

#[cfg(test)]
mod tests;
