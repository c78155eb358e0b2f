//! `agents events`: the journal of decisions and outcomes.

use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_store::{Reader, Recorded};

use crate::app::{App, name_of, print, say};
use crate::cli::Events;
use crate::error::{Error, code};
use crate::follow;
use crate::render::{event, stored};

/// The word for what concerns no single agent or service.
pub const FLEET: &str = "fleet";
/// How many events are read at once while following.
const BATCH: u32 = 1000;
/// For how long a store may be unreadable before whoever follows it gives up.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(app: &App, events: &Events) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let reader = stored::reader(&fleet.state_dir())?;
    if let Some(name) = &events.name {
        known(&fleet, reader.as_ref(), name)?;
    }
    let mut seen = 0;
    if let Some(reader) = &reader {
        seen = reader.last_seq()?;
        show(app, &newest(reader, events, seen)?)?;
    } else if !events.follow {
        say("nothing of this fleet was ever started");
    }
    if events.follow {
        follow(app, &fleet, events, seen)?;
    }
    Ok(code::DONE)
}

/// Checks that the name is declared, or was once.
///
/// # Errors
/// [`Error::UnknownName`] lists the known ones.
pub fn known(fleet: &Fleet, reader: Option<&Reader>, name: &str) -> Result<(), Error> {
    if name == FLEET {
        return Ok(());
    }
    let told = reader.map(|reader| reader.journal_of(name, 1)).transpose()?;
    if told.is_some_and(|told| !told.is_empty()) {
        return Ok(());
    }
    name_of(fleet, name).map(drop)
}

/// The newest events up to `last`, oldest first.
fn newest(reader: &Reader, events: &Events, last: u64) -> Result<Vec<Recorded>, Error> {
    let mut found = match events.name.as_deref() {
        None => reader.journal_since(last.saturating_sub(u64::from(events.lines)), events.lines)?,
        Some(FLEET) => of_fleet(reader, events.lines, last)?,
        Some(name) => reader.journal_of(name, events.lines)?,
    };
    found.retain(|event| event.seq <= last);
    Ok(found)
}

/// The newest events that concern no single member.
///
/// # Errors
/// When the store cannot be read.
pub fn of_fleet(reader: &Reader, limit: u32, last: u64) -> Result<Vec<Recorded>, Error> {
    let limit = limit as usize;
    let mut reach = u64::from(BATCH);
    loop {
        let from = last.saturating_sub(reach);
        let count = u32::try_from(reach).unwrap_or(u32::MAX);
        let mut found = reader.journal_since(from, count)?;
        found.retain(|event| event.entry.subject.is_none());
        if found.len() >= limit || from == 0 {
            return Ok(found.split_off(found.len().saturating_sub(limit)));
        }
        reach *= 8;
    }
}

fn follow(app: &App, fleet: &Fleet, events: &Events, seen: u64) -> Result<(), Error> {
    let mut shown = Shown { seen, revision: None };
    let mut failing: Option<Instant> = None;
    loop {
        match shown.news(fleet, events) {
            Ok(news) => {
                failing = None;
                show(app, &news)?;
            }
            // Writers that come and go on a busy machine can make a store unreadable for a moment.
            Err(Error::Unavailable(_))
                if failing.get_or_insert_with(Instant::now).elapsed() < PATIENCE => {}
            Err(error) => return Err(error),
        }
        follow::pause();
    }
}

/// How far a journal was shown.
struct Shown {
    seen: u64,
    revision: Option<u64>,
}

impl Shown {
    /// What came since.
    fn news(&mut self, fleet: &Fleet, events: &Events) -> Result<Vec<Recorded>, Error> {
        let Some(reader) = stored::reader(&fleet.state_dir())? else { return Ok(Vec::new()) };
        let now = reader.revision()?;
        if self.revision == Some(now) {
            return Ok(Vec::new());
        }
        let mut news = reader.journal_since(self.seen, BATCH)?;
        // More than one batch at once: the rest comes with the next look.
        self.revision = (news.len() < BATCH as usize).then_some(now);
        self.seen = news.last().map_or(self.seen, |event| event.seq);
        news.retain(|event| is_about(event, events.name.as_deref()));
        Ok(news)
    }
}

fn is_about(event: &Recorded, name: Option<&str>) -> bool {
    match name {
        None => true,
        Some(FLEET) => event.entry.subject.is_none(),
        Some(name) => event.entry.subject.as_deref() == Some(name),
    }
}

fn show(app: &App, events: &[Recorded]) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let today = event::today();
    let line = |recorded: &Recorded| match app.json {
        true => event::json(recorded).to_string(),
        false => event::line(recorded, today),
    };
    let lines: Vec<String> = events.iter().map(line).collect();
    print(&lines.join("\n"))
}
