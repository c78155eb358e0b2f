//! Do the presets tell the recorded screens apart?

mod support;

use std::collections::BTreeSet;

use agents_screens::{BUILTIN_NAMES, Seen, State};
use support::{complaint, corpus, judge, presets};

#[test]
fn every_recorded_screen_gets_its_state() {
    let presets = presets();
    let screens = corpus();
    assert!(screens.len() >= 330, "the corpus has only {} screens", screens.len());
    let mut wrong = Vec::new();
    for screen in &screens {
        let verdict = judge(&presets, screen, &screen.seen());
        if screen.unprovable {
            if verdict.state != State::Unknown {
                wrong.push(complaint(screen, "unprovable", &verdict));
            }
        } else if verdict.state != screen.expected || verdict.cli_retries != screen.cli_retries {
            // A program that retries without a word cannot be told from one that works.
            let silent =
                screen.cli_retries && screen.expected == State::Active && !verdict.cli_retries;
            if verdict.state != screen.expected || !silent {
                wrong.push(complaint(screen, "all evidence", &verdict));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn less_evidence_never_makes_a_wrong_verdict() {
    let presets = presets();
    let screens = corpus();
    let mut wrong = Vec::new();
    for (what, least) in
        [("all", 98), ("no title", 90), ("no process", 98), ("rows alone", 90), ("no width", 98)]
    {
        let mut right = 0;
        for screen in &screens {
            let seen = screen.seen();
            let seen = match what {
                "no title" => Seen { title: "", ..seen },
                "no process" => Seen { command: "", ..seen },
                "rows alone" => Seen { title: "", command: "", ..seen },
                "no width" => Seen { columns: 0, ..seen },
                _ => seen,
            };
            let verdict = judge(&presets, screen, &seen);
            right += usize::from(verdict.state == screen.expected);
            if verdict.state != screen.expected && verdict.state != State::Unknown {
                wrong.push(complaint(screen, what, &verdict));
            }
        }
        println!("{what}: {right} of {} right, {} wrong so far", screens.len(), wrong.len());
        assert!(right * 100 >= screens.len() * least, "{what}: only {right} of {}", screens.len());
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_is_hit_by_a_screen_or_names_its_source() {
    let presets = presets();
    let mut hit = BTreeSet::new();
    for screen in &corpus() {
        let seen = screen.seen();
        for seen in [seen, Seen { title: "", command: "", ..seen }] {
            let verdict = judge(&presets, screen, &seen);
            let rules =
                verdict.rule.into_iter().chain(verdict.runners_up.into_iter().map(|one| one.rule));
            hit.extend(rules.map(|rule| (screen.preset.clone(), rule)));
        }
    }
    let mut idle = Vec::new();
    for name in BUILTIN_NAMES {
        for rule in presets[name].rules() {
            if rule.source.is_none() && !hit.contains(&(name.to_owned(), rule.id.to_owned())) {
                idle.push(format!("{name}: {}", rule.id));
            }
        }
    }
    assert!(idle.is_empty(), "no screen and no source for:\n{}", idle.join("\n"));
}
