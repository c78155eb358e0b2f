use agents_config::Fleet;
use agents_names::AgentName;

use super::*;
use crate::activity::fixture::{fleet_of, member, now, observation, reading, screen};
use crate::state::OpenRequest;
use crate::{FleetState, OneOffs, RequestId, RunId, Shown, Told, Which};

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

/// Ann, bob and dave share an account, carl has none.
fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\n\
                [backend.tui]\nbin = \"tui\"\n\
                [[agent]]\nname = \"ann\"\naccount = \"team\"\n[[agent]]\nname = \"bob\"\naccount = \"team\"\n\
                [[agent]]\nname = \"carl\"\n\
                [[agent]]\nname = \"dave\"\naccount = \"team\"\n";
    fleet_of(text)
}

/// A look whose rules say that an error stands there, proven by that row.
fn shows(proof: &str, rows: &str) -> MemberSeen {
    let shown = Shown { proof: proof.to_owned(), ..reading(ShownState::Fatal) };
    MemberSeen { shown: Some(shown), screen: Seen::Known(screen(rows)), ..member("", 0) }
}

fn tells(state: ToldState) -> MemberSeen {
    let told = Told { state, since_ms: 5, source: "record".to_owned() };
    MemberSeen { told: Some(told), ..shows("401", "Error: 401") }
}

#[test]
fn words_about_a_key_or_a_login_are_told_from_other_errors() {
    for text in [
        "API Error: 401",
        "error (401): no",
        "Invalid API key · Please run /login",
        "Please run /LOGIN",
        "OAuth token has expired",
        "You are not logged in",
    ] {
        assert!(is_refusal(text), "{text}");
    }
    for text in ["API Error: 500", "4011 rows", "port 14010", "prompt is too long", ""] {
        assert!(!is_refusal(text), "{text}");
    }
}

#[test]
fn the_lowest_error_of_the_screen_says_whether_it_is_about_the_login() {
    let found = |proof: &str, rows: &str| found(&shows(proof, rows)).map(|(row, ..)| row);
    let row = |text: &str| Some(text.to_owned());
    assert_eq!(found("401 no", "nothing / here"), row("401 no"), "the rule read it");
    assert_eq!(found("x", "Error: 401 / > "), row("Error: 401"));
    assert_eq!(found("x", "Error: 401 / Error: 500 / > "), None, "a later error is another one");
    assert_eq!(found("x", "Error: 500 / Error: 401 / > "), row("Error: 401"));
    assert_eq!(found("x", "my notes on 401 / > "), None, "no error");
    // In a box a person may have written a number, but hardly such words.
    assert_eq!(found("x", "┃ not logged in ┃ / > "), row("┃ not logged in ┃"));
    assert_eq!(found("x", "┃ 401 ┃ / > "), None);
    let mut far = "Error: 401".to_owned();
    for nth in 0..15 {
        far.push_str(&format!(" / row {nth}"));
    }
    assert_eq!(found("x", &far), None, "it has scrolled up");
}

#[test]
fn the_programs_own_word_comes_before_what_the_screen_shows() {
    let refused = ToldState::Unauthenticated { text: "no key".to_owned() };
    let expected = Some(("no key".to_owned(), "record".to_owned(), true));
    assert_eq!(found(&tells(refused)), expected);
    for state in [ToldState::Active, ToldState::Idle, ToldState::Waiting] {
        assert_eq!(found(&tells(state)), None, "it knows why its last turn ended");
    }
    let failed = ToldState::Failed { text: "error".to_owned(), retried: false };
    assert_eq!(found(&tells(failed)), Some(("401".to_owned(), "screen".to_owned(), false)));
    assert_eq!(found(&MemberSeen { shown: None, ..shows("401", "Error: 401") }), None);
    let mut idle = shows("401", "Error: 401");
    idle.shown.as_mut().unwrap().state = ShownState::Idle;
    assert_eq!(found(&idle), None, "its rules say that it is well");
}

/// Looks each second at ann; when it was said first, and what is remembered in the end.
fn looks(seconds: u64, look: impl Fn(u64) -> (MemberSeen, Activity)) -> (Option<u64>, FleetState) {
    let (fleet, empty) = (fleet(), observation([]));
    let mut state = FleetState::default();
    let mut said = None;
    for second in 0..seconds {
        let (seen, activity) = look(second);
        let mut draft = Draft::new(&fleet, &state, &empty, false, now(1000 + second));
        step(&mut draft, &fleet.agents[0], &seen, activity);
        if draft.noted(Some(&name("ann"))).count() > 0 {
            said.get_or_insert(second);
        }
        let is_refused = is_refused(draft.member(&name("ann")));
        let is_pending = draft.next.members[&name("ann")].login.is_some() && !is_refused;
        assert_eq!(draft.look_by.is_some(), is_pending, "{second}");
        if let Some(by) = draft.look_by {
            assert_eq!(by, now(1005).at, "it is looked at when five seconds are over");
        }
        state = draft.finish().next.into_inner();
    }
    (said, state)
}

#[test]
fn a_screen_must_say_so_for_five_seconds_and_a_record_once() {
    let (said, state) = looks(9, |_| (shows("401", "> "), Activity::Idle));
    assert_eq!(said, Some(5));
    let login = state.members[&name("ann")].login.clone().unwrap();
    assert_eq!((login.since, login.confirmed), (now(1000).at, true));
    assert!(state.alarms.contains_key("ann/login"));
    let refused = || tells(ToldState::Unauthenticated { text: "no key".to_owned() });
    assert_eq!(looks(1, |_| (refused(), Activity::Idle)).0, Some(0));
    // What works is not refused, and what goes away is over.
    let (said, state) = looks(9, |_| (shows("401", "> "), Activity::Active));
    assert_eq!((said, &state.members[&name("ann")].login), (None, &None));
    let (_, state) = looks(9, |second| {
        let seen = if second < 8 { shows("401", "> ") } else { member("> ", 0) };
        (seen, Activity::Idle)
    });
    assert_eq!((&state.members[&name("ann")].login, state.alarms.len()), (&None, 0));
    // An end, or a look that failed, heals nothing.
    for seen in [
        MemberSeen { pane: Seen::Absent, ..member("", 0) },
        MemberSeen { screen: Seen::Unknown("cut off".to_owned()), ..member("", 0) },
    ] {
        let (_, state) = looks(9, |second| {
            (if second < 7 { shows("401", "> ") } else { seen.clone() }, Activity::Idle)
        });
        assert!(is_refused(&state.members[&name("ann")]));
    }
}

/// Ann is refused since second 900; dave was last seen at work then, if ever.
fn refused(dave_worked: Option<u64>) -> FleetState {
    let mut state = FleetState::default();
    let (text, place) = ("no key".to_owned(), "record".to_owned());
    let login = LoginRefusal { since: now(900).at, text, place, confirmed: true };
    state.members.entry(name("ann")).or_default().login = Some(login);
    let dave = state.members.entry(name("dave")).or_default();
    dave.life = Life::Up { since: now(100).at, run: Some(RunId(2)) };
    dave.activity.active_at = dave_worked.map(|at| now(at).at);
    state.members.entry(name("bob")).or_default();
    state
}

#[test]
fn f28_who_shares_a_refused_account_is_not_started_unless_one_of_it_works_since() {
    let (fleet, seen) = (fleet(), observation([]));
    let bars = |state: &FleetState| {
        let draft = Draft::new(&fleet, state, &seen, false, now(1000));
        [0, 1, 2].map(|at| bar(&draft, Declared::Agent(&fleet.agents[at])))
    };
    let own = LoginNote::Refused { text: "no key".to_owned(), place: "record".to_owned() };
    let shared = LoginNote::AccountRefused { account: "team".to_owned(), by: name("ann") };
    let mut state = refused(None);
    state.members.entry(name("carl")).or_default();
    assert_eq!(bars(&state), [Some(own.clone()), Some(shared), None]);
    // Only what was not confirmed yet says nothing.
    state.members.get_mut(&name("ann")).unwrap().login.as_mut().unwrap().confirmed = false;
    assert_eq!(bars(&state), [None, None, None]);
}

#[test]
fn f28_a_sweep_stops_at_whom_the_refusal_came_after_and_goes_on_where_one_works_since() {
    let (fleet, seen) = (fleet(), observation([]));
    let stops = |state: &mut FleetState, since: u64, is_up: bool| {
        let which = Which::Own;
        let (names, one_offs) = (Vec::new(), OneOffs::new());
        let up = Verb::Up { names, whole: true, one_offs, which };
        let verb = if is_up { up } else { Verb::Down { names: Vec::new(), whole: true } };
        let answers = [(name("carl"), None), (name("bob"), None)].into();
        state.open = vec![OpenRequest { id: RequestId(1), verb, since: now(since).at, answers }];
        let draft = Draft::new(&fleet, state, &seen, false, now(1000));
        let bob = stops_sweep(&draft, Declared::Agent(&fleet.agents[1]));
        let carl = stops_sweep(&draft, Declared::Agent(&fleet.agents[2]));
        assert_eq!(carl, None, "it has no account");
        bob.is_some()
    };
    for (since, worked, stopped) in [
        (900, None, true),
        (899, None, true),
        // It was refused before: whoever asks knows it, and tries.
        (901, None, false),
        (900, Some(899), true),
        (900, Some(900), true),
        (900, Some(901), false),
    ] {
        let mut state = refused(worked);
        assert_eq!(stops(&mut state, since, true), stopped, "{since} {worked:?}");
        assert!(!stops(&mut state, since, false), "nobody is swept down");
    }
}

#[test]
fn f28_one_of_the_account_that_has_ended_proves_nothing_by_its_work() {
    let (fleet, seen) = (fleet(), observation([]));
    let mut state = refused(Some(950));
    for is_up in [true, false] {
        if !is_up {
            state.members.get_mut(&name("dave")).unwrap().life = Life::default();
        }
        let draft = Draft::new(&fleet, &state, &seen, false, now(1000));
        assert_eq!(bar(&draft, Declared::Agent(&fleet.agents[1])).is_none(), is_up);
    }
}
