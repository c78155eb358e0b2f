//! Does the net catch fish? Each planted bug must break something within a thousand fleet-hours.
#![cfg(feature = "planted")]

use agents_decide::planted::{self, Bug};
use agents_sim::planted::{self as slips, Slip};
use agents_sim::swarm::{Swarm, live};

const WITHIN: u64 = 1000;

/// After how many fleet-hours something broke, and what.
fn caught() -> Option<(u64, String)> {
    let swarm = Swarm { seed: 7, hours: WITHIN };
    swarm.seeds().into_iter().zip(1..).find_map(|(seed, lives)| {
        let lived = live(seed, false).unwrap();
        let first = lived.violations.first()?;
        Some((lives * Swarm::LIFE, first.clone()))
    })
}

fn verdict(name: &str) -> Option<String> {
    match caught() {
        Some((hours, how)) => {
            println!("{name}: within {hours} fleet-hours: {how}");
            None
        }
        None => Some(name.to_owned()),
    }
}

#[test]
fn every_planted_bug_is_caught() {
    let decisions = Bug::ALL.iter().filter_map(|bug| {
        planted::plant(Some(*bug));
        let free = verdict(&format!("{bug:?}"));
        planted::plant(None);
        free
    });
    let mut free: Vec<String> = decisions.collect();
    free.extend(Slip::ALL.iter().filter_map(|slip| {
        slips::plant(Some(*slip));
        let free = verdict(&format!("{slip:?}"));
        slips::plant(None);
        free
    }));
    assert!(Bug::ALL.len() + Slip::ALL.len() >= 25);
    assert!(free.is_empty(), "nothing caught {free:?}");
}
