//! Which machine went from where to where?

use agents_decide::{Base, FleetState, Life, Limit, Member, Sequence, Stage, Stall};

/// A machine, and two of its states: `life: up > missing`.
pub type Transition = (&'static str, &'static str, &'static str);

/// What changed between two states.
#[must_use]
pub fn transitions_between(before: &FleetState, after: &FleetState) -> Vec<Transition> {
    let mut found = Vec::new();
    let mut note = |machine, from: &'static str, to: &'static str| {
        if from != to {
            found.push((machine, from, to));
        }
    };
    let blank = Member::default();
    for (name, next) in &after.members {
        let was = before.members.get(name).unwrap_or(&blank);
        note("life", life(&was.life), life(&next.life));
        note("limit", limit(&was.limit), limit(&next.limit));
        note("stall", stall(&was.stall), stall(&next.stall));
        note("delivery", stage(&was.mailbox.stage), stage(&next.mailbox.stage));
        note("suspicion", held(was.suspicion.is_some()), held(next.suspicion.is_some()));
    }
    note("phases", sequence(before.sequence.as_ref()), sequence(after.sequence.as_ref()));
    note("handoff", base(&before.handoff.base), base(&after.handoff.base));
    note("blind", held(before.blind.is_some()), held(after.blind.is_some()));
    note("doubt", held(before.doubted_since.is_some()), held(after.doubted_since.is_some()));
    found
}

fn life(life: &Life) -> &'static str {
    match life {
        Life::Stopped { .. } => "stopped",
        Life::Due { .. } => "due",
        Life::Starting { .. } => "starting",
        Life::Up { .. } => "up",
        Life::Missing { .. } => "missing",
        Life::Stopping { .. } => "stopping",
        Life::Parked { .. } => "parked",
    }
}

fn limit(limit: &Limit) -> &'static str {
    match limit {
        Limit::Clear { .. } => "clear",
        Limit::Held { .. } => "held",
        Limit::Probing { .. } => "probing",
    }
}

fn stall(stall: &Stall) -> &'static str {
    match stall {
        Stall::Working => "working",
        Stall::Idle { .. } => "idle",
        Stall::Suspect { .. } => "suspect",
        Stall::Promised { .. } => "promised",
    }
}

fn stage(stage: &Stage) -> &'static str {
    match stage {
        Stage::Owed => "owed",
        Stage::Typing { .. } => "typing",
        Stage::Typed { .. } => "typed",
        Stage::Submitted { .. } => "submitted",
        Stage::Stuck { .. } => "stuck",
    }
}

fn sequence(sequence: Option<&Sequence>) -> &'static str {
    match sequence {
        None => "none",
        Some(Sequence::Running { .. }) => "running",
        Some(Sequence::Finishing { .. }) => "finishing",
        Some(Sequence::Moving { .. }) => "moving",
        Some(Sequence::Completing { .. }) => "completing",
        Some(Sequence::Complete { .. }) => "complete",
    }
}

fn base(base: &Base) -> &'static str {
    match base {
        Base::Unseen => "unseen",
        Base::NoCopy => "no copy",
        Base::Copy(_) => "copy",
        Base::Empty => "empty",
        Base::At(_) => "at",
    }
}

fn held(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}
