//! Why does a member run, rest or wait, in words?

use super::{Mood, Telling, count, span, strays_ended};
use crate::{Bar, Hold, LifeNote, Now, StaysDown};

impl LifeNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let (now, name) = (&telling.now, telling.name());
        match self {
            Self::Running => "its session is there, and its program runs".to_owned(),
            Self::Adopted => {
                "its session was not started by `agents`; it is left as it is, and watched".into()
            }
            Self::MissingOnce => {
                "one look did not find its session; the next, within a second, decides".to_owned()
            }
            Self::FoundAgain => {
                "one look did not find its session, the next one did; nothing was done".to_owned()
            }
            Self::NeverStarted => format!("it was never started; `agents up {name}` starts it"),
            Self::DownOnPurpose => {
                format!("it is down, as the operator asked; `agents up {name}` starts it")
            }
            Self::Stopped => {
                format!("it was stopped, and not asked up since; `agents up {name}` starts it")
            }
            Self::Disabled => {
                format!("it is disabled in the config; only `agents up {name}` starts it")
            }
            Self::WaitsForPhase => {
                "it starts with the new phase, once all loop agents have stopped".to_owned()
            }
            Self::LoopComplete => {
                "it rests, since the phase sequence is complete; `agents phase set` goes back to a phase".into()
            }
            Self::Unsupervised => format!(
                "it is left as it is: no watchdog runs, and `agents up {name}` was not asked for"
            ),
            Self::TaskEnded { how, again: true } => {
                format!("it is a task and ran once: {how}; `agents up {name}` runs it again")
            }
            // What follows is told of the task itself.
            Self::TaskEnded { how, again: false } => format!("its program ended: {how}"),
            Self::StaysDown { how, why } => format!(
                "it ended by itself ({how}) and stays down, {}; `agents up {name}` starts it",
                why.told()
            ),
            Self::StartAt { at, why } => {
                let due = if *at > now.at {
                    let to_be = telling.is("it is to be started", "it would be started");
                    format!("{to_be} by the first look after {}", now.point(*at))
                } else {
                    format!("its start is due {}, and waits for the next look", now.since(*at))
                };
                format!("{due}, because {}", why.told(telling))
            }
            Self::WaitsForTurn { hold } => format!("its start is due and waits: {}", hold.told(now)),
            Self::Starting { since } => {
                format!("its start was sent, and its session is awaited {}", now.since(*since))
            }
            Self::Stopping { since, why } => {
                let (since, why) = (now.since(*since), why.told(telling));
                match telling.mood {
                    Mood::Decided => format!(
                        "it is being stopped {since}, because {why}; its session or a process is still there"
                    ),
                    Mood::Foretold => format!("it would be on its way down, because {why}"),
                }
            }
            Self::StraysEnded { count } => strays_ended(*count),
            Self::Parked { reason, retry_at } => format!(
                "it {} parked ({reason}); one more try is due at {}, and `agents up {name}` tries at once",
                telling.is("is", "would be"),
                now.point(*retry_at)
            ),
            Self::Unstartable { reason, by_itself: true } => {
                format!("it cannot be started: {reason}; it is started as soon as that is mended")
            }
            Self::Unstartable { reason, by_itself: false } => {
                format!("it could not be started: {reason}; `agents up {name}` tries again")
            }
            Self::NotRestarted { why, bar } => format!(
                "it needs a restart, because {}, but {}",
                why.told(telling),
                bar.told(now, name)
            ),
        }
    }
}

impl StaysDown {
    fn told(self) -> &'static str {
        match self {
            Self::Disabled => "since the config disables it",
            Self::NotWatched => "since its `watch` is `none`",
            Self::AskedDown => "as the operator asked",
            Self::NeverAsked => "since nobody has asked for it",
            Self::NotThen => "since it was not to be restarted at that time",
        }
    }
}

impl Hold {
    /// What it waits for its turn behind, in words.
    #[must_use]
    pub fn told(&self, now: &Now) -> String {
        match self {
            Self::Pace { starts, seconds } => format!(
                "the fleet has had {} within the last {seconds} s, and gets no more in that time, so that a fault of the machine does not become a storm of starts",
                count(*starts as u64, "automatic start")
            ),
            Self::InFlight { starting } => format!(
                "{} under way, and `max_starts_in_flight` allows no more at once",
                count(*starting as u64, "start")
            ),
            Self::Account { account, free_at } => format!(
                "another agent of account `{account}` was just started, and they start one by one; it is free at {}",
                now.point(*free_at)
            ),
            Self::Services => {
                "the services come first after the loss of the tmux server".to_owned()
            }
        }
    }
}

impl Bar {
    fn told(&self, now: &Now, name: &str) -> String {
        match self {
            Self::Budget { limit, window_seconds, again_at } => {
                let again = again_at
                    .map_or_else(|| "never".to_owned(), |at| format!("at {}", now.point(at)));
                format!(
                    "its restart budget is used up ({} within {}): it is left running; a restart is possible again {again}, and `agents restart {name}` does it at once",
                    count(u64::from(*limit), "automatic start"),
                    span(*window_seconds)
                )
            }
            Self::InVain { restarts, again_at } => format!(
                "{} in a row brought it to no work: it is left running; the next restart is possible at {}, and `agents restart {name}` does it at once",
                count(u64::from(*restarts), "restart"),
                now.point(*again_at)
            ),
            Self::Unstartable { reason } => {
                format!("could not be started again, so it is left running: {reason}")
            }
        }
    }
}
