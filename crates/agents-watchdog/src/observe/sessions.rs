//! Which pane belongs to which member?

use std::cmp::Reverse;
use std::collections::BTreeMap;

use agents_config::Fleet;
use agents_decide::{DeadSeen, PaneSeen, Seen, ServerSeen, Undeclared};
use agents_names::{AgentName, SessionName};
use agents_tmux::{Listing, Pane};

use super::run_of;

/// What a session of ours carries in `@agents_id`: it stays when the session is renamed, and tells fleets apart.
#[must_use]
pub fn tag(fleet: &Fleet, name: &AgentName) -> String {
    [fleet.session_prefix.as_str(), "/", name.as_str()].concat()
}

/// Whom a tag of ours names.
pub(super) fn tagged<'t>(fleet: &Fleet, tag: &'t str) -> Option<&'t str> {
    tag.strip_prefix(fleet.session_prefix.as_str())?.strip_prefix('/')
}

pub(crate) fn member_names(fleet: &Fleet) -> impl Iterator<Item = &AgentName> {
    let services = fleet.services.iter().map(|service| &service.name);
    services.chain(fleet.agents.iter().map(|agent| &agent.name))
}

pub(crate) fn session_of<'a>(fleet: &'a Fleet, name: &AgentName) -> Option<&'a SessionName> {
    let agent = fleet.agent(name).map(|agent| &agent.session);
    agent.or_else(|| fleet.service(name).map(|service| &service.session))
}

/// The pane of each member that has one. The tag decides; the name only where no tag is, as for sessions
/// that the original program started. Of several panes that carry it the one of the latest run is the agent's, else the
/// first made.
pub(crate) fn panes_of_members<'l>(
    fleet: &'l Fleet,
    listing: Option<&'l Listing>,
) -> BTreeMap<&'l AgentName, &'l Pane> {
    let mut found = BTreeMap::new();
    let Some(listing) = listing else { return found };
    let tagged = by(listing, |pane| tagged(fleet, pane.tag()?));
    let named = by(listing, |pane| pane.agent_id.is_none().then_some(pane.session.as_str()));
    for name in member_names(fleet) {
        let session = || session_of(fleet, name).map(SessionName::as_str);
        let tagged = of(&tagged, name.as_str()).map(|pane| in_session(listing, pane, session()));
        let pane = tagged.or_else(|| of(&named, session()?));
        if let Some(pane) = pane {
            found.insert(name, pane);
        }
    }
    found
}

/// The same pane as the session of that name has it, where several have it (`tmux new-session -t`).
fn in_session<'l>(listing: &'l Listing, pane: &'l Pane, session: Option<&str>) -> &'l Pane {
    let is_other = session.is_some_and(|session| session != pane.session);
    let mut same = listing.panes.iter().filter(|it| is_other && it.id == pane.id);
    same.find(|it| session == Some(it.session.as_str())).unwrap_or(pane)
}

/// One pane of each key, in the order of the keys: those of one server are few, and soon sorted.
fn by<'l>(
    listing: &'l Listing,
    key: impl Fn(&'l Pane) -> Option<&'l str>,
) -> Vec<(&'l str, &'l Pane)> {
    let mut found: Vec<(&str, &Pane)> =
        listing.panes.iter().filter_map(|pane| Some((key(pane)?, pane))).collect();
    let run = |pane: &Pane| Reverse(run_of(pane.run.as_deref()));
    found.sort_unstable_by_key(|(key, pane)| (*key, run(pane), pane.id));
    found.dedup_by_key(|(key, _)| *key);
    found
}

fn of<'l>(found: &[(&'l str, &'l Pane)], key: &str) -> Option<&'l Pane> {
    let place = found.binary_search_by_key(&key, |(key, _)| *key).ok()?;
    Some(found[place].1)
}

/// A member's pane as the decision sees it, with whether it is ours.
pub(crate) fn pane_seen(pane: Option<(&Pane, bool)>, server: &Seen<ServerSeen>) -> Seen<PaneSeen> {
    if let Some((pane, ours)) = pane {
        return Seen::Known(PaneSeen {
            pane: pane.id.0,
            ours,
            run: run_of(pane.run.as_deref()),
            dead: pane.dead.map(|dead| DeadSeen { status: dead.status, signal: dead.signal }),
            deaf: pane.in_mode || pane.input_off,
            command: pane.command.clone(),
            typed: pane.typed.clone(),
            submitted: pane.submitted.clone(),
        });
    }
    match server {
        Seen::Known(_) | Seen::Absent => Seen::Absent,
        Seen::Unknown(cause) => Seen::Unknown(cause.clone()),
    }
}

/// Sessions with our tag that the file does not declare.
pub(crate) fn undeclared(fleet: &Fleet, listing: Option<&Listing>) -> Vec<Undeclared> {
    let Some(listing) = listing else { return Vec::new() };
    let mut found: Vec<Undeclared> = Vec::new();
    for pane in &listing.panes {
        let name = pane.tag().and_then(|id| tagged(fleet, id));
        let Some(name) = name.and_then(|name| AgentName::new(name).ok()) else { continue };
        let declared = name.as_str() == "watchdog" || session_of(fleet, &name).is_some();
        if !declared && !found.iter().any(|it| it.name == name) {
            let run = run_of(pane.run.as_deref());
            found.push(Undeclared { name, session: pane.session.clone(), pane: pane.id.0, run });
        }
    }
    found
}

/// The session of one whom the file does not declare any more, where it runs.
#[must_use]
pub fn of_undeclared(fleet: &Fleet, listing: &Listing, name: &str) -> Option<String> {
    let found = undeclared(fleet, Some(listing));
    found.into_iter().find(|found| found.name.as_str() == name).map(|found| found.session)
}
