//! Whose turn each push makes it, who is told, and who may idle meanwhile.

use agents_config::Fleet;
use agents_names::{AgentName, PhaseId};

use crate::activity::fixture::{fleet_of, now, observation};
use crate::delivery::MessageKind;
use crate::draft::Draft;
use crate::handoff::{Base, HandoffState, Turn, awaits, source_of, step};
use crate::{FleetState, HandoffSeen, InboxSeen, NewsSeen, Note, Seen, Sequence};

fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"tui\"\n\
                [backend.tui]\nbin = \"tui\"\n\
                [[agent]]\nname = \"builder\"\nkind = \"loop\"\nrole = \"builder\"\n\
                [[agent]]\nname = \"adversary\"\nkind = \"loop\"\nrole = \"adversary\"\n\
                [loop]\nphases = [{ id = \"1\", status = \"S.md\" }]\n\
                [loop.handoff]\ninboxes = [\"to-adversary.md\", \"to-builder.md\"]\n";
    fleet_of(text)
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

fn state(base: Base) -> FleetState {
    let fleet = fleet();
    let handoff = fleet.loop_plan.as_ref().unwrap().handoff.as_ref().unwrap();
    let handoff = HandoffState { base, source: source_of(handoff), ..HandoffState::default() };
    let mut state = FleetState { handoff, ..FleetState::default() };
    state.sequence = Some(Sequence::Running { phase: PhaseId::new("1").unwrap() });
    state
}

fn commits(subjects: &[&str]) -> NewsSeen {
    let commit = |subject: &&str| ("c2".to_owned(), (*subject).to_owned());
    NewsSeen::Commits(subjects.iter().map(commit).collect())
}

fn fetched(head: Option<&str>, base: Option<&str>, news: NewsSeen) -> HandoffSeen {
    let owned = |it: &str| it.to_owned();
    HandoffSeen { head: head.map(owned), base: base.map(owned), news, inboxes: Vec::new() }
}

/// What one fetch makes of a state: the state, what each is owed, and what is said of the fleet.
struct After {
    next: FleetState,
    notes: Vec<Note>,
}

impl After {
    fn of(state: &FleetState, look: HandoffSeen) -> Self {
        let fleet = fleet();
        let mut seen = observation([]);
        seen.handoff = Seen::Known(look);
        let mut draft = Draft::new(&fleet, state, &seen, false, now(100));
        step(&mut draft);
        let notes = draft.noted(None).cloned().collect();
        Self { next: draft.finish().next.into_inner(), notes }
    }

    fn owed(&self, of: &str) -> Vec<MessageKind> {
        let member = self.next.members.get(&name(of));
        let queue = member.map(|member| member.mailbox.queue.iter());
        queue.into_iter().flatten().map(|it| it.kind.clone()).collect()
    }

    fn turn(&self) -> Option<Turn> {
        self.next.handoff.turn.as_ref().map(|(_, turn)| *turn)
    }

    fn told(&self) -> Vec<(String, usize)> {
        let news = |note: &Note| match note {
            Note::HandoffNews { news, told } => Some((news.clone(), told.len())),
            _ => None,
        };
        self.notes.iter().filter_map(news).collect()
    }
}

fn at(commit: &str) -> Base {
    Base::At(commit.to_owned())
}

#[test]
fn f37_each_push_tells_whoever_has_something_to_do_and_the_last_one_has_the_turn() {
    let (claim, review) = (MessageKind::Claim, MessageKind::Review);
    for (subjects, adversary, builder, turn) in [
        (&["claim: gate 1"][..], vec![&claim], vec![], Some(Turn::Reviewer)),
        (&["review: gate 1"], vec![], vec![&review], Some(Turn::Builder)),
        (&["claim: 1", "review: 1"], vec![&claim], vec![&review], Some(Turn::Builder)),
        (&["review: 1", "claim: 2", "tidy"], vec![&claim], vec![&review], Some(Turn::Reviewer)),
        (&["tidy"], vec![], vec![], None),
        (&["tidy", "tidy more"], vec![], vec![], None),
        (&[], vec![], vec![], None),
    ] {
        let look = fetched(Some("c2"), Some("c1"), commits(subjects));
        let after = After::of(&state(at("c1")), look);
        assert_eq!(after.owed("adversary").iter().collect::<Vec<_>>(), adversary, "{subjects:?}");
        assert_eq!(after.owed("builder").iter().collect::<Vec<_>>(), builder, "{subjects:?}");
        assert_eq!((after.turn(), &after.next.handoff.base), (turn, &at("c2")), "{subjects:?}");
        let told = after.told();
        if turn.is_some() {
            assert_eq!(told.len(), adversary.len() + builder.len(), "{told:?}");
            assert!(told.iter().all(|(_, count)| *count == 1), "{told:?}");
        } else if subjects.is_empty() {
            assert_eq!(told, []);
        } else {
            // That nothing follows is said too.
            let [(said, 0)] = &told[..] else { panic!("{told:?}") };
            assert_eq!(said.starts_with("2 commits"), subjects.len() == 2, "{said}");
        }
    }
}

#[test]
fn a_fetch_that_was_made_for_another_base_changes_nothing() {
    let claim = || commits(&["claim: gate 1"]);
    for (base, look) in [
        (at("c1"), fetched(Some("c2"), Some("c0"), claim())),
        (at("c1"), fetched(Some("c2"), None, NewsSeen::First)),
        (Base::Copy("c1".to_owned()), fetched(Some("c2"), Some("c0"), claim())),
        (Base::NoCopy, fetched(Some("c2"), Some("c0"), claim())),
        (Base::Empty, fetched(Some("c2"), Some("c0"), claim())),
        // Nothing was pushed since.
        (at("c2"), fetched(Some("c2"), Some("c2"), claim())),
    ] {
        let after = After::of(&state(base.clone()), look.clone());
        let owed = (after.owed("builder"), after.owed("adversary"));
        assert_eq!((owed, after.turn()), ((vec![], vec![]), None), "{base:?} {look:?}");
        assert_eq!(after.next.handoff.base, base, "{look:?}");
    }
}

#[test]
fn of_what_was_pushed_before_the_fleet_began_only_the_latest_claim_or_review_counts() {
    let copy = || Base::Copy("c1".to_owned());
    for (base, given) in [(copy(), Some("c1")), (Base::NoCopy, None)] {
        let news = commits(&["claim: 1", "review: 1", "claim: 2", "tidy"]);
        let after = After::of(&state(base.clone()), fetched(Some("c2"), given, news));
        assert_eq!(after.owed("adversary"), [MessageKind::Claim], "{base:?}");
        assert_eq!((after.owed("builder"), after.turn()), (vec![], Some(Turn::Reviewer)));
        assert_eq!(after.next.handoff.base, at("c2"));
        let after = After::of(&state(base.clone()), fetched(Some("c2"), given, commits(&["tidy"])));
        assert_eq!((after.owed("adversary"), after.owed("builder")), (vec![], vec![]));
        let begins = Note::HandoffBegins { head: "c2".to_owned() };
        assert_eq!(after.notes.contains(&begins), base == Base::NoCopy, "{:?}", after.notes);
    }
    // Without any copy nothing older than the first look is news.
    let after = After::of(&state(Base::Unseen), fetched(Some("c2"), None, commits(&["claim: 1"])));
    assert_eq!((after.owed("adversary"), after.next.handoff.base), (vec![], at("c2")));
}

#[test]
fn first_commits_and_a_rewritten_history_are_told_to_both() {
    let empty = After::of(&state(Base::Unseen), fetched(None, None, NewsSeen::First));
    assert_eq!(empty.next.handoff.base, Base::Empty);
    for (base, look) in [
        (Base::Empty, fetched(Some("c2"), None, NewsSeen::First)),
        (at("c1"), fetched(Some("c2"), Some("c1"), NewsSeen::BaseUnknown)),
        (Base::Copy("c1".to_owned()), fetched(Some("c2"), Some("c1"), NewsSeen::BaseUnknown)),
    ] {
        let after = After::of(&state(base), look);
        let both = (after.owed("builder"), after.owed("adversary"));
        assert_eq!(both, (vec![MessageKind::Rewritten], vec![MessageKind::Rewritten]));
        assert_eq!((after.turn(), &after.next.handoff.base), (Some(Turn::Both), &at("c2")));
        let told = after.told();
        assert!(matches!(&told[..], [(_, 2)]), "{told:?}");
    }
}

#[test]
fn an_inbox_is_told_of_once_for_each_text_and_again_when_it_was_consumed() {
    let fleet = fleet();
    let handoff = fleet.loop_plan.as_ref().unwrap().handoff.as_ref().unwrap();
    let files =
        [(handoff.reviewer_inbox.clone(), "adversary"), (handoff.builder_inbox.clone(), "builder")];
    for (file, target) in files {
        let file = file.expect("the config names both");
        let look = |digest: Option<&str>| {
            let digest = digest.map(str::to_owned);
            let inboxes = vec![InboxSeen { file: file.clone(), digest }];
            let unchanged = fetched(Some("c1"), Some("c1"), commits(&[]));
            HandoffSeen { inboxes, ..unchanged }
        };
        let first = After::of(&state(at("c1")), look(Some("d1")));
        assert_eq!(first.owed(target), [MessageKind::Inbox(file.clone())]);
        assert_eq!(first.turn(), Some(Turn::Both));
        let text = &first.next.members[&name(target)].mailbox.queue[0].text;
        assert!(text.contains(&format!("/{file}")), "{text}");
        let told = |after: &After| after.told().len();
        assert_eq!(told(&first), 1);
        let same = After::of(&first.next, look(Some("d1")));
        assert_eq!(told(&same), 0);
        assert_eq!(told(&After::of(&same.next, look(Some("d2")))), 1);
        let consumed = After::of(&same.next, look(None));
        assert_eq!((told(&consumed), consumed.next.handoff.inboxes.len()), (0, 0));
        assert_eq!(told(&After::of(&consumed.next, look(Some("d1")))), 1);
    }
}

#[test]
fn who_waits_for_the_other_may_idle_and_one_of_the_two_is_always_judged() {
    let fleet = fleet();
    let idles = |state: &FleetState| {
        let seen = observation([]);
        let draft = Draft::new(&fleet, state, &seen, false, now(100));
        ["builder", "adversary"].map(|it| awaits(&draft, &name(it)).is_some())
    };
    let phase = |id: &str| Some(PhaseId::new(id).unwrap());
    for (turn, expected) in [
        (None, [false, true]),
        (Some((phase("1"), Turn::Builder)), [false, true]),
        (Some((phase("1"), Turn::Reviewer)), [true, false]),
        (Some((phase("1"), Turn::Both)), [false, false]),
        // A phase begins with the builder's turn, whoever had the last of the one before.
        (Some((phase("0"), Turn::Reviewer)), [false, true]),
        (Some((None, Turn::Both)), [false, true]),
    ] {
        for base in [at("c1"), Base::Empty] {
            let mut state = state(base);
            state.handoff.turn = turn.clone();
            assert_eq!(idles(&state), expected, "{turn:?}");
        }
        // Until the branch was read, nobody knows.
        for base in [Base::Unseen, Base::NoCopy, Base::Copy("c1".to_owned())] {
            let mut state = state(base);
            state.handoff.turn = turn.clone();
            assert_eq!(idles(&state), [false, false]);
        }
    }
}

#[test]
fn another_repository_begins_anew_with_what_its_local_copy_holds() {
    let fleet = fleet();
    for (copy, base) in [
        (Some(Seen::Known("c7".to_owned())), Base::Copy("c7".to_owned())),
        (Some(Seen::Absent), Base::NoCopy),
        (Some(Seen::Unknown("no room".to_owned())), Base::NoCopy),
        (None, Base::Unseen),
    ] {
        let mut before = state(at("c1"));
        before.handoff.inboxes.insert("a.md".to_owned(), "d1".to_owned());
        let mut seen = observation([]);
        seen.copy = copy;
        let same = {
            let mut draft = Draft::new(&fleet, &before, &seen, false, now(100));
            step(&mut draft);
            draft.next.handoff.clone()
        };
        assert_eq!(same, before.handoff, "the same one goes on where it was");
        before.handoff.source = "/elsewhere origin main".to_owned();
        let mut draft = Draft::new(&fleet, &before, &seen, false, now(100));
        step(&mut draft);
        assert_eq!((&draft.next.handoff.base, draft.next.handoff.inboxes.len()), (&base, 0));
        let begins = draft.noted(None).any(|note| matches!(note, Note::HandoffBegins { .. }));
        assert_eq!(begins, matches!(base, Base::Copy(_)));
    }
}

#[test]
fn a_subject_that_claims_and_reviews_leaves_the_turn_to_both() {
    let fleet = fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"tui\"\n[backend.tui]\nbin = \"tui\"\n\
         [[agent]]\nname = \"builder\"\nkind = \"loop\"\nrole = \"builder\"\n\
         [[agent]]\nname = \"adversary\"\nkind = \"loop\"\nrole = \"adversary\"\n\
         [loop]\nphases = [{ id = \"1\", status = \"S.md\" }]\n\
         [loop.handoff]\nclaim_pattern = \"gate\"\nreview_pattern = \"gate|review\"\n",
    );
    let handoff = fleet.loop_plan.as_ref().unwrap().handoff.as_ref().unwrap();
    let mut state = state(at("c1"));
    state.handoff.source = source_of(handoff);
    let mut seen = observation([]);
    seen.handoff = Seen::Known(fetched(Some("c2"), Some("c1"), commits(&["review", "gate 1"])));
    let mut draft = Draft::new(&fleet, &state, &seen, false, now(100));
    step(&mut draft);
    let turn = draft.finish().next.handoff.turn.as_ref().map(|(_, turn)| *turn);
    assert_eq!(turn, Some(Turn::Both));
}

#[test]
fn a_source_is_a_repository_a_remote_and_a_branch() {
    let fleet = fleet();
    let mut handoff = fleet.loop_plan.as_ref().unwrap().handoff.clone().unwrap();
    handoff.branch = None;
    let unnamed = source_of(&handoff);
    assert!(unnamed.ends_with(&format!(" {} (default)", handoff.remote)), "{unnamed}");
    assert!(unnamed.starts_with(&handoff.repo.display().to_string()), "{unnamed}");
    handoff.branch = Some("work".to_owned());
    assert!(source_of(&handoff).ends_with(" work"));
}

#[test]
fn a_branch_is_read_while_one_of_the_loop_is_enabled() {
    for (builder, adversary, is_read) in
        [(true, true, true), (true, false, true), (false, true, true), (false, false, false)]
    {
        let text = format!(
            "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"tui\"\n[backend.tui]\nbin = \"tui\"\n\
             [[agent]]\nname = \"builder\"\nkind = \"loop\"\nrole = \"builder\"\nenabled = {builder}\n\
             [[agent]]\nname = \"adversary\"\nkind = \"loop\"\nrole = \"adversary\"\nenabled = {adversary}\n\
             [[agent]]\nname = \"other\"\nprompt = \"x\"\n\
             [loop]\nphases = [{{ id = \"1\", status = \"S.md\" }}]\n\
             [loop.handoff]\ninboxes = [\"to-adversary.md\", \"to-builder.md\"]\n"
        );
        let (fleet, state) = (fleet_of(&text), state(at("c1")));
        let mut seen = observation([]);
        let news = commits(&["claim: gate 1"]);
        seen.handoff = Seen::Known(fetched(Some("c2"), Some("c1"), news));
        let mut draft = Draft::new(&fleet, &state, &seen, false, now(100));
        step(&mut draft);
        let base = draft.finish().next.handoff.base.clone();
        assert_eq!(base == at("c2"), is_read, "{builder} {adversary}");
    }
}
