//! On what does the judgement of an agent rest? Each machine's state as a sentence, at the time of reading.

mod judged;
#[cfg(test)]
mod tests;

use agents_config::{Fleet, Kind, Watch};
use agents_decide::program::running;
use agents_decide::sentence::{Telling, count, span};
use agents_decide::{Ending, Life, Member, Now, Stage, Wanted};
use agents_names::AgentName;
use agents_watchdog::recorder::Word;
use agents_watchdog::view::{Declared, MemberView, WatchdogState};

/// A machine and what it remembers, in words.
pub type Fact = (&'static str, String);

/// What a member is judged by.
pub struct Evidence<'a> {
    pub name: &'a AgentName,
    /// What is remembered.
    pub member: &'a Member,
    /// What is seen.
    pub view: &'a MemberView,
    pub fleet: &'a Fleet,
    pub word: Option<&'a Word>,
    pub watchdog: WatchdogState,
    pub now: Now,
}

/// What is remembered of a member, as it is to be read now.
pub fn of(evidence: &Evidence<'_>) -> Vec<Fact> {
    let mut facts =
        vec![("wanted", wanted(evidence)), ("life", life(evidence)), ("budget", budget(evidence))];
    if evidence.view.declared == Declared::Service {
        facts.push(("judged", "only whether it runs, since it is a service".to_owned()));
        return facts;
    }
    facts.extend(judged::standing(evidence).map(|standing| ("does", standing)));
    facts.extend([
        ("limit", judged::limit(evidence)),
        ("stall", judged::stall(evidence)),
        ("activity", judged::activity(evidence)),
        ("mailbox", mailbox(evidence)),
    ]);
    facts.extend(programs(evidence.member));
    facts.extend(conversation(evidence.member).map(|text| ("conversation", text)));
    facts.extend(judged::wake(evidence).map(|wake| ("wake", wake)));
    facts.extend(evidence.view.pilot.as_ref().map(|pilot| ("pilot", pilot.told())));
    facts.extend(judged::suspicion(evidence).map(|suspicion| ("suspicion", suspicion)));
    facts
}

impl Evidence<'_> {
    /// Whether the watchdog starts it again when it ends.
    fn is_healed(&self) -> bool {
        self.view.enabled
            && match &self.view.declared {
                Declared::Agent { kind, watch, .. } => *watch != Watch::None && *kind != Kind::Task,
                Declared::Service => true,
            }
    }

    fn watch(&self) -> Option<Watch> {
        match &self.view.declared {
            Declared::Agent { watch, .. } => Some(*watch),
            Declared::Service => None,
        }
    }
}

/// Which conversation it is in, or resumes.
fn conversation(member: &Member) -> Option<String> {
    let had = &member.conversations;
    let earlier = had.known.len() - usize::from(had.own().is_some());
    let earlier = if earlier == 0 { String::new() } else { format!(", after {earlier} earlier") };
    had.own().map(|own| format!("{}{earlier}", own.id))
}

fn wanted(evidence: &Evidence<'_>) -> String {
    let by_itself = evidence.watch().filter(|_| evidence.is_healed());
    match (evidence.member.wanted, by_itself) {
        (Wanted::Up, _) => "up, as the operator asked".to_owned(),
        (Wanted::Down, _) => "down, as the operator asked".to_owned(),
        (Wanted::Unsaid, Some(watch)) => {
            format!(
                "up, since its `watch` is `{}`; the operator has asked for nothing",
                watch.as_str()
            )
        }
        (Wanted::Unsaid, None) => "nobody has asked for it".to_owned(),
    }
}

fn life(evidence: &Evidence<'_>) -> String {
    let now = &evidence.now;
    let telling = Telling::decided(Some(evidence.name), evidence.now);
    match &evidence.member.life {
        Life::Stopped { how: Ending::NeverStarted, .. } => "was never started".to_owned(),
        Life::Stopped { since, how: Ending::Asked } => {
            let by = if evidence.member.wanted == Wanted::Down { " as asked" } else { "" };
            format!("stopped{by} at {}", now.point(*since))
        }
        Life::Stopped { since, how: Ending::Ended(how) } => {
            format!("ended at {}: {how}", now.point(*since))
        }
        Life::Stopped { since, how: Ending::Failed(reason) } => {
            format!("could not be started at {}: {reason}", now.point(*since))
        }
        Life::Due { at, why } if *at > now.at => {
            format!("down; its start is due at {}, because {}", now.point(*at), why.told(&telling))
        }
        Life::Due { at, why } => {
            format!("down; its start is due {}, because {}", now.since(*at), why.told(&telling))
        }
        Life::Starting { since, why, .. } => {
            format!("starting {}, because {}", now.since(*since), why.told(&telling))
        }
        Life::Up { since, run: Some(_) } => format!("up {}", now.since(*since)),
        Life::Up { since, run: None } => {
            format!("up {}, in a session that `agents` did not start", now.since(*since))
        }
        Life::Missing { since, .. } => {
            format!("not found by one look at {}; the next one decides", now.point(*since))
        }
        Life::Stopping { since, why, then, .. } => {
            let after = if then.is_some() { "; it is started again afterwards" } else { "" };
            format!("stopping {}, because {}{after}", now.since(*since), why.told(&telling))
        }
        Life::Parked { since, retry_at, .. } => {
            format!("parked {}; one more try is due at {}", now.since(*since), now.point(*retry_at))
        }
    }
}

/// With what an agent runs, and what its next start takes instead of what the config says.
fn programs(member: &Member) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(program) = running(member) {
        let model = program
            .model
            .as_deref()
            .map_or_else(|| "the default model".to_owned(), |model| format!("model `{model}`"));
        let because = match program.one_off.is_none() {
            true => String::new(),
            false => format!("; the operator asked for {}", program.one_off),
        };
        facts.push(("program", format!("backend `{}`, {model}{because}", program.backend)));
    }
    if !member.one_off.is_none() {
        facts.push(("next start", format!("with {}, as the operator asked", member.one_off)));
    }
    facts
}

fn budget(evidence: &Evidence<'_>) -> String {
    let (timing, budget) = (&evidence.fleet.timing, &evidence.member.budget);
    let in_all = match evidence.member.starts {
        0 => "never started".to_owned(),
        starts => format!("started {} in all", count(u64::from(starts), "time")),
    };
    if !evidence.is_healed() {
        return format!("not counted, since nothing restarts it by itself; {in_all}");
    }
    let used = budget.counted(timing, evidence.now.at);
    let mut said = format!(
        "{used} of {} used within the last {}",
        count(u64::from(timing.restart_limit), "automatic start"),
        span(timing.restart_window.as_secs()),
    );
    // A parked one waits for its next try, however soon the budget would allow more.
    let is_parked = matches!(evidence.member.life, Life::Parked { .. });
    if used >= timing.restart_limit as usize
        && !is_parked
        && let Some(again) = budget.allows_at(timing)
    {
        said.push_str(&format!(", the next is possible at {}", evidence.now.point(again)));
    }
    let deaths = match budget.failures {
        0 => "no death to count".to_owned(),
        deaths => format!(
            "{} in a row, which {} of running wipe out",
            count(u64::from(deaths), "death"),
            span(timing.healthy_after.as_secs())
        ),
    };
    format!("{said}; {deaths}; {in_all}")
}

fn mailbox(evidence: &Evidence<'_>) -> String {
    let mailbox = &evidence.member.mailbox;
    let Some(first) = mailbox.queue.front() else { return "nothing is owed to it".to_owned() };
    let stage = match &mailbox.stage {
        Stage::Owed => "not typed yet",
        Stage::Typing { .. } => "being typed",
        Stage::Typed { .. } => "typed, not submitted yet",
        Stage::Submitted { .. } => "submitted, not seen to go yet",
        Stage::Stuck { unsubmitted: true, .. } => {
            "typed behind a text of somebody's, and not submitted"
        }
        Stage::Stuck { .. } => "typed, and not taken after every try",
    };
    let more = match mailbox.queue.len() - 1 {
        0 => String::new(),
        more => format!("; {more} more behind it"),
    };
    format!("the {} is owed {}, {stage}{more}", first.kind, evidence.now.since(first.owed_since))
}
