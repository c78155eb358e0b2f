//! Which state does this terminal show?

use crate::menu::menu;
use crate::screen::Screen;
use crate::{Composer, Evidence, Preset, RunnerUp, Seen, State, Verdict};

/// The names under which login shells and plain shells run.
const SHELLS: &[&str] = &[
    "sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "mksh", "tcsh", "csh", "nu", "pwsh",
    "elvish", "xonsh", "login",
];

/// Says which state was seen, and what proves it.
///
/// A dead pane, or a shell in the foreground, means that the agent's program is gone, whatever the rows and the title
/// show: after a kill the last frame and its spinner stay. Otherwise the rule with the highest priority that holds
/// decides; where none holds the state is [`State::Unknown`].
#[must_use]
pub fn classify(preset: &Preset, seen: &Seen<'_>) -> Verdict {
    if seen.dead {
        return exited("dead", "the pane's process has ended", Evidence::Dead);
    }
    let command = seen.command.trim_start_matches('-');
    if SHELLS.contains(&command) || preset.furniture.shells.iter().any(|shell| shell == command) {
        let evidence = Evidence::Process(seen.command.to_owned());
        return exited("shell", "a shell is the foreground process", evidence);
    }
    let screen = Screen::read(&preset.furniture, seen);
    let mut held = preset.rules.iter().filter_map(|rule| Some((rule, rule.holds(&screen)?)));
    let Some((rule, evidence)) = held.next() else {
        return Verdict { composer: screen.content.clone(), ..unknown() };
    };
    let runners_up = held
        .map(|(rule, evidence)| RunnerUp { rule: rule.id.clone(), state: rule.state, evidence })
        .collect();
    let asks = rule.menu || rule.state == State::WaitingInput;
    Verdict {
        state: rule.state,
        rule: Some(rule.id.clone()),
        reason: Some(rule.reason.clone()),
        evidence,
        cli_retries: rule.cli_retries,
        menu: rule.menu,
        dialog: asks.then(|| menu(&preset.furniture.dialogs, seen.rows)).flatten(),
        reset_text: rule.reset_text(&screen),
        composer: screen.content.clone(),
        runners_up,
    }
}

fn exited(rule: &str, reason: &str, evidence: Evidence) -> Verdict {
    Verdict {
        state: State::Exited,
        rule: Some(rule.to_owned()),
        reason: Some(reason.to_owned()),
        evidence,
        ..unknown()
    }
}

fn unknown() -> Verdict {
    Verdict {
        state: State::Unknown,
        rule: None,
        reason: None,
        evidence: Evidence::Absence,
        cli_retries: false,
        menu: false,
        dialog: None,
        reset_text: None,
        composer: Composer::Absent,
        runners_up: Vec::new(),
    }
}
