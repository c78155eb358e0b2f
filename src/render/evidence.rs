//! On what does the judgement of an agent rest? Each machine's state as a sentence.

use agents_config::Timing;
use agents_decide::program::running;
use agents_decide::sentence::span;
use agents_decide::{Ending, Life, Limit, Member, Moment, Stage, Stall, Wanted};

/// A machine and what it remembers, in words.
pub type Fact = (&'static str, String);

/// What is remembered of a member at `now`, in fleet time.
pub fn of(member: &Member, timing: &Timing, now: Moment) -> Vec<Fact> {
    let ago = |since: Moment| span(now.since(since).as_secs());
    let ahead = |at: Moment| span(at.since(now).as_secs());
    let mut facts = vec![
        ("wanted", wanted(member.wanted).to_owned()),
        ("life", life(&member.life, &ago, &ahead)),
        ("budget", budget(member, timing)),
        ("limit", limit(&member.limit, &ago, &ahead)),
        ("stall", stall(&member.stall, &ago)),
        ("activity", activity(member, &ago)),
        ("mailbox", mailbox(member, &ago)),
    ];
    facts.extend(programs(member));
    facts.extend(member.wake_at.map(|at| ("wake", format!("next in {}", ahead(at)))));
    facts.extend(member.suspicion.as_ref().map(|suspicion| {
        ("suspicion", format!("{}, since {}", suspicion.what, ago(suspicion.since)))
    }));
    facts
}

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Unsaid => "the operator has asked for nothing; the config decides",
        Wanted::Up => "the operator wants it up",
        Wanted::Down => "the operator wants it down",
    }
}

fn life(life: &Life, ago: &dyn Fn(Moment) -> String, ahead: &dyn Fn(Moment) -> String) -> String {
    match life {
        Life::Stopped { how: Ending::NeverStarted, .. } => "was never started".to_owned(),
        Life::Stopped { since, how: Ending::Asked } => {
            format!("stopped as asked, {} ago", ago(*since))
        }
        Life::Stopped { since, how: Ending::Ended(how) } => {
            format!("ended {} ago: {how}", ago(*since))
        }
        Life::Stopped { since, how: Ending::Failed(reason) } => {
            format!("could not be started {} ago: {reason}", ago(*since))
        }
        Life::Due { at, why } => format!("is to be started in {}, because {why}", ahead(*at)),
        Life::Starting { since, why, .. } => {
            format!("is starting since {}, because {why}", ago(*since))
        }
        Life::Up { since, run } => {
            let run = run.map_or_else(
                || "a session that `agents` did not start".to_owned(),
                |run| format!("run {run}"),
            );
            format!("up since {}, {run}", ago(*since))
        }
        Life::Missing { since, .. } => {
            format!("not found by one look {} ago; a second one decides", ago(*since))
        }
        Life::Stopping { since, why, then, .. } => {
            let after = if then.is_some() { ", then started again" } else { "" };
            format!("is being stopped since {}, because {why}{after}", ago(*since))
        }
        Life::Parked { since, retry_at, reason } => {
            format!("parked {} ago ({reason}); next try in {}", ago(*since), ahead(*retry_at))
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

fn budget(member: &Member, timing: &Timing) -> String {
    format!(
        "{} of {} automatic starts used within {}; {} deaths since it was last healthy; {} starts in all",
        member.budget.starts.len(),
        timing.restart_limit,
        span(timing.restart_window.as_secs()),
        member.budget.failures,
        member.starts
    )
}

fn limit(
    limit: &Limit,
    ago: &dyn Fn(Moment) -> String,
    ahead: &dyn Fn(Moment) -> String,
) -> String {
    match limit {
        Limit::Clear { dismissed: None } => "no usage window".to_owned(),
        Limit::Clear { dismissed: Some(row) } => {
            format!("no usage window; a probe has disproved the row \"{row}\"")
        }
        Limit::Held { since, probe_at, until, banner, probes } => {
            let until = until.map_or_else(
                || "without a readable reset".to_owned(),
                |until| format!("until {}", until.format("%Y-%m-%d %H:%M:%S UTC")),
            );
            let probe = ahead(*probe_at);
            format!(
                "held since {} {until} (\"{banner}\"); probed in {probe} at the latest, {probes} probes in vain",
                ago(*since)
            )
        }
        Limit::Probing { since, banner, probes, .. } => {
            format!(
                "is probed since {} ({} before it in vain), held for \"{banner}\"",
                ago(*since),
                probes
            )
        }
    }
}

fn stall(stall: &Stall, ago: &dyn Fn(Moment) -> String) -> String {
    match stall {
        Stall::Working => "works, or is not judged".to_owned(),
        Stall::Idle { since, .. } => format!("idle since {}", ago(*since)),
        Stall::Suspect { since, .. } => {
            format!("idle since {}, and suspected to have stalled", ago(*since))
        }
        Stall::Promised { idle_since, vow } => format!(
            "idle since {}, and promised to go on at {}",
            ago(*idle_since),
            vow.until.format("%Y-%m-%d %H:%M:%S UTC")
        ),
    }
}

fn activity(member: &Member, ago: &dyn Fn(Moment) -> String) -> String {
    let seen =
        |at: Option<Moment>| at.map_or_else(|| "never".to_owned(), |at| format!("{} ago", ago(at)));
    let activity = &member.activity;
    format!(
        "screen changed {}; active pattern seen {}; last sign of work {}",
        seen(activity.changed_at),
        seen(activity.active_at),
        seen(activity.evidence_at)
    )
}

fn mailbox(member: &Member, ago: &dyn Fn(Moment) -> String) -> String {
    let Some(first) = member.mailbox.queue.front() else { return "nothing is owed".to_owned() };
    let stage = match &member.mailbox.stage {
        Stage::Owed => "not typed yet",
        Stage::Typing { .. } => "being typed",
        Stage::Typed { .. } => "typed, not submitted yet",
        Stage::Submitted { .. } => "submitted, not seen to go yet",
        Stage::Stuck { .. } => "typed, and not taken after every try",
    };
    let more = member.mailbox.queue.len() - 1;
    let more = if more == 0 { String::new() } else { format!("; {more} more behind it") };
    format!("the {} is owed since {}, {stage}{more}", first.kind, ago(first.owed_since))
}
