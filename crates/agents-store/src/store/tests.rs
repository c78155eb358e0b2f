use std::fs;

use super::*;
use crate::{EntryKind, JournalEntry, Reply, StateDocument, Word};

fn holder(pid: u32) -> Holder {
    Holder { pid, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() }
}

fn claimed(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    store.claim_epoch(&holder(1)).unwrap();
    store
}

fn entry(tick: u64, subject: Option<&str>) -> JournalEntry {
    JournalEntry {
        at_wall_ms: 1000 + i64::try_from(tick).unwrap(),
        tick,
        subject: subject.map(str::to_owned),
        kind: EntryKind::Action,
        body: format!("{{\"tick\":{tick}}}"),
    }
}

fn state(text: &str) -> StateDocument {
    StateDocument { schema: 3, body: text.to_owned() }
}

fn ticks(found: &[crate::Recorded]) -> Vec<u64> {
    found.iter().map(|recorded| recorded.entry.tick).collect()
}

#[test]
fn what_was_committed_is_read_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let request = store.submit_request("\"up\"").unwrap();
    let words = [Word { subject: "builder".to_owned(), body: "{\"why\":\"idle\"}".to_owned() }];
    let replies = [Reply { request, body: "\"done\"".to_owned() }];
    store
        .commit(&Commit {
            state: Some(&state("{\"phase\":7}")),
            entries: &[entry(1, Some("builder")), entry(1, None)],
            words: &words,
            replies: &replies,
            taken: &[],
        })
        .unwrap();
    drop(store);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.load_state().unwrap(), Some(state("{\"phase\":7}")));
    assert_eq!(store.words().unwrap(), words);
    assert_eq!(store.word_of("builder").unwrap().as_deref(), Some("{\"why\":\"idle\"}"));
    assert_eq!(store.word_of("nobody").unwrap(), None);
    assert_eq!(store.reply_of(request).unwrap().as_deref(), Some("\"done\""));
    assert_eq!(store.open_requests().unwrap(), []);
    let journal = store.journal_since(0, 10).unwrap();
    assert_eq!(journal[0].entry, entry(1, Some("builder")));
    assert_eq!(journal[1].entry, entry(1, None));
    assert_eq!((journal[0].seq, journal[1].seq, journal[0].epoch), (1, 2, 1));
}

#[test]
fn an_empty_commit_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let before = store.revision().unwrap();
    store.commit(&Commit::default()).unwrap();
    assert_eq!(store.revision().unwrap(), before);
    store.commit(&Commit { entries: &[entry(1, None)], ..Commit::default() }).unwrap();
    assert_eq!(store.revision().unwrap(), before + 1);
}

#[test]
fn a_commit_without_a_state_keeps_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    store.commit(&Commit { state: Some(&state("1")), ..Commit::default() }).unwrap();
    store.commit(&Commit { entries: &[entry(1, None)], ..Commit::default() }).unwrap();
    assert_eq!(store.load_state().unwrap(), Some(state("1")));
}

#[test]
fn f50_a_writer_that_slept_through_its_successors_claim_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut old = Store::open(folder.path()).unwrap();
    let mut new = Store::open(folder.path()).unwrap();
    assert_eq!(old.claim_epoch(&holder(1)).unwrap(), 1);
    old.commit(&Commit { state: Some(&state("\"old\"")), ..Commit::default() }).unwrap();
    assert_eq!(new.claim_epoch(&holder(2)).unwrap(), 2);
    let revision = new.revision().unwrap();
    let late = Commit {
        state: Some(&state("\"late\"")),
        entries: &[entry(9, Some("builder"))],
        ..Commit::default()
    };
    assert!(matches!(old.commit(&late), Err(StoreError::Superseded { ours: 1, current: 2 })));
    assert!(matches!(
        old.prune_journal(&Keep { entries: 0, since_wall_ms: 0 }),
        Err(StoreError::Superseded { .. })
    ));
    assert_eq!(new.load_state().unwrap(), Some(state("\"old\"")));
    assert_eq!(new.last_seq().unwrap(), 0);
    assert_eq!(new.revision().unwrap(), revision);
    new.commit(&late).unwrap();
    assert_eq!(new.journal_since(0, 9).unwrap()[0].epoch, 2);
}

#[test]
fn a_request_that_was_withdrawn_is_not_taken_up_and_spoils_the_whole_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let (kept, gone) = (store.submit_request("1").unwrap(), store.submit_request("2").unwrap());
    let both = Commit { state: Some(&state("1")), taken: &[kept, gone], ..Commit::default() };
    assert!(store.withdraw_request(gone).unwrap());
    let revision = store.revision().unwrap();
    assert!(matches!(store.commit(&both), Err(StoreError::Withdrawn)));
    assert_eq!((store.load_state().unwrap(), store.revision().unwrap()), (None, revision));
    store.commit(&Commit { taken: &[kept], ..both }).unwrap();
    assert_eq!(store.load_state().unwrap(), Some(state("1")));
}

#[test]
fn the_epoch_outlives_its_writer() {
    let folder = tempfile::tempdir().unwrap();
    for expected in 1..=3 {
        let mut store = Store::open(folder.path()).unwrap();
        assert_eq!(store.claim_epoch(&holder(1)).unwrap(), expected);
    }
}

#[test]
fn a_commit_before_a_claim_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let commit = Commit { state: Some(&state("1")), ..Commit::default() };
    assert!(matches!(store.commit(&commit), Err(StoreError::Unclaimed)));
}

#[test]
fn text_that_is_no_json_spoils_the_whole_commit() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let mut bad = entry(2, None);
    bad.body = "{\"half\":".to_owned();
    let refused = store.commit(&Commit {
        state: Some(&state("{\"phase\":1}")),
        entries: &[entry(1, None), bad],
        ..Commit::default()
    });
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    assert_eq!(store.load_state().unwrap(), None);
    assert_eq!(store.last_seq().unwrap(), 0);
    assert!(matches!(store.submit_request("{"), Err(StoreError::Refused { .. })));
}

#[test]
fn the_journal_is_read_by_number_and_by_agent() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let entries: Vec<_> = (1..=6)
        .map(|tick| entry(tick, Some(if tick % 2 == 0 { "builder" } else { "adversary" })))
        .collect();
    store.commit(&Commit { entries: &entries, ..Commit::default() }).unwrap();
    assert_eq!(ticks(&store.journal_since(0, 2).unwrap()), [1, 2]);
    assert_eq!(ticks(&store.journal_since(4, 9).unwrap()), [5, 6]);
    assert_eq!(ticks(&store.journal_of("builder", 2).unwrap()), [4, 6]);
    assert_eq!(store.last_seq().unwrap(), 6);
}

fn filled(folder: &Path, entries: u64) -> Store {
    let mut store = claimed(folder);
    let entries: Vec<_> = (1..=entries).map(|tick| entry(tick, Some("builder"))).collect();
    store.commit(&Commit { entries: &entries, ..Commit::default() }).unwrap();
    store
}

fn kept(store: &Store) -> (u64, u64) {
    let found = ticks(&store.journal_since(0, u32::MAX).unwrap());
    assert!(found.windows(2).all(|pair| pair[0] + 1 == pair[1]), "the oldest go first");
    (found[0], *found.last().unwrap())
}

#[test]
fn a_pruned_journal_goes_on_counting() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path(), 2000);
    let keep = Keep { entries: 1500, since_wall_ms: 0 };
    assert!(!store.prune_journal(&keep).unwrap());
    assert_eq!(kept(&store), (501, 2000));
    // An entry's time is its tick and a second.
    assert!(!store.prune_journal(&Keep { since_wall_ms: 1000 + 801, ..keep }).unwrap());
    assert_eq!(kept(&store), (801, 2000));
    // Whatever the clock says, and whoever wants nothing kept.
    let nothing = Keep { entries: 0, since_wall_ms: i64::MAX };
    assert!(!store.prune_journal(&nothing).unwrap());
    assert_eq!(kept(&store), (1001, 2000));
    store.commit(&Commit { entries: &[entry(2001, None)], ..Commit::default() }).unwrap();
    assert_eq!(store.journal_since(2000, 9).unwrap()[0].seq, 2001);
}

#[test]
fn a_long_journal_is_pruned_in_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(folder.path(), 12_000);
    let keep = Keep { entries: 1000, since_wall_ms: 0 };
    assert!(store.prune_journal(&keep).unwrap());
    assert_eq!(kept(&store), (5001, 12_000));
    assert!(store.prune_journal(&keep).unwrap());
    assert!(!store.prune_journal(&keep).unwrap());
    assert_eq!(kept(&store), (11_001, 12_000));
}

#[test]
fn a_request_goes_from_one_process_to_the_other_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = claimed(folder.path());
    let mut asker = Store::open(folder.path()).unwrap();
    let before = writer.revision().unwrap();
    let first = asker.submit_request("{\"up\":\"builder\"}").unwrap();
    let second = asker.submit_request("{\"down\":\"builder\"}").unwrap();
    assert!(writer.revision().unwrap() > before);
    let open = writer.open_requests().unwrap();
    assert_eq!(open.iter().map(|request| request.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!(open[0].body, "{\"up\":\"builder\"}");
    assert!(open[0].submitted_wall_ms > 1_600_000_000_000);
    assert_eq!(asker.reply_of(first).unwrap(), None);
    let replies = [Reply { request: first, body: "\"started\"".to_owned() }];
    writer.commit(&Commit { replies: &replies, ..Commit::default() }).unwrap();
    assert_eq!(asker.reply_of(first).unwrap().as_deref(), Some("\"started\""));
    assert!(!asker.withdraw_request(first).unwrap(), "an answered request was taken back");
    assert!(asker.withdraw_request(second).unwrap());
    assert_eq!(writer.open_requests().unwrap(), []);
}

#[test]
fn the_first_reply_stands_and_one_to_a_withdrawn_request_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let kept = store.submit_request("1").unwrap();
    let withdrawn = store.submit_request("2").unwrap();
    store.withdraw_request(withdrawn).unwrap();
    for text in ["\"first\"", "\"second\""] {
        let replies = [kept, withdrawn].map(|request| Reply { request, body: text.to_owned() });
        store.commit(&Commit { replies: &replies, ..Commit::default() }).unwrap();
    }
    assert_eq!(store.reply_of(kept).unwrap().as_deref(), Some("\"first\""));
    assert_eq!(store.reply_of(withdrawn).unwrap(), None);
}

#[test]
fn answered_requests_are_pruned_and_open_ones_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let open = store.submit_request("0").unwrap();
    let answered: Vec<_> = (0..1005).map(|_| store.submit_request("1").unwrap()).collect();
    let replies: Vec<_> = answered
        .iter()
        .map(|request| Reply { request: *request, body: "true".to_owned() })
        .collect();
    store.commit(&Commit { replies: &replies, ..Commit::default() }).unwrap();
    store.prune_journal(&Keep { entries: 10, since_wall_ms: 0 }).unwrap();
    assert_eq!(store.reply_of(answered[4]).unwrap(), None);
    assert_eq!(store.reply_of(answered[5]).unwrap().as_deref(), Some("true"));
    assert_eq!(store.open_requests().unwrap()[0].id, open);
}

#[test]
fn a_full_store_says_so_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    store.commit(&Commit { state: Some(&state("1")), ..Commit::default() }).unwrap();
    let pages: i64 =
        store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let limit = |store: &Store, pages: i64| {
        store
            .connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();
    };
    limit(&store, pages);
    let big = state(&format!("\"{}\"", "x".repeat(100_000)));
    let refused = store.commit(&Commit { state: Some(&big), ..Commit::default() });
    assert!(matches!(refused, Err(StoreError::Unwritable { .. })), "{refused:?}");
    assert_eq!(store.load_state().unwrap(), Some(state("1")));
    limit(&store, 1_000_000);
    store.commit(&Commit { state: Some(&big), ..Commit::default() }).unwrap();
    assert_eq!(store.load_state().unwrap(), Some(big));
}

#[test]
fn a_store_that_was_taken_away_takes_no_more_records() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let path = schema::store_path(folder.path());
    fs::rename(&path, folder.path().join("elsewhere")).unwrap();
    let commit = Commit { state: Some(&state("1")), ..Commit::default() };
    assert!(matches!(store.commit(&commit), Err(StoreError::Displaced { .. })));
    fs::copy(folder.path().join("elsewhere"), &path).unwrap();
    assert!(matches!(store.commit(&commit), Err(StoreError::Displaced { .. })));
}

#[test]
fn a_handle_notices_garbage_under_it_at_once() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state");
    let mut store = Store::open(&folder).unwrap();
    store.submit_request("{}").unwrap();
    store.check(false).unwrap();
    store.check(true).unwrap();
    let path = folder.join("store.db");
    let whole = std::fs::read(&path).unwrap();
    // Behind the first page only a full look finds it.
    let mut torn = whole.clone();
    torn[4096..].fill(0xA5);
    std::fs::write(&path, &torn).unwrap();
    store.check(false).unwrap();
    assert!(store.check(true).unwrap_err().is_damage());
    for bad in [vec![0xA5; whole.len()], Vec::new(), whole[..50].to_vec()] {
        std::fs::write(&path, &bad).unwrap();
        assert!(store.check(false).unwrap_err().is_damage(), "{} bytes", bad.len());
    }
}
