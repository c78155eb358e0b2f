//! Does a screen keep its meaning when what means nothing changes?
//!
//! Every recorded screen is changed in ways that a person would not call another state. The verdict must stay, or
//! become unknown; it must never turn into another state. The changes are drawn from a seed per screen.

mod support;

use agents_screens::{Seen, State};
use support::mutate::{self, Dice};
use support::{Screen, complaint, corpus, judge, presets};

/// Checks `rounds` changes of every screen; returns how many of the verdicts stayed sure.
fn check(rounds: u64, change: impl Fn(&Screen, &mut Dice) -> Option<Screen>) -> (usize, usize) {
    let presets = presets();
    let (mut changed, mut sure) = (0, 0);
    let mut wrong = Vec::new();
    for screen in &corpus() {
        for round in 0..rounds {
            let mut dice = Dice::new(&screen.name, round);
            let Some(other) = change(screen, &mut dice) else { continue };
            changed += usize::from(!screen.unprovable);
            let verdict = judge(&presets, &other, &other.seen());
            if verdict.state == screen.expected {
                sure += usize::from(!screen.unprovable);
            } else if verdict.state != State::Unknown {
                wrong.push(format!(
                    "{}\n{}",
                    complaint(&other, &format!("round {round}"), &verdict),
                    other.rows
                ));
            }
        }
    }
    let names: Vec<_> = wrong.iter().filter_map(|one| one.split(':').next()).collect();
    assert!(wrong.is_empty(), "{} wrong of {changed}: {names:?}\n{}", wrong.len(), wrong[0]);
    (changed, sure)
}

/// Checks, and wants most verdicts to stay sure: honest doubt must not become the answer to everything.
fn check_mostly_sure(
    rounds: u64,
    percent: usize,
    change: impl Fn(&Screen, &mut Dice) -> Option<Screen>,
) {
    let (changed, sure) = check(rounds, change);
    println!("{sure} of {changed} sure");
    assert!(changed > 100, "only {changed} screens could be changed");
    assert!(sure * 100 >= changed * percent, "only {sure} of {changed} stayed sure");
}

#[test]
fn rows_scrolled_off_the_top_change_nothing() {
    check_mostly_sure(6, 85, mutate::scrolled);
}

#[test]
fn the_width_of_the_pane_changes_nothing() {
    check_mostly_sure(6, 97, mutate::rewrapped);
}

#[test]
fn times_names_and_numbers_change_nothing() {
    check_mostly_sure(4, 100, mutate::renamed);
}

#[test]
fn an_answer_may_quote_anything() {
    check_mostly_sure(8, 95, mutate::quoting);
}

#[test]
fn blank_rows_change_nothing() {
    check_mostly_sure(3, 99, mutate::padded);
}

#[test]
fn plain_quotes_and_other_spinner_frames_change_nothing() {
    check_mostly_sure(3, 100, mutate::respelled);
}

#[test]
fn all_changes_together_never_make_a_wrong_verdict() {
    let (changed, _) = check(6, |screen, dice| {
        let screen = mutate::quoting(screen, dice).unwrap_or_else(|| screen.clone());
        let screen = mutate::rewrapped(&screen, dice).unwrap_or(screen);
        let screen = mutate::renamed(&screen, dice)?;
        mutate::respelled(&mutate::padded(&screen, dice)?, dice)
    });
    assert!(changed > 1000);
}

#[test]
fn changed_screens_without_title_or_process_are_never_wrong() {
    let presets = presets();
    let mut wrong = Vec::new();
    for screen in &corpus() {
        for round in 0..6 {
            let mut dice = Dice::new(&screen.name, round);
            let other = mutate::scrolled(screen, &mut dice).unwrap_or_else(|| screen.clone());
            let other = mutate::quoting(&other, &mut dice).unwrap_or(other);
            let seen = Seen { title: "", command: "", ..other.seen() };
            let verdict = judge(&presets, &other, &seen);
            // A frame that has lost the row where the shell's prompt broke into it looks alive.
            let hidden = screen.expected == State::Exited && screen.name.contains("crashed");
            if verdict.state != screen.expected && verdict.state != State::Unknown && !hidden {
                wrong.push(format!(
                    "{}\n{}",
                    complaint(&other, "rows alone", &verdict),
                    other.rows
                ));
            }
        }
    }
    let names: Vec<_> = wrong.iter().filter_map(|one| one.split(':').next()).collect();
    assert!(wrong.is_empty(), "{} wrong: {names:?}\n{}", wrong.len(), wrong[0]);
}
