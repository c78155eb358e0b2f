//! Does the store remember what a list and two maps would?

use std::collections::BTreeMap;

use proptest::prelude::*;
use tempfile::tempdir;

use crate::{
    Commit, EntryKind, Holder, JournalEntry, Reader, Recorded, Reply, StateDocument, Store, Word,
};

#[derive(Debug, Clone)]
enum Step {
    State(u32, String),
    Entries(Vec<JournalEntry>),
    Word(String, String),
    Submit(String),
    Answer(prop::sample::Index, String),
    Withdraw(prop::sample::Index),
    /// The watchdog is killed, and another one opens the store.
    Reopen,
}

/// Any JSON text.
fn body() -> impl Strategy<Value = String> {
    let text = any::<String>().prop_map(|text| serde_json::json!(text).to_string());
    prop_oneof![text, "\\{\"[a-z]{1,4}\":[1-9][0-9]{0,18}\\}"]
}

fn entry() -> impl Strategy<Value = JournalEntry> {
    let kind = prop::sample::select(EntryKind::ALL.to_vec());
    (any::<i64>(), any::<u64>(), prop::option::of("[a-z]{1,3}"), kind, body()).prop_map(
        |(at_wall_ms, tick, subject, kind, body)| JournalEntry {
            at_wall_ms,
            tick,
            subject,
            kind,
            body,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (any::<u32>(), body()).prop_map(|(schema, body)| Step::State(schema, body)),
        3 => prop::collection::vec(entry(), 0..4).prop_map(Step::Entries),
        3 => ("[a-c]", body()).prop_map(|(subject, body)| Step::Word(subject, body)),
        2 => body().prop_map(Step::Submit),
        2 => (any::<prop::sample::Index>(), body()).prop_map(|(at, body)| Step::Answer(at, body)),
        1 => any::<prop::sample::Index>().prop_map(Step::Withdraw),
        1 => Just(Step::Reopen),
    ]
}

/// What should be remembered.
#[derive(Debug, Default)]
struct Model {
    state: Option<StateDocument>,
    journal: Vec<(u64, JournalEntry)>,
    words: BTreeMap<String, String>,
    /// The request's text, and its answer; gone when it was withdrawn.
    requests: BTreeMap<u64, (String, Option<String>)>,
}

fn holder() -> Holder {
    let (what, host) = ("watchdog".to_owned(), "here".to_owned());
    Holder { pid: 1, what, since_wall_ms: 0, host }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_store_remembers_what_a_list_and_two_maps_would(steps in prop::collection::vec(step(), 1..24)) {
        let folder = tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let mut epoch = store.claim_epoch(&holder()).unwrap();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::State(schema, body) => {
                    let state = StateDocument { schema, body };
                    store.commit(&Commit { state: Some(&state), ..Commit::default() }).unwrap();
                    model.state = Some(state);
                }
                Step::Entries(entries) => {
                    store.commit(&Commit { entries: &entries, ..Commit::default() }).unwrap();
                    model.journal.extend(entries.into_iter().map(|entry| (epoch, entry)));
                }
                Step::Word(subject, body) => {
                    let words = [Word { subject: subject.clone(), body: body.clone() }];
                    store.commit(&Commit { words: &words, ..Commit::default() }).unwrap();
                    model.words.insert(subject, body);
                }
                Step::Submit(body) => {
                    let id = store.submit_request(&body).unwrap();
                    prop_assert!(model.requests.keys().all(|known| *known < id), "{} came twice", id);
                    model.requests.insert(id, (body, None));
                }
                Step::Answer(at, body) => {
                    let open = open(&model);
                    if open.is_empty() { continue }
                    let request = *at.get(&open);
                    let replies = [Reply { request, body: body.clone() }];
                    store.commit(&Commit { replies: &replies, ..Commit::default() }).unwrap();
                    model.requests.get_mut(&request).unwrap().1 = Some(body);
                }
                Step::Withdraw(at) => {
                    let ids: Vec<u64> = model.requests.keys().copied().collect();
                    if ids.is_empty() { continue }
                    let id = *at.get(&ids);
                    let was_open = model.requests[&id].1.is_none();
                    prop_assert_eq!(store.withdraw_request(id).unwrap(), was_open);
                    if was_open {
                        // Its number is never given again, so it stays known here, as one that is over.
                        model.requests.get_mut(&id).unwrap().1 = Some(String::new());
                        model.requests.get_mut(&id).unwrap().0.clear();
                    }
                }
                Step::Reopen => {
                    drop(store);
                    store = Store::open(folder.path()).unwrap();
                    let next = store.claim_epoch(&holder()).unwrap();
                    prop_assert!(next > epoch);
                    epoch = next;
                }
            }
            remembers(&store, &model)?;
        }
        // A bystander sees the same.
        let reader = Reader::open(folder.path()).unwrap().unwrap();
        prop_assert_eq!(reader.load_state().unwrap(), model.state);
    }
}

fn open(model: &Model) -> Vec<u64> {
    let open = model.requests.iter().filter(|(_, (_, answer))| answer.is_none());
    open.map(|(id, _)| *id).collect()
}

fn remembers(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(&store.load_state().unwrap(), &model.state);
    let journal = store.journal_since(0, 1000).unwrap();
    prop_assert!(journal.is_sorted_by(|one, two| one.seq < two.seq));
    let found: Vec<(u64, JournalEntry)> =
        journal.into_iter().map(|Recorded { epoch, entry, .. }| (epoch, entry)).collect();
    prop_assert_eq!(&found, &model.journal);
    let words: BTreeMap<String, String> =
        store.words().unwrap().into_iter().map(|word| (word.subject, word.body)).collect();
    prop_assert_eq!(&words, &model.words);
    let found: Vec<(u64, String)> =
        store.open_requests().unwrap().into_iter().map(|it| (it.id, it.body)).collect();
    let expected: Vec<(u64, String)> =
        open(model).into_iter().map(|id| (id, model.requests[&id].0.clone())).collect();
    prop_assert_eq!(found, expected);
    for (id, (body, answer)) in &model.requests {
        let was_withdrawn = body.is_empty() && answer.as_deref() == Some("");
        if !was_withdrawn {
            prop_assert_eq!(&store.reply_of(*id).unwrap(), answer);
        }
    }
    Ok(())
}
