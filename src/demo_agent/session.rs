//! How do terminal, script and repository come together in one loop?

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::{Duration, Instant};

use super::DemoArgs;
use super::composer::{Composer, Typed};
use super::directive::{Directive, directives};
use super::kickoff::{Kickoff, inbox, kickoff_file};
use super::record::Record;
use super::signals::Signals;
use super::terminal::{Read, Terminal};
use super::turn::{Look, Step, Turn, Want};
use super::work::{consume, next_thing};

/// Why the agent could not go on.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("cannot read the kickoff at {path}: {source}")]
    Prompt { path: PathBuf, source: io::Error },
    #[error("the terminal or the record failed: {0}")]
    Terminal(#[from] io::Error),
}

/// The time between two looks at the script.
const TICK: Duration = Duration::from_millis(50);

/// An agent that ignores the loss of its terminal must still end some day.
const ORPHAN_LIFE: Duration = Duration::from_secs(600);

/// Runs the agent to its end.
pub fn run(args: &DemoArgs) -> Result<i32, SessionError> {
    let kickoff = kickoff(args)?;
    let signals = Signals::listen()?;
    let mut record = Record::open(args.record.as_deref())?;
    record.started(&format!("{:?}", args.role), kickoff.as_deref())?;
    let mut session = Session::new(args, record);
    let code = session.live(&signals, kickoff)?;
    session.record.ended(code)?;
    Ok(code)
}

/// What it is told at the start.
pub fn kickoff(args: &DemoArgs) -> Result<Option<String>, SessionError> {
    let Some(path) = &args.prompt else { return Ok(args.text.clone()) };
    let text = std::fs::read_to_string(path);
    text.map(Some).map_err(|source| SessionError::Prompt { path: path.clone(), source })
}

struct Session<'a> {
    args: &'a DemoArgs,
    started: Instant,
    record: Record,
    composer: Composer,
    turn: Turn,
    kickoff: Option<Kickoff>,
    /// Tells when work in the repository has ended, and how.
    working: Option<Receiver<String>>,
    /// Lines that wait to be printed.
    lines: Vec<String>,
    /// The frame as it was last drawn.
    drawn: Vec<String>,
    orphan_since: Option<Instant>,
    spewed: u64,
}

impl<'a> Session<'a> {
    fn new(args: &'a DemoArgs, record: Record) -> Self {
        Self {
            args,
            started: Instant::now(),
            record,
            composer: Composer::new(args.swallow_enters, Duration::from_millis(args.paste_burst)),
            turn: Turn::new(args.speed),
            kickoff: None,
            working: None,
            lines: Vec::new(),
            drawn: Vec::new(),
            orphan_since: None,
            spewed: 0,
        }
    }

    fn live(&mut self, signals: &Signals, kickoff: Option<String>) -> Result<i32, SessionError> {
        let slow = self.args.slow_start.div_f64(self.args.speed);
        while self.started.elapsed() < slow {
            if let Some(code) = signals.exit_code(self.args.ignore_hup) {
                return Ok(code);
            }
            std::thread::sleep(TICK);
        }
        let mut terminal = Terminal::open()?;
        self.lines.push("demo agent, scripted; it asks no model".to_owned());
        let extra: Vec<String> =
            self.args.scenario.iter().map(|line| format!("DEMO:{line}")).collect();
        if kickoff.is_some() || !extra.is_empty() {
            let text = [extra, Vec::from_iter(kickoff)].concat().join("\n");
            self.message(&text)?;
        }
        loop {
            if let Some(code) = signals.exit_code(self.args.ignore_hup).or(self.advance()?) {
                return Ok(code);
            }
            self.draw(&mut terminal)?;
            if let Some(code) = self.listen(&terminal)? {
                return Ok(code);
            }
        }
    }

    /// Follows the script as far as it goes now.
    fn advance(&mut self) -> Result<Option<i32>, SessionError> {
        if let Some(working) = &self.working {
            let said = match working.try_recv() {
                Ok(said) => Some(said),
                Err(TryRecvError::Disconnected) => Some("the work broke off".to_owned()),
                Err(TryRecvError::Empty) => None,
            };
            if let Some(said) = said {
                self.working = None;
                self.turn.worked();
                self.say(&said)?;
            }
        }
        while let Some(want) = self.turn.look_at(self.started.elapsed()) {
            match want {
                Want::Say(text) => self.say(&text)?,
                Want::Begin(step) => self.begin(step)?,
                Want::Exit(code) => return Ok(Some(code)),
            }
        }
        Ok(None)
    }

    /// Work in the repository runs in a thread, so that the row of work goes on counting.
    fn begin(&mut self, step: Step) -> Result<(), SessionError> {
        let folder = std::env::current_dir()?;
        let kickoff = self.kickoff.clone();
        let (sender, receiver) = channel();
        self.working = Some(receiver);
        std::thread::spawn(move || {
            let result = match (&step, &kickoff) {
                (Step::Consume(inbox), _) => consume(inbox, &folder),
                (Step::Work, Some(kickoff)) => next_thing(kickoff, &folder),
                (Step::Work | Step::Do(_), _) => Ok("there is nothing to do".to_owned()),
            };
            // The session may have ended meanwhile; then nobody wants to know.
            drop(sender.send(result.unwrap_or_else(|error| error.to_string())));
        });
        Ok(())
    }

    fn listen(&mut self, terminal: &Terminal) -> Result<Option<i32>, SessionError> {
        if let Some(since) = self.orphan_since {
            std::thread::sleep(TICK);
            return Ok((since.elapsed() > ORPHAN_LIFE).then_some(0));
        }
        let bytes = match terminal.read(TICK)? {
            Read::Bytes(bytes) => bytes,
            Read::Nothing => return Ok(None),
            Read::Closed if self.args.ignore_hup => {
                self.orphan_since = Some(Instant::now());
                return Ok(None);
            }
            Read::Closed => return Ok(Some(0)),
        };
        self.record.bytes(&bytes)?;
        for typed in self.composer.feed(&bytes, self.started.elapsed()) {
            match typed {
                Typed::Submitted(text) => self.submitted(&text)?,
                Typed::Escape => {
                    self.turn.interrupt();
                    self.lines.push("interrupted".to_owned());
                }
                Typed::Quit => return Ok(Some(0)),
            }
        }
        Ok(None)
    }

    fn submitted(&mut self, text: &str) -> Result<(), SessionError> {
        self.record.submitted(text)?;
        let file = kickoff_file(text);
        let read = file.map(|path| {
            std::fs::read_to_string(&path).map_err(|source| SessionError::Prompt { path, source })
        });
        match read {
            Some(Ok(kickoff)) => self.message(&format!("{text}\n{kickoff}")),
            // A real agent would say so and stay.
            Some(Err(error)) => self.say(&error.to_string()),
            None => self.message(text),
        }
    }

    /// Shows a message, and puts what it orders on the script.
    fn message(&mut self, text: &str) -> Result<(), SessionError> {
        for line in text.lines() {
            self.lines.push(format!("> {}", shown(line)));
        }
        let orders = directives(text);
        let kickoff = Kickoff::read(text, self.args.role, &self.args.state_subdir);
        let is_kickoff = kickoff.is_some();
        self.kickoff = kickoff.or(self.kickoff.take());
        let mut steps = vec![Step::Do(Directive::Busy(self.args.think))];
        let only_orders = !orders.is_empty() && !is_kickoff;
        steps.extend(orders.into_iter().map(Step::Do));
        steps.extend(inbox(text).map(|inbox| Step::Consume(inbox.to_owned())));
        if !only_orders {
            steps.push(match self.kickoff {
                Some(_) => Step::Work,
                None => Step::Do(Directive::Say(format!("heard: {}", shown(first_line(text))))),
            });
        }
        if let Some(Want::Say(refusal)) = self.turn.take(steps, self.started.elapsed()) {
            self.say(&refusal)?;
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), SessionError> {
        self.record.said(text)?;
        // As it is: patterns may want a text at the beginning of a row.
        self.lines.push(text.to_owned());
        Ok(())
    }

    fn draw(&mut self, terminal: &mut Terminal) -> Result<(), SessionError> {
        let composer = format!("> {}", self.composer.text());
        let frame = match self.turn.look(self.started.elapsed()) {
            Look::Idle => vec![composer, "? for shortcuts".to_owned()],
            Look::Active(so_far) => {
                vec![format!("working ({}s · esc to interrupt)", so_far.as_secs()), composer]
            }
            Look::Silent => return Ok(()),
            Look::Spewing => {
                self.spewed += 1;
                self.lines.push(format!("row {} of many", self.spewed));
                vec![composer]
            }
        };
        if self.lines.is_empty() && frame == self.drawn {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.lines);
        match terminal.draw(&lines, &frame) {
            Err(_) if self.args.ignore_hup => {}
            result => result?,
        }
        self.drawn = frame;
        Ok(())
    }
}

/// A line of a message as the screen shows it. An order is cut to its name: the text that it will print would be on the
/// screen too early.
fn shown(line: &str) -> String {
    match line.split_once("DEMO:") {
        Some((before, order)) => {
            let name = order.split_whitespace().next().unwrap_or_default();
            format!("{before}DEMO:{name}")
        }
        None => line.to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
