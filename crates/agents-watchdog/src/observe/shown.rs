//! What do the rules of a preset say of a screen? Read again only when what they read has changed.

use std::collections::HashMap;

use agents_config::{Digest, Fleet};
use agents_decide::{ScreenSeen, Seen, Shown};
use agents_names::AgentName;
use agents_screens::{Composer, Evidence, Verdict, classify};
use agents_tmux::Pane;

/// The last reading of each agent's screen.
#[derive(Default)]
pub(crate) struct Readings {
    kept: HashMap<AgentName, (Read, Shown)>,
}

/// What a reading depends on.
#[derive(PartialEq)]
struct Read {
    preset: Digest,
    digest: u64,
    title: String,
    command: String,
}

impl Readings {
    /// What the screen shows; `None` without a preset, and for a screen that was not seen.
    pub fn of(
        &mut self,
        fleet: &Fleet,
        name: &AgentName,
        pane: Option<&Pane>,
        screen: &Seen<ScreenSeen>,
    ) -> Option<Shown> {
        let preset = fleet.backend_of(fleet.agent(name)?).preset.as_ref()?;
        let (pane, Seen::Known(screen)) = (pane?, screen) else { return None };
        let read = Read {
            preset: preset.digest().clone(),
            digest: screen.digest,
            title: title_of(pane),
            command: pane.command.clone(),
        };
        if let Some((before, shown)) = self.kept.get(name)
            && *before == read
        {
            return Some(shown.clone());
        }
        // A preset of a loaded fleet has rules; without them nothing is known of the screen.
        let rules = preset.rules().ok()?;
        let rows = screen.rows.join("\n");
        let verdict = classify(
            rules,
            &agents_screens::Seen {
                rows: &rows,
                title: &read.title,
                command: &read.command,
                dead: pane.dead.is_some(),
                columns: 0,
            },
        );
        let shown = shown(verdict);
        self.kept.insert(name.clone(), (read, shown.clone()));
        Some(shown)
    }
}

/// A title that nobody set is the host's name, and says nothing.
fn title_of(pane: &Pane) -> String {
    let host = rustix::system::uname();
    let is_default = host.nodename().to_str().is_ok_and(|host| host == pane.title);
    if is_default { String::new() } else { pane.title.clone() }
}

fn shown(verdict: Verdict) -> Shown {
    let Verdict { state, rule, evidence, cli_retries, menu, dialog, reset_text, composer, .. } =
        verdict;
    let proof = match evidence {
        Evidence::Row { text, .. } => text.trim().to_owned(),
        Evidence::Title(title) => format!("title {title}"),
        Evidence::Process(command) => format!("process {command}"),
        Evidence::Dead => "the dead pane".to_owned(),
        Evidence::Absence => String::new(),
    };
    let composer_empty = composer == Composer::Empty;
    let draft = match composer {
        Composer::Draft(text) => Some(text),
        Composer::Absent | Composer::Empty => None,
    };
    let goes_on = cli_retries;
    Shown { state, rule, proof, menu, dialog, goes_on, reset_text, draft, composer_empty }
}
