//! `agents sim`: does it hold for years? Fleets that seeds draw live through faults in virtual time. Needs no config.

use agents_sim::swarm::{Lived, Outcome, Swarm, live};

use crate::app::{App, print, say};
use crate::cli::Sim;
use crate::error::{Error, code};

/// How often a person hears how far a long run is.
const LIVES_BETWEEN: usize = 500;

pub fn run(app: &App, sim: &Sim) -> Result<u8, Error> {
    let failed = |error: agents_sim::SimError| Error::Failed(error.to_string());
    if sim.trace {
        let lived = live(sim.seed, true).map_err(failed)?;
        print(&lived.trace.unwrap_or_default())?;
    }
    let swarm = Swarm { seed: sim.seed, hours: sim.hours };
    let all = swarm.seeds().len();
    let (mut lives, mut broken) = (0, 0);
    let outcome = swarm.run(|lived| {
        lives += 1;
        broken += usize::from(!lived.violations.is_empty());
        if lives % LIVES_BETWEEN == 0 {
            say(&format!("{lives} of {all} lives, {broken} of them broken"));
        }
    });
    let outcome = outcome.map_err(failed)?;
    let gaps = outcome.coverage.gaps(outcome.fleet_hours);
    if app.json {
        print(&json(sim, &outcome, &gaps).to_string())?;
    } else {
        let mut lines: Vec<String> = outcome.broken.iter().flat_map(report).collect();
        if sim.coverage {
            lines.extend(outcome.coverage.lines());
        }
        lines.extend(gaps.iter().map(|gap| format!("too easy: {gap}")));
        lines.push(outcome.closing(sim.seed));
        lines.extend((outcome.fleet_hours > sim.hours).then(|| beyond(sim.hours)));
        print(&lines.join("\n"))?;
    }
    Ok(if outcome.violations == 0 && gaps.is_empty() { code::DONE } else { code::FAILED })
}

/// Why more was lived than was asked for.
fn beyond(hours: u64) -> String {
    let were = if hours == 1 { "was" } else { "were" };
    let life = Swarm::LIFE;
    format!("{hours} {were} asked for; each life lasts {life} hours, and none is cut short")
}

/// What was violated in a life, and the line that lives it again.
fn report(lived: &Lived) -> Vec<String> {
    let violations = lived.violations.iter().map(|text| format!("violation: {text}"));
    violations.chain([format!("again: {}", lived.again())]).collect()
}

fn json(sim: &Sim, outcome: &Outcome, gaps: &[String]) -> serde_json::Value {
    let broken = outcome.broken.iter().map(|lived| {
        serde_json::json!({
            "seed": lived.seed,
            "violations": lived.violations,
            "again": lived.again(),
        })
    });
    serde_json::json!({
        "schema": "agents.sim/1",
        "seed": sim.seed,
        "fleet_hours": outcome.fleet_hours,
        "faults": outcome.coverage.faults(),
        "violations": outcome.violations,
        "broken": broken.collect::<Vec<_>>(),
        "too_easy": gaps,
    })
}
