use super::has_left;
use crate::activity::fixture::{ann, fleet_of, now, observation, pane};
use crate::draft::{Declared, Draft};
use crate::{FleetState, PaneSeen, RunId};

/// Whether another program has taken the place of ann's, or of the service's; and in which run hers was seen then.
fn left(keys: &str, command: &str, was_seen: bool, is_service: bool) -> (bool, Option<RunId>) {
    let fleet = fleet_of(&format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n\
         [backend.c]\nbin = \"c\"\n{keys}[[agent]]\nname = \"ann\"\n\
         [[service]]\nname = \"db\"\ncommand = \"serve\"\n"
    ));
    let (mut state, seen) = (FleetState::default(), observation([]));
    state.members.of(&ann()).in_front = was_seen.then_some(RunId(2));
    let mut draft = Draft::new(&fleet, &state, &seen, false, now(10));
    let what = if is_service {
        Declared::Service(&fleet.services[0])
    } else {
        Declared::Agent(&fleet.agents[0])
    };
    let pane = PaneSeen { command: command.to_owned(), run: Some(RunId(3)), ..pane() };
    let has_left = has_left(&mut draft, what, &pane);
    (has_left, draft.next.members[&ann()].in_front)
}

#[test]
fn another_program_counts_only_where_the_agents_own_was_seen_before() {
    let named = "process_name = \"c\"\n";
    let earlier = Some(RunId(2));
    assert_eq!(left(named, "c", false, false), (false, Some(RunId(3))), "it is seen now");
    assert_eq!(left(named, "sh", true, false), (true, earlier));
    assert_eq!(left(named, "sh", false, false), (false, None), "its name may be wrong");
    assert_eq!(left(named, "", true, false), (false, earlier), "nothing is known of it");
    assert_eq!(left("", "sh", true, false), (false, earlier), "it need not be told apart");
    assert!(!left(named, "sh", true, true).0, "a service is whatever it runs");
}

#[test]
fn what_an_agent_is_wrapped_in_may_stand_in_its_place() {
    let wrapped = "process_name = \"c\"\nwrap = [\"/usr/bin/nice\", \"-n\", \"5\"]\n";
    assert!(!left(wrapped, "nice", true, false).0);
    assert!(left(wrapped, "sh", true, false).0);
    assert!(left(wrapped, "/usr/bin/nice", true, false).0, "a process has a name, and no path");
}
