//! `agents send`: type a message at an agent, and see that it went.

use std::io::Read as _;
use std::time::Duration;

use agents_decide::{Answer, Verb};

use crate::app::{App, name_of};
use crate::cli::Send;
use crate::error::{Error, code};
use crate::operate::{Ask, ask, report};

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
    let within = Duration::from_secs(30);
    let answers = ask(app, &loaded, &Ask { verb: Verb::Send { name, text }, within })?;
    let code = report(app, "send", &answers)?;
    let waits = answers.iter().any(|(_, answer)| matches!(answer, Answer::Waiting(_)));
    Ok(if waits { code::PARTLY } else { code })
}

fn text(send: &Send) -> Result<String, Error> {
    if send.text == ["-"] {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    Ok(send.text.join(" "))
}
