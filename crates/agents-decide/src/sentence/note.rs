//! Why did something not happen, or what is being waited for, in words?

use super::{Mood, Telling, count, listed, messages_kept, short, span, way_out};
use crate::{About, AnswerNote, FatalNote, MessageNote, Note, Now, PhaseNote, WakeNote};

impl About {
    /// The sentence after its subject: `worker: it is idle since …`.
    #[must_use]
    pub fn told(&self, now: Now, mood: Mood) -> String {
        let telling = Telling { about: self.name.as_ref(), now, mood };
        let subject = self.name.as_ref().map_or("fleet", |name| name.as_str());
        format!("{subject}: {}", self.note.told(&telling))
    }
}

impl Note {
    /// The reason in words; a member is `it`.
    #[must_use]
    pub fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::Life(note) => note.told(telling),
            Self::Activity(note) => note.told(telling),
            Self::Limit(note) => note.told(telling),
            Self::Stall(note) => note.told(telling),
            Self::Message(note) => note.told(telling),
            Self::Wake(note) => note.told(telling),
            Self::Pilot(note) => note.told(telling),
            Self::Conversation(note) => note.told(telling),
            Self::Phase(note) => note.told(telling),
            Self::Account(note) => note.told(telling),
            Self::Login(note) => note.told(telling),
            Self::CannotSee { cause } => {
                format!("it cannot be seen ({cause}), so nothing is done about it")
            }
            Self::Doubted => {
                "it looks gone together with many others, which a second look must confirm first"
                    .to_owned()
            }
            Self::TerminalsUnseen { cause, server } => {
                let way_out = server.map_or_else(String::new, |it| format!("; {}", way_out(it)));
                format!(
                    "the terminals cannot be seen ({cause}); nothing is started or stopped until they can{way_out}"
                )
            }
            Self::Asks { row } => format!(
                "asks something, and is answered by a person only (`agents attach {}`); nothing is typed at it until then: {row}",
                telling.name()
            ),
            Self::Suspended { pid, since } => format!(
                "its program has been stopped by a signal (SIGSTOP or Ctrl-Z) {}; nothing is typed at it, and it is not ended for that; `kill -CONT -{pid}` lets it go on",
                telling.now.since(*since)
            ),
            Self::GoesOn { since } => {
                format!(
                    "its program goes on, which was seen to be stopped {}",
                    telling.now.since(*since)
                )
            }
            Self::Answer(AnswerNote::Answers { dialog, choose }) => {
                format!(
                    "its dialog {dialog} {} answered with \"{choose}\", as the config says",
                    telling.is("is", "would be")
                )
            }
            Self::Answer(AnswerNote::Left { dialog, why }) => format!(
                "the config's answer to its dialog {dialog} {} not given: {why}",
                telling.is("is", "would be")
            ),
            Self::ServerLost => format!(
                "the tmux server was lost with the sessions in it; the fleet {} brought back in order",
                telling.is("is", "would be")
            ),
            Self::MassVerdict { count, of } => format!(
                "{count} of {of} look dead or stalled at once, which speaks against the look; another connection to tmux must confirm it first"
            ),
            Self::Fatal(note) => note.told(telling),
            Self::BranchUnread { cause } => format!(
                "the shared branch could not be read ({cause}); the next fetch reads from the same commit on"
            ),
            Self::HandoffBegins { head } => format!(
                "handoff: the shared branch is followed from commit {} on; what came before is not told",
                short(head)
            ),
            Self::HandoffNews { news, told } if told.is_empty() => {
                format!("handoff: {news}; nobody {} told", telling.is("is", "would be"))
            }
            Self::HandoffNews { news, told } if told.len() > 1 => {
                let are = telling.is("are to be", "would be");
                format!("handoff: {news}; {} {are} told", listed(told))
            }
            Self::HandoffNews { news, told } => {
                format!(
                    "handoff: {news}; {} {} told",
                    listed(told),
                    telling.is("is to be", "would be")
                )
            }
            Self::Undeclared { session } => format!(
                "its session {session} runs, but the config no longer declares it; `agents down --undeclared` ends it"
            ),
        }
    }
}

impl FatalNote {
    fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::Once { what, decided_at } => format!(
                "{what}; a second look decides what to do, at {}",
                telling.now.point(*decided_at)
            ),
            Self::Asked { what } => {
                format!("{what}; it takes input all the same, so its answer to a message decides")
            }
            Self::Quoted { what } => format!(
                "{what}; but it has answered a message with something else, so that is old or quoted"
            ),
        }
    }
}

impl MessageNote {
    fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::Waits { message, reason } => format!("the {message} waits: {reason}"),
            Self::Typed { message } => format!("the {message} is typed, and about to be submitted"),
            Self::Submitted { message, tries } => format!(
                "the {message} was submitted (try {tries}), and its screen does not show yet that it went"
            ),
            Self::Kept { count } => messages_kept(u64::from(*count)),
            Self::Overtaken { count: pings } => format!(
                "{} about the phase that ends {} dropped",
                count(u64::from(*pings), "ping"),
                if *pings == 1 { "is" } else { "are" }
            ),
            Self::Seen { message, evidence, submits, .. } => {
                let tries = if *submits > 1 { format!(" (try {submits})") } else { String::new() };
                format!("the {message} was submitted and seen to go{tries}: {}", evidence.told())
            }
            Self::Unproven { message, .. } => format!(
                "nothing shows whether the {message} went: nothing of it stands in the composer; it {} not typed again",
                telling.is("is", "would be")
            ),
            Self::EndedUnproven { message, .. } => format!(
                "nothing shows whether the {message} went before its program ended; it {} not typed again",
                telling.is("is", "would be")
            ),
            Self::OwedAnew { message, at } => format!(
                "nothing shows whether the {message} went, and nothing of it stands in the composer, so it is typed again at {}",
                telling.now.point(*at)
            ),
            Self::Behind { message } => format!(
                "the {message} stands in the composer behind a text of somebody's, and is not submitted with it; `agents attach {}` shows both",
                telling.name()
            ),
            Self::Stuck { message, tries } => format!(
                "the {message} is typed, but did not go after {}; `agents attach {}` shows why",
                count(u64::from(*tries), "submit"),
                telling.name()
            ),
        }
    }
}

impl WakeNote {
    fn told(&self, telling: &Telling<'_>) -> String {
        let now = &telling.now;
        match self {
            Self::At { at } => format!("its next wake is due at {}", now.point(*at)),
            Self::Due { since, reason } => {
                format!("its wake is due {}, and waits: {reason}", now.since(*since))
            }
            Self::FileMissing => format!(
                "its wake {} skipped, since its prompt file is missing or blank",
                telling.is("is", "would be")
            ),
            Self::Rests => {
                "its wakes rest, since the phase sequence is complete; `agents phase set` goes back to a phase"
                    .to_owned()
            }
        }
    }
}

impl PhaseNote {
    fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::InProgress { phase, reason } => {
                format!("phase {phase} is in progress: {reason}")
            }
            Self::Finishing { phase, agents, until } => format!(
                "phase {phase} is done; {} may finish what {} at, until {}",
                listed(agents),
                if agents.len() == 1 { "it is" } else { "they are" },
                telling.now.point(*until)
            ),
            Self::Done { phase, within } => format!(
                "phase {phase} is done; the watchdog judges phases every {} (`heavy_interval`), and moves on when it does so next; `agents phase next` goes on at once",
                span(within.as_secs())
            ),
            Self::Advancing { from, to } if from == to => format!(
                "phase {to} {} again; the loop agents {} stopped first",
                telling.is("begins", "would begin"),
                telling.is("are", "would be")
            ),
            Self::Advancing { from, to } => match telling.mood {
                Mood::Decided => {
                    format!("phase {from} gives way to {to}; the loop agents are stopped first")
                }
                Mood::Foretold => format!(
                    "phase {from} would give way to {to}; the loop agents would be stopped first"
                ),
            },
            Self::NoAutoAdvance { phase } => format!(
                "phase {phase} is done; `auto_advance` is off, so it stays until `agents phase next`"
            ),
            Self::Complete => {
                "the last phase is done, so the loop agents rest: the phase sequence is complete"
                    .to_owned()
            }
            Self::Unknown { phase } => format!(
                "phase {phase} is not in the config, so the phases stand still; `agents phase set` chooses one"
            ),
        }
    }
}
