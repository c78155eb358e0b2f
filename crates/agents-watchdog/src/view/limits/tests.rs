use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use agents_config::{Environment, load_text};
use agents_decide::{Closed, LimitSource, LoginRefusal, Reopening, Zone};

use super::*;

const CONFIG: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = "/tmp/none"
prompt = "go"
[backend.cat]
bin = "cat"
account = "team"
[backend.dog]
bin = "dog"
account = "team"
[[agent]]
name = "ann"
backend = "cat"
[[agent]]
name = "bob"
backend = "dog"
[[agent]]
name = "cy"
backend = "dog"
account = "own"
"#;

const AT: Moment = Moment(100_000_000);

fn now() -> Now {
    Now { at: AT, wall: wall(), zone: Zone::Fixed(0) }
}

fn wall() -> DateTime<Utc> {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

fn ago(minutes: u64) -> Moment {
    AT.before(Duration::from_secs(minutes * 60))
}

fn held() -> Member {
    let source = LimitSource::Told { place: "record line 42".to_owned(), since_ms: 1 };
    let limit = Limit::Held {
        since: ago(10),
        probe_at: AT.after(Duration::from_secs(4 * 3600)),
        until: Some(wall() + TimeDelta::seconds(3645)),
        banner: " You've hit your limit ".to_owned(),
        probes: 1,
        source,
        goes_on: GoesOn::No,
    };
    Member { limit, life: Life::Up { since: ago(60), run: None }, ..Member::default() }
}

#[test]
fn who_is_down_is_not_probed_and_it_is_said_what_finds_out() {
    let down = Member { life: Member::default().life, ..held() };
    let found = seen(&[("cy", down)], None);
    let [hold] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&hold.probe, &hold.down), (&None, &Some(name("cy"))));
    let found = seen(&[("cy", held())], None);
    assert_eq!(found[0].down, None);
    assert!(found[0].probe.is_some());
}

fn refused() -> Member {
    let (text, place) = ("401".to_owned(), "screen".to_owned());
    let login = LoginRefusal { since: ago(3), text, place, confirmed: true };
    Member { login: Some(login), ..Member::default() }
}

fn seen(members: &[(&str, Member)], account: Option<Account>) -> Vec<HoldView> {
    let fleet = load_text(CONFIG, Path::new("/p/agents.toml"), &Environment::default());
    let members = members.iter().map(|(of, member)| (name(of), member.clone()));
    let accounts: BTreeMap<String, Account> =
        account.into_iter().map(|account| ("team".to_owned(), account)).collect();
    let state = FleetState { members: members.collect(), accounts, ..FleetState::default() };
    holds(&fleet.unwrap().fleet, &state, &now())
}

fn closed(canary: &str) -> Account {
    let (since, not_before) = (ago(10), ago(10));
    let (first, canary) = (name("ann"), name(canary));
    Account::Closed(Closed { since, first, canary, tries: 0, not_before })
}

#[test]
fn nobody_is_held_where_nothing_is_limited() {
    assert_eq!(seen(&[], None), []);
}

#[test]
fn an_account_is_one_hold_with_its_source_its_reset_and_the_next_probe() {
    let found = seen(&[("ann", held()), ("bob", Member::default())], Some(closed("ann")));
    let [hold] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((hold.kind, hold.account.as_deref()), (HoldKind::Limit, Some("team")));
    assert_eq!(
        (&hold.agents, &hold.limited),
        (&vec![name("ann"), name("bob")], &vec![name("ann")])
    );
    let evidence = hold.evidence.clone().unwrap();
    assert_eq!(
        (evidence.source.as_str(), evidence.text.as_str()),
        ("record line 42", "You've hit your limit")
    );
    // The slack is no part of what was announced.
    assert_eq!(hold.reset, Some(wall() + TimeDelta::hours(1)));
    // The reset comes before the longest hold is over.
    assert_eq!(hold.probe, Some((name("ann"), AT.after(Duration::from_secs(3645)))));
}

#[test]
fn whoever_goes_on_after_the_account_opened_is_held_no_more() {
    let opening = |followed: &[&str]| {
        let followed: BTreeSet<AgentName> = followed.iter().map(|of| name(of)).collect();
        let (since, next_at, canary) = (ago(1), AT.after(Duration::from_secs(9)), name("ann"));
        Some(Account::Opening(Reopening { since, canary, next_at, followed, tries: 0 }))
    };
    let found = seen(&[], opening(&[]));
    let [hold] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((hold.kind, &hold.agents), (HoldKind::Opening, &vec![name("bob")]));
    assert_eq!(hold.probe, Some((name("bob"), AT.after(Duration::from_secs(9)))));
    assert_eq!(seen(&[], opening(&["bob"])), []);
    // One whose own window ends later is a hold of its own.
    let found = seen(&[("bob", held())], opening(&["bob"]));
    assert_eq!(found.first().map(|hold| hold.account.clone()), Some(None));
}

#[test]
fn an_agent_without_company_is_a_hold_of_its_own_and_a_login_holds_its_account() {
    let found = seen(&[("cy", held()), ("bob", refused())], None);
    let [limit, login] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((limit.account.clone(), &limit.agents), (None, &vec![name("cy")]));
    assert_eq!((login.kind, login.account.as_deref()), (HoldKind::Login, Some("team")));
    assert_eq!(
        (&login.agents, &login.limited),
        (&vec![name("ann"), name("bob")], &vec![name("bob")])
    );
    assert_eq!((login.reset, login.probe.clone()), (None, None));
}
