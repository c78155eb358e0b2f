use std::path::Path;

use agents_names::AgentName;

use super::*;

fn holder() -> agents_store::Holder {
    agents_store::Holder {
        pid: 1,
        what: "test".to_owned(),
        since_wall_ms: 0,
        host: "here".to_owned(),
    }
}

/// A ledger on a copy of a store as an earlier program left it: a fleet of four in its second phase, of whom one is held by
/// a limit and one was asked down.
fn of_the_past(folder: &Path) -> StoreLedger {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/store-1.db");
    std::fs::copy(stored, folder.join("store.db")).unwrap();
    let mut store = Store::open(folder).unwrap();
    store.claim_epoch(&holder()).unwrap();
    StoreLedger::new(store)
}

#[test]
fn f41_a_store_of_an_earlier_program_is_read_with_all_that_it_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = of_the_past(folder.path());
    let (state, clock) = ledger.load().unwrap().unwrap();
    let name = |text| AgentName::new(text).unwrap();
    assert_eq!(state.tick, 60);
    assert_eq!(state.sequence.as_ref().unwrap().phase().as_str(), "P2");
    assert_eq!(state.members.len(), 4);
    let member = |text| &state.members[&name(text)];
    assert!(matches!(member("held").limit, agents_decide::Limit::Held { probes: 0, .. }));
    assert_eq!(member("rests").wanted, agents_decide::Wanted::Down);
    assert_eq!(member("builder").last_run, Some(agents_decide::RunId(7)));
    assert_eq!(member("builder").budget.starts.len(), 1);
    assert!(matches!(state.handoff.base, agents_decide::Base::At(_)));
    assert!(clock.boot_id.is_some());
    assert!(!ledger.words().unwrap().is_empty());
    // What is written now is read by the next one, which remembers the same.
    let shared = state.clone().into();
    let record = Record { state: Some((&shared, &clock)), ..Record::default() };
    ledger.commit(&record).unwrap();
    drop(ledger);
    let mut next = StoreLedger::new(Store::open(folder.path()).unwrap());
    assert_eq!(next.load().unwrap().unwrap().0, state);
}

#[test]
fn f44_a_state_of_another_shape_is_an_error_and_never_none() {
    for body in ["[]", "{}", "7", "\"state\"", "null", "{\"state\":{},\"clock\":{}}"] {
        let document = StateDocument { schema: STATE_SCHEMA, body: body.to_owned() };
        let read = parse_state(&document).map(|document| document.state);
        assert!(matches!(read, Err(LedgerError::Damaged(_))), "{body}: {read:?}");
    }
    let newer = StateDocument { schema: STATE_SCHEMA + 1, body: "{}".to_owned() };
    let read = parse_state(&newer).map(|document| document.state);
    assert!(matches!(read, Err(LedgerError::Unusable(_))), "{read:?}");
}

#[test]
fn f44_of_a_state_no_part_can_be_missing_without_being_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = of_the_past(folder.path());
    let whole = ledger.store().load_state().unwrap().unwrap();
    let value: serde_json::Value = serde_json::from_str(&whole.body).unwrap();
    for key in ["sequence", "members", "handoff", "wanted", "at"] {
        let mut cut = value.clone();
        cut["state"][key] = serde_json::json!("rubbish");
        let document = StateDocument { schema: whole.schema, body: cut.to_string() };
        let read = parse_state(&document).map(|document| document.state);
        assert!(matches!(read, Err(LedgerError::Damaged(_))), "{key}: {read:?}");
    }
}
