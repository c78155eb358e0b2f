//! Every kind of member, in every life, is asked for something, or was asked before: what follows, in one table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::pairs::{AT, done, kind, lives, looks, verbs};
use super::*;
use crate::invariants;
use crate::state::{OpenRequest, Wanted};
use crate::{Answer, SendTerms};

fn kinds() -> Vec<(&'static str, Fleet)> {
    let agent = |keys: &str| {
        let text = format!(
            "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\n\
             [backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\n{keys}"
        );
        fleet_of(&text)
    };
    vec![
        ("watched", agent("[[agent]]\nname = \"ann\"\nwatch = \"heal\"\n")),
        ("not watched", agent("[[agent]]\nname = \"ann\"\nwatch = \"none\"\n")),
        ("disabled", agent("[[agent]]\nname = \"ann\"\nenabled = false\nwatch = \"heal\"\n")),
        ("task", agent("[[agent]]\nname = \"ann\"\nkind = \"task\"\nwatch = \"heal\"\n")),
        ("service", agent("[[service]]\nname = \"ann\"\ncommand = \"tui\"\n")),
    ]
}

fn send(now: bool) -> Verb {
    let terms = SendTerms { now, within: None };
    Verb::Send { name: ann(), text: "say hello".to_owned(), terms }
}

/// What it is called, the verb that is new, and the one that is open with the time since when.
type Words = (String, Option<Verb>, Option<(Verb, u64)>);

/// What is asked for now, or was asked for so many seconds ago.
fn words() -> Vec<Words> {
    let mut all: Vec<_> =
        verbs().into_iter().map(|(name, verb)| (name.to_owned(), verb, None)).collect();
    all.push(("send".to_owned(), Some(send(false)), None));
    all.push(("send --now".to_owned(), Some(send(true)), None));
    for (name, verb) in verbs() {
        for ago in [2, 30] {
            let open = verb.clone().map(|verb| (verb, ago));
            all.extend(open.map(|open| (format!("{name} {ago} s ago"), None, Some(open))));
        }
    }
    for (name, now) in [("send", false), ("send --now", true)] {
        for ago in [2, 30] {
            all.push((format!("{name} {ago} s ago"), None, Some((send(now), ago))));
        }
    }
    all
}

struct Case<'a> {
    fleet: &'a Fleet,
    life: &'a Life,
    wanted: Wanted,
    supervised: bool,
}

impl Case<'_> {
    fn before(&self, open: Option<(Verb, u64)>) -> FleetState {
        let mut before = state(3);
        (before.next_run, before.next_message) = (3, 7);
        before.server = Some(ServerSeen { pid: 1, start_time: 1 });
        before.wanted = self.wanted;
        let member = before.members.get_mut(&ann()).unwrap();
        (member.life, member.wanted) = (self.life.clone(), self.wanted);
        if let Some((verb, ago)) = open {
            let since = now(AT - ago).at;
            if let Verb::Send { text, terms, .. } = &verb {
                let now_until = terms.now.then(|| now(AT - ago + 8).at);
                let (id, kind, text) = (7, MessageKind::Operator(9), text.clone());
                let again = None;
                let message = Message { id, kind, text, owed_since: since, now_until, again };
                member.mailbox.queue.push_back(message);
            }
            let answers = BTreeMap::from([(ann(), None::<Answer>)]);
            before.last_request = RequestId(9);
            before.open.push(OpenRequest { id: RequestId(9), verb, since, answers });
        }
        before
    }

    fn outcome(&self, seen: &MemberSeen, verb: Option<Verb>, open: Option<(Verb, u64)>) -> String {
        let mut observation = observed(seen.clone());
        observation.supervised = self.supervised;
        let requests = verb.into_iter().map(|verb| Request { id: RequestId(10), verb });
        observation.requests = requests.collect();
        let before = self.before(open);
        let decision = decide(self.fleet, &before, &observation, false, now(AT));
        let broken = invariants::check(self.fleet, &before, &observation, &decision, now(AT));
        assert_eq!(broken, []);
        let member = &decision.next.members[&ann()];
        let mut said = kind(&member.life);
        for act in decision.actions.iter().filter_map(done) {
            write!(said, "; {act}").unwrap();
        }
        let owed = member.mailbox.queue.len();
        if owed > 0 {
            write!(said, "; owes {owed}").unwrap();
        }
        said
    }
}

/// The looks that lead to the same, together, in the order of the first of them.
fn together(outcomes: Vec<(&str, String)>) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (look, outcome) in outcomes {
        match groups.iter_mut().find(|(said, _)| *said == outcome) {
            Some((_, looks)) => looks.push(look),
            None => groups.push((outcome, vec![look])),
        }
    }
    let lines = groups.iter().map(|(said, looks)| format!("  {}: {said}\n", looks.join(", ")));
    lines.collect()
}

/// What follows for one life and one word, look by look.
struct Row {
    life: &'static str,
    word: String,
    outcomes: Vec<(&'static str, String)>,
}

fn rows(fleet: &Fleet, wanted: Wanted, supervised: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, life) in lives() {
        let case = Case { fleet, life: &life, wanted, supervised };
        for (word, verb, open) in words() {
            let outcome = |seen: &MemberSeen| case.outcome(seen, verb.clone(), open.clone());
            let outcomes = looks().into_iter().map(|(name, seen)| (name, outcome(&seen)));
            let word = if word.is_empty() { "nothing is asked".to_owned() } else { word };
            rows.push(Row { life: name, word, outcomes: outcomes.collect() });
        }
    }
    rows
}

/// The rows as a table; of what follows for `usual` too, nothing.
fn table(rows: &[Row], usual: &[Row]) -> String {
    let mut table = String::new();
    for (nth, row) in rows.iter().enumerate() {
        let usual = usual.get(nth).map_or(&[][..], |row| &row.outcomes);
        let differs = |it: &&(&'static str, String)| !usual.contains(it);
        let own: Vec<_> = row.outcomes.iter().filter(differs).cloned().collect();
        if !own.is_empty() {
            write!(table, "{}, {}\n{}", row.life, row.word, together(own)).unwrap();
        }
    }
    table
}

#[test]
fn every_kind_in_every_life_is_asked_for_something() {
    let kinds = kinds();
    let usual = rows(&kinds[0].1, Wanted::Up, true);
    insta::assert_snapshot!("watched", table(&usual, &[]));
    for (name, fleet) in &kinds[1..] {
        let own = rows(fleet, Wanted::Up, true);
        insta::assert_snapshot!(name.replace(' ', "-"), table(&own, &usual));
    }
}

#[test]
fn a_watched_agent_is_wanted_unless_somebody_said_otherwise_and_a_verb_looks_otherwise() {
    let fleet = &kinds()[0].1;
    let usual = rows(fleet, Wanted::Up, true);
    assert_eq!(table(&rows(fleet, Wanted::Unsaid, true), &usual), "");
    insta::assert_snapshot!("unsupervised", table(&rows(fleet, Wanted::Up, false), &usual));
}
