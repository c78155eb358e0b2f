//! Is every config text either refused with words, or a fleet that the same text gives again?

use std::path::Path;

use agents_config::{Environment, Severity, load_text};

use crate::{Outcome, Target};

/// The text of a config file.
pub const TARGET: Target = Target {
    name: "config",
    run,
    words: &[
        "[defaults]\n",
        "[[agent]]\n",
        "[[service]]\n",
        "[loop]\n",
        "[[loop.phase]]\n",
        "[handoff]\n",
        "[notify.x]\n",
        "[backend.b]\n",
        "name = \"a\"\n",
        "kind = \"loop\"\n",
        "backend = \"claude\"\n",
        "prompt = \"x\"\n",
        "prompt_file = \"p\"\n",
        "= true\n",
        "= []\n",
        "= {}\n",
        "= \"90m\"\n",
        "= 1\n",
        "= ''\n",
        "watch = \"heal\"\n",
        "depends_on = [\"a\"]\n",
        "session_prefix = \"p-\"\n",
        "log_dir = \"l\"\n",
        "bin = \"sh\"\n",
        "active_re = \"(a+)+\"\n",
        "\"\"\"",
        "'''",
        "[[",
        "]]",
        "{prompt}",
        "$(",
        "1979-05-27",
        "0x",
        "1e999",
        "\\u0000",
        "é",
    ],
};

fn run(bytes: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(bytes) else { return Outcome::of("not UTF-8") };
    match load(text) {
        Ok(loaded) => {
            let again = load(text).expect("what loaded once loads again");
            assert_eq!(loaded.fleet, again.fleet, "the same text, another fleet");
            assert_eq!(loaded.digest, again.digest);
            // A remark in the last line is for people: nothing else may follow from it.
            let remarked = load(&format!("{text}\n# remark\n")).expect("a remark breaks nothing");
            assert_eq!(loaded.fleet, remarked.fleet, "a remark changed the fleet");
            assert!(loaded.warnings.problems().iter().all(|it| it.severity == Severity::Warning));
            harmless(&loaded.warnings.render(false));
            let kinds: Vec<_> = loaded.fleet.agents.iter().map(|agent| agent.kind).collect();
            Outcome::of((kinds.len(), loaded.warnings.problems().len()))
        }
        Err(error) => {
            assert!(!error.problems().is_empty(), "refused without a word");
            harmless(&error.report(false));
            let said = error.problems().iter().map(|problem| shape(&problem.message));
            Outcome::of(said.collect::<std::collections::BTreeSet<_>>())
        }
    }
}

fn load(text: &str) -> Result<agents_config::Loaded, agents_config::LoadError> {
    load_text(text, Path::new("/project/agents.toml"), &Environment::without_overrides())
}

fn harmless(said: &str) {
    let obeyed = said.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(obeyed, None, "a terminal would obey this report");
}

/// A message without what it quotes.
fn shape(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("`")
}
