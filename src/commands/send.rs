//! `agents send`: type a message at an agent, and see that it went.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use agents_config::Fleet;
use agents_decide::{Answer, SendTerms, Verb};
use agents_names::AgentName;
use agents_watchdog::view::WatchdogState;
use serde_json::{Value, json};

use crate::app::{App, name_of, print, say};
use crate::bystander;
use crate::cli::Send;
use crate::commands::neighbours;
use crate::error::{Error, code};
use crate::operate::{Ask, ask};

mod letter;
#[cfg(test)]
mod tests;

use letter::Letter;

/// The answer comes when the message was given up on at the latest; a look may be late.
const ANSWERS_WITHIN: Duration = Duration::from_secs(22);

pub fn run(app: &App, send: &Send) -> Result<u8, Error> {
    let loaded = app.in_force()?.loaded;
    let name = name_of(&loaded.fleet, &send.name)?;
    if loaded.fleet.agent(&name).is_none() {
        return Err(Error::Usage(format!("{name} is a service; only agents take messages")));
    }
    let text = text(send)?;
    if text.trim().is_empty() {
        return Err(Error::Usage("the message is blank".to_owned()));
    }
    neighbours::refuse_before_first(app, &loaded.fleet)?;
    let terms = SendTerms { now: send.now, within: send.wait };
    let letter = Letter::of(&loaded.fleet.state_dir(), &name, text)?;
    let verb = Verb::Send { name: name.clone(), text: letter.line().to_owned(), terms };
    let answers = ask(app, &loaded, &Ask { verb, within: terms.limit() + ANSWERS_WITHIN });
    let answer = answers.map(|answers| answers.into_iter().next().map(|(_, answer)| answer));
    let receipt = match answer {
        Ok(Some(answer)) => Receipt::of(answer),
        Ok(None) => Receipt::Refused("the config no longer declares it".to_owned()),
        // Whether it is typed later is not known, so what it points at stays.
        Err(error) => return Err(error),
    };
    if receipt.is_over() {
        letter.forget();
    }
    if app.json {
        print(&receipt.json(&name, letter.file()).to_string())?;
    } else {
        say(&format!("{name}: {}", receipt.words(&loaded.fleet)?));
        if let (Some(file), false) = (letter.file(), receipt.is_over()) {
            say(&format!("{name}: it lies in {}, and one line points there", file.display()));
        }
    }
    Ok(receipt.code())
}

fn text(send: &Send) -> Result<String, Error> {
    if let Some(file) = &send.file {
        return read(file);
    }
    if send.text == ["-"] {
        return read(Path::new("-"));
    }
    Ok(send.text.join(" "))
}

/// The longest message, in bytes: nobody reads more, and a device or a pipe may never end.
const LONGEST: u64 = 16 << 20;

fn read(file: &Path) -> Result<String, Error> {
    let mut text = String::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().take(LONGEST + 1).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text))
    };
    match read {
        Ok(_) if text.len() as u64 > LONGEST => Err(Error::Usage(format!(
            "{} is longer than a message may be, {} MiB: send its path instead",
            file.display(),
            LONGEST >> 20
        ))),
        Ok(_) => Ok(text),
        Err(error) => {
            Err(Error::Failed(format!("cannot read the message from {}: {error}", file.display())))
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Receipt {
    /// It was seen to go, by this evidence.
    Delivered(&'static str),
    /// It is typed later; why not yet.
    Queued(String),
    Refused(String),
    /// Nobody can see the terminals; what is done about it.
    Unknown(String),
}

impl Receipt {
    fn of(answer: Answer) -> Self {
        match answer {
            Answer::Delivered(evidence) => Self::Delivered(evidence.told()),
            Answer::Waiting(reason) => Self::Queued(reason),
            Answer::Unseen(reason) => Self::Unknown(reason),
            Answer::Failed(reason) => Self::Refused(reason),
            Answer::Done(_)
            | Answer::Started
            | Answer::AlreadyRunning
            | Answer::Stopped
            | Answer::StoppedWith(_)
            | Answer::NotRunning
            | Answer::NotRunningWith(_) => {
                Self::Refused("it was answered as another request".to_owned())
            }
        }
    }

    /// Whether it will never be typed.
    fn is_over(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    fn code(&self) -> u8 {
        match self {
            Self::Delivered(_) => code::DONE,
            Self::Queued(_) => code::PARTLY,
            Self::Refused(_) => code::FAILED,
            Self::Unknown(_) => code::UNAVAILABLE,
        }
    }

    fn words(&self, fleet: &Fleet) -> Result<String, Error> {
        Ok(match self {
            Self::Delivered(evidence) => format!("delivered: {evidence}"),
            Self::Queued(reason) => {
                let is_watched = bystander::watchdog(fleet)?.state != WatchdogState::Stopped;
                let who = if is_watched {
                    ""
                } else {
                    "; no watchdog runs, and nothing is typed without one (`agents up watchdog`)"
                };
                format!("queued: {reason}{who}")
            }
            Self::Refused(reason) => format!("refused: {reason}"),
            Self::Unknown(reason) => format!("unknown: {reason}"),
        })
    }

    /// As `agents.send/1`.
    fn json(&self, name: &AgentName, file: Option<&Path>) -> Value {
        let (result, reason, evidence) = match self {
            Self::Delivered(evidence) => ("delivered", None, Some(*evidence)),
            Self::Queued(reason) => ("queued", Some(reason), None),
            Self::Refused(reason) => ("refused", Some(reason), None),
            Self::Unknown(reason) => ("unknown", Some(reason), None),
        };
        let file = file.filter(|_| !self.is_over());
        let row = json!({ "name": name, "result": result, "reason": reason, "evidence": evidence, "file": file });
        json!({ "schema": "agents.send/1", "agents": [row] })
    }
}
