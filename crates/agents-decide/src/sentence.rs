//! How does a decision read? Plain sentences for `plan`, `why`, `events` and the log.
//!
//! Every sentence is told at some time, so that "in 5 s" is true when it is read.

mod account;
mod action;
mod conversation;
mod judged;
mod life;
mod note;
mod pilot;
#[cfg(test)]
mod tests;
mod why;

use agents_names::AgentName;
use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

use crate::{Moment, Now, ServerSeen, Zone};

/// How a sentence is told: about whom, when, and whether it has come to pass.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// Who it is about, for the commands that a sentence names; `None`: the fleet.
    pub about: Option<&'a AgentName>,
    /// The time at which it is told.
    pub now: Now,
    pub mood: Mood,
}

/// Whether something was decided, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// A tick decided it.
    Decided,
    /// The next tick would decide it.
    Foretold,
}

impl<'a> Telling<'a> {
    /// Tells what was decided.
    #[must_use]
    pub fn decided(about: Option<&'a AgentName>, now: Now) -> Self {
        Self { about, now, mood: Mood::Decided }
    }

    /// Tells what the next tick would decide.
    #[must_use]
    pub fn foretold(about: Option<&'a AgentName>, now: Now) -> Self {
        Self { about, now, mood: Mood::Foretold }
    }

    /// The name of the member, as a command line takes it.
    fn name(&self) -> &str {
        self.about.map_or("NAME", AgentName::as_str)
    }

    /// The verb form: `is held`, or `would be held`.
    fn is<'t>(&self, decided: &'t str, foretold: &'t str) -> &'t str {
        match self.mood {
            Mood::Decided => decided,
            Mood::Foretold => foretold,
        }
    }
}

impl Now {
    /// A time of the wall as this machine shows it: the clock, with the date on another day.
    #[must_use]
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        let (here, today) = (self.local(at), self.local(self.wall).date());
        let format = if here.date() == today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
        here.format(format).to_string()
    }

    /// What is ahead: `14:36:20 (in 5 s)`; what has passed: `14:36:20 (5 s ago)`.
    #[must_use]
    pub fn point(&self, at: Moment) -> String {
        let clock = self.clock(self.wall_of(at));
        if at > self.at {
            // Nothing that lies ahead is due "in 0 s".
            let rest = (at.since(self.at) + std::time::Duration::from_millis(500)).as_secs().max(1);
            format!("{clock} (in {})", span(rest))
        } else {
            format!("{clock} ({} ago)", span(self.at.since(at).as_secs()))
        }
    }

    /// What lasts: `since 14:36:05 (45 s)`.
    #[must_use]
    pub fn since(&self, from: Moment) -> String {
        let clock = self.clock(self.wall_of(from));
        format!("since {clock} ({})", span(self.at.since(from).as_secs()))
    }

    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        match self.zone {
            Zone::Named(zone) => at.with_timezone(&zone).naive_local(),
            Zone::Fixed(east) => match FixedOffset::east_opt(east) {
                Some(zone) => at.with_timezone(&zone).naive_local(),
                None => at.naive_utc(),
            },
        }
    }
}

/// Seconds for people: `45 s`, `12 min`, `3 h 5 min`.
#[must_use]
pub fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number of things: `1 start`, `2 starts`.
#[must_use]
pub fn count(number: u64, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}

/// What a person can do about a tmux server that lets everybody wait. Not for one that only has lost its socket.
#[must_use]
pub fn way_out(server: ServerSeen) -> String {
    let pid = server.pid;
    format!(
        "`kill -CONT {pid}` wakes a tmux server that was stopped, `kill -9 {pid}` ends it with its sessions, and the \
         watchdog brings the fleet back"
    )
}

/// That messages wait for a member that is down.
#[must_use]
pub fn messages_kept(messages: u64) -> String {
    format!("{} kept for its next start", count(messages, "message"))
}

/// That processes were ended which nothing but their environment tied to a run.
pub(crate) fn strays_ended(count: u32) -> String {
    let (processes, were) = match count {
        1 => ("a process".to_owned(), "was"),
        more => (format!("{more} processes"), "were"),
    };
    format!("{processes} that it had left running outside of its session {were} ended too")
}

/// Names for people: `a`, `a and b`, `a, b and c`.
fn listed<'n>(names: impl IntoIterator<Item = &'n AgentName>) -> String {
    let names: Vec<&str> = names.into_iter().map(AgentName::as_str).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn first_words(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(60).collect();
    if cut.len() < text.len() { format!("\"{cut}…\"") } else { format!("\"{cut}\"") }
}
