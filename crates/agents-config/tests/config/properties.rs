//! Is a fleet what its file says, however the file is written?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use agents_config::{Kind, PromptSource, Watch};
use proptest::prelude::*;

use crate::{loaded, read};

/// What a table says of one agent, without its name.
#[derive(Debug, Clone)]
struct Said {
    kind: Option<Kind>,
    watch: Option<Watch>,
    model: Option<String>,
    enabled: Option<bool>,
    prompt: String,
    wake_minutes: Option<u64>,
}

const KINDS: [(Kind, &str); 3] =
    [(Kind::Persistent, "persistent"), (Kind::Orchestrator, "orchestrator"), (Kind::Task, "task")];
const WATCHES: [(Watch, &str); 3] =
    [(Watch::None, "none"), (Watch::Heal, "heal"), (Watch::HealStall, "heal+stall")];

fn word<T: Copy + PartialEq>(of: T, words: &[(T, &'static str)]) -> &'static str {
    words.iter().find(|(it, _)| *it == of).unwrap().1
}

prop_compose! {
    fn said()(
        kind in prop::option::of(prop::sample::select(KINDS.map(|it| it.0).to_vec())),
        watch in prop::option::of(prop::sample::select(WATCHES.map(|it| it.0).to_vec())),
        model in prop::option::of("[a-z][a-z0-9.-]{0,8}"),
        enabled in prop::option::of(any::<bool>()),
        prompt in "[ -~é日]{1,20}".prop_filter("not blank", |it| !it.trim().is_empty()),
        wake_minutes in prop::option::of(1_u64..600),
    ) -> Said {
        Said { kind, watch, model, enabled, prompt, wake_minutes }
    }
}

/// The keys of its table, each a line of TOML.
fn keys(name: &str, said: &Said) -> Vec<String> {
    let mut keys = vec![format!("name = \"{name}\"")];
    // In a literal string everything but a quote is itself.
    let text = said.prompt.replace('\'', "’");
    keys.push(format!("prompt = '{text}'"));
    keys.extend(said.kind.map(|kind| format!("kind = \"{}\"", word(kind, &KINDS))));
    keys.extend(said.watch.map(|watch| format!("watch = \"{}\"", word(watch, &WATCHES))));
    keys.extend(said.model.as_ref().map(|model| format!("model = \"{model}\"")));
    keys.extend(said.enabled.map(|enabled| format!("enabled = {enabled}")));
    keys.extend(
        said.wake_minutes
            .map(|it| format!("wake = {{ interval = \"{it}m\", prompt_file = \"wake.md\" }}")),
    );
    keys
}

fn file(agents: &BTreeMap<String, Said>, written: impl Fn(Vec<String>) -> String) -> String {
    let mut text = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\nbackend = \"b\"\n\
                    [backend.b]\nbin = \"sh\"\nsupports_resume = false\n"
        .to_owned();
    for (name, said) in agents {
        write!(text, "[[agent]]\n{}", written(keys(name, said))).unwrap();
    }
    text
}

fn agents() -> impl Strategy<Value = BTreeMap<String, Said>> {
    prop::collection::btree_map("[a-z][a-z0-9]{0,6}", said(), 1..5)
        .prop_filter("reserved names", |map| {
            !map.keys().any(|it| it == "watchdog" || it == "control")
        })
}

fn plain(keys: Vec<String>) -> String {
    keys.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn a_fleet_is_what_its_file_says(agents in agents()) {
        let text = file(&agents, plain);
        let fleet = loaded(&text).fleet;
        let names: Vec<&str> = fleet.agents.iter().map(|agent| agent.name.as_str()).collect();
        prop_assert_eq!(names, agents.keys().map(String::as_str).collect::<Vec<_>>(), "in the order of the file");
        for (agent, (name, said)) in fleet.agents.iter().zip(&agents) {
            prop_assert_eq!(agent.session.as_str(), format!("p-{name}"));
            prop_assert_eq!(agent.kind, said.kind.unwrap_or(Kind::Persistent));
            if let Some(watch) = said.watch {
                prop_assert_eq!(agent.watch, watch);
            }
            prop_assert_eq!(&agent.model, &said.model);
            prop_assert_eq!(agent.enabled, said.enabled.unwrap_or(true));
            prop_assert_eq!(&agent.prompt, &PromptSource::Text(said.prompt.replace('\'', "’")));
            let wake = agent.wake.as_ref().map(|wake| wake.interval.as_secs() / 60);
            prop_assert_eq!(wake, said.wake_minutes);
        }
    }

    #[test]
    fn the_order_of_keys_blank_lines_and_remarks_say_nothing(agents in agents(), turn in 0_usize..7, remark in "[ -~]{0,20}") {
        let one = loaded(&file(&agents, plain)).fleet;
        let other = file(&agents, |mut keys| {
            let by = turn % keys.len();
            keys.rotate_left(by);
            keys.iter().fold(String::new(), |text, key| text + &format!("\n  {key}  # {remark}\r\n"))
        });
        prop_assert_eq!(loaded(&other).fleet, one);
    }

    #[test]
    fn a_name_that_stands_twice_or_a_key_that_nobody_knows_is_refused_and_named(agents in agents(), key in "[a-z]{1,4}_zz") {
        let text = file(&agents, plain);
        let first = agents.keys().next().unwrap();
        let twice = format!("{text}[[agent]]\nname = \"{first}\"\nprompt = \"x\"\n");
        let said = read(&twice).unwrap_err().report(false);
        prop_assert!(said.contains(first.as_str()), "{}", said);
        let said = read(&format!("{text}{key} = 1\n")).unwrap_err().report(false);
        prop_assert!(said.contains(&key), "{}", said);
    }
}
