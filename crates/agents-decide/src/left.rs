//! What is remembered of a member that the file no longer declares? All of it, for a day: it may run on, its processes
//! may outlive it, and whoever puts it back into the file has neither mended it nor asked for it anew.

use std::time::Duration;

use agents_names::AgentName;

use crate::Moment;
use crate::draft::Draft;
use crate::life::{Ending, Life};
use crate::state::{Member, Wanted};

/// Whoever comes back later is new.
const REMEMBERED_FOR: Duration = Duration::from_secs(24 * 3600);

/// A member that left the file.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Left {
    pub since: Moment,
    /// As it was then.
    pub member: Member,
}

/// Takes up again who is back in the file.
pub(crate) fn come_back(draft: &mut Draft<'_>) {
    if draft.next.left.is_empty() {
        return;
    }
    let names: Vec<AgentName> = draft.declared().iter().map(|what| what.name().clone()).collect();
    for name in names {
        let Some(Left { mut member, .. }) = draft.next.left.remove(&name) else { continue };
        member.life = as_last_seen(member.life);
        draft.next.members.entry(name).or_insert(member);
    }
}

/// Nobody looked meanwhile: whoever ran may have ended, and then has to be cleared away before it starts again.
fn as_last_seen(life: Life) -> Life {
    match life {
        Life::Starting { since, run, .. } => Life::Up { since, run: Some(run) },
        Life::Missing { up_since, run, .. } => Life::Up { since: up_since, run },
        other @ (Life::Stopped { .. }
        | Life::Due { .. }
        | Life::Up { .. }
        | Life::Stopping { .. }
        | Life::Parked { .. }) => other,
    }
}

/// Puts aside who is not in the file any more.
pub(crate) fn put_aside(draft: &mut Draft<'_>) {
    let now = draft.now.at;
    draft.next.left.retain(|_, left| now.since(left.since) < REMEMBERED_FOR);
    let fleet = draft.fleet;
    let is_declared =
        |name: &AgentName| fleet.agent(name).is_some() || fleet.service(name).is_some();
    let members = draft.next.members.keys();
    let gone: Vec<AgentName> = members.filter(|name| !is_declared(name)).cloned().collect();
    for name in gone {
        let Some(member) = draft.next.members.remove(&name) else { continue };
        // Whoever asks about one that has left makes no new one of it.
        draft.next.left.entry(name).or_insert(Left { since: now, member });
    }
}

/// They are asked down, by name or with the whole fleet: whoever is back in the file stays down then. One that has just
/// left it is not put aside yet.
pub(crate) fn want_down(draft: &mut Draft<'_>, names: &[AgentName], whole: bool) {
    let declared: Vec<AgentName> = draft.declared().iter().map(|it| it.name().clone()).collect();
    let leaving = draft.next.members.iter_mut().filter(|(name, _)| !declared.contains(name));
    let left = draft.next.left.iter_mut().map(|(name, left)| (name, &mut left.member));
    for (name, member) in leaving.chain(left) {
        if whole || names.contains(name) {
            stay_down(member);
        }
    }
    // The file may have lost one that was never seen, between the verb and this look.
    let since = draft.now.at;
    for name in names.iter().filter(|name| !declared.contains(name)) {
        if !draft.next.members.contains_key(name) && !draft.next.left.contains_key(name) {
            let member = Member { wanted: Wanted::Down, ..Member::default() };
            draft.next.left.insert(name.clone(), Left { since, member });
        }
    }
}

fn stay_down(member: &mut Member) {
    member.wanted = Wanted::Down;
    match &mut member.life {
        Life::Stopping { then, .. } => *then = None,
        Life::Due { at, .. } => {
            let (since, how) = (*at, Ending::Asked);
            member.life = Life::Stopped { since, how };
        }
        Life::Stopped { .. }
        | Life::Starting { .. }
        | Life::Up { .. }
        | Life::Missing { .. }
        | Life::Parked { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunId;

    #[test]
    fn f48_who_is_asked_down_after_it_left_neither_comes_back_nor_starts() {
        let (since, why) = (Moment(5), || crate::Why::Asked);
        let stopping = |then| Life::Stopping {
            since,
            sent_at: since,
            run: None,
            stage: crate::StopStage::Kill,
            why: why(),
            then,
        };
        let up = || Life::Up { since, run: Some(RunId(7)) };
        for (life, expected) in [
            (stopping(Some(why())), stopping(None)),
            (Life::Due { at: since, why: why() }, Life::Stopped { since, how: Ending::Asked }),
            (up(), up()),
        ] {
            let mut member = Member { wanted: Wanted::Up, life, ..Member::default() };
            stay_down(&mut member);
            assert_eq!((member.wanted, member.life), (Wanted::Down, expected));
        }
    }

    #[test]
    fn f48_who_ran_is_looked_for_when_it_is_back() {
        let (since, run) = (Moment(5), RunId(7));
        let starting = Life::Starting { since, sent_at: since, run, why: crate::Why::Asked };
        assert_eq!(as_last_seen(starting), Life::Up { since, run: Some(run) });
        let missing = Life::Missing { since: Moment(9), up_since: since, run: Some(run) };
        assert_eq!(as_last_seen(missing), Life::Up { since, run: Some(run) });
        let parked = Life::Parked { since, retry_at: Moment(8), reason: "it crashed".to_owned() };
        assert_eq!(as_last_seen(parked.clone()), parked);
    }
}
