mod endings;
pub(crate) mod openings;

use std::path::Path;

use agents_names::{AgentName, BackendName};

use super::{Conversation, Conversations, Found, KEPT, KnownBy, close, id};
use crate::RunId;
use crate::activity::fixture::now;

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

fn entry(id: &str, run: u64) -> Conversation {
    let backend = BackendName::new("tui").unwrap();
    let found = Found { backend: &backend, phase: None, run: RunId(run) };
    found.entry(id.to_owned(), KnownBy::Chosen, &now(run))
}

#[test]
fn an_id_is_a_uuid_that_follows_from_fleet_agent_run_and_clock() {
    let fleet = Path::new("/project/.agents/state");
    let first = id::new(fleet, &name("ann"), RunId(7), &now(60));
    assert_eq!(first, id::new(fleet, &name("ann"), RunId(7), &now(60)));
    let others = [
        id::new(Path::new("/other/.agents/state"), &name("ann"), RunId(7), &now(60)),
        id::new(fleet, &name("anna"), RunId(7), &now(60)),
        id::new(fleet, &name("ann"), RunId(8), &now(60)),
        // The store was lost, and runs are counted anew.
        id::new(fleet, &name("ann"), RunId(7), &now(61)),
    ];
    for other in &others {
        assert_ne!(*other, first);
    }
    for id in others.iter().chain([&first]) {
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(parts.iter().map(|it| it.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{id}");
        assert!(id.chars().all(|c| c == '-' || c.is_ascii_hexdigit()), "{id}");
        assert!(parts[2].starts_with('5') && parts[3].starts_with(['8', '9', 'a', 'b']), "{id}");
    }
}

#[test]
fn a_thousand_runs_of_a_hundred_agents_have_ids_of_their_own() {
    let mut ids = std::collections::BTreeSet::new();
    for agent in 0..100 {
        for run in 0..1000 {
            ids.insert(id::new(
                Path::new("/p"),
                &name(&format!("a{agent}")),
                RunId(run),
                &now(run),
            ));
        }
    }
    assert_eq!(ids.len(), 100_000);
}

#[test]
fn the_oldest_are_forgotten_and_one_that_comes_back_keeps_its_age() {
    let mut had = Conversations::default();
    for run in 0..30 {
        had.take_up(entry(&format!("c{run}"), run));
    }
    assert_eq!((had.known.len(), had.known[0].id.as_str()), (KEPT, "c10"));
    assert_eq!(had.own().unwrap().id, "c29");
    had.of_mut("c15").unwrap().ended = Some("exit code 1".to_owned());
    had.take_up(Conversation { known: KnownBy::Given, ..entry("c15", 99) });
    let own = had.own().unwrap();
    assert_eq!((own.id.as_str(), own.run, own.ended.as_ref()), ("c15", RunId(99), None));
    assert_eq!((own.since_ms, own.known), (entry("c15", 15).since_ms, KnownBy::Chosen));
    assert_eq!((had.known.len(), had.known.last().unwrap().id.as_str()), (KEPT, "c15"));
}

#[test]
fn only_words_that_name_this_very_conversation_refuse_it() {
    let claude = ["No conversation found with session ID: {id}", "No sessions match \"{id}\""];
    for (texts, row, refuses) in [
        (&claude[..], "  No conversation found with session ID: ab-1 ", true),
        (&claude, "No sessions match \"ab-1\".", true),
        (&claude, "No conversation found with session ID: cd-2", false),
        (&claude, "my notes: No conversation found with session ID: …", false),
        (&["gone"], "gone", false),
        (&[""], "anything", false),
        (&[], "No conversation found with session ID: ab-1", false),
    ] {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let found = close::refusal(&texts, "ab-1", &["› hello".to_owned(), row.to_owned()]);
        assert_eq!(found.as_deref(), refuses.then(|| row.trim()), "{row}");
    }
}

#[test]
fn a_kickoff_is_typed_where_the_command_would_lose_it() {
    use agents_config::PromptDelivery;

    use super::Opening;
    use crate::activity::fixture::backend;
    use crate::messages::is_typed;

    let (new, resumed) = (Opening::Unnamed, Opening::Resumed("x".to_owned()));
    for (prompt_delivery, resume_takes_prompt, typed) in [
        (PromptDelivery::Arg, true, [false, false]),
        (PromptDelivery::Arg, false, [false, true]),
        (PromptDelivery::Ping, true, [true, true]),
        (PromptDelivery::Exec, false, [false, false]),
    ] {
        let backend = agents_config::Backend { prompt_delivery, resume_takes_prompt, ..backend() };
        assert_eq!([is_typed(&backend, &new), is_typed(&backend, &resumed)], typed);
    }
}
