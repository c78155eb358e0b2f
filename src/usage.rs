//! What has the conversation of each agent used so far? Read from the records, which can be long, so within bounds.

use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_decide::FleetState;
use agents_names::AgentName;
use agents_records::Totals;

use crate::record::{Asked, Missing, Place, Reading};

/// How many looks are made at one record; each reads at most 32 MiB.
const LOOKS: u32 = 4;
/// After so long no further record is begun.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of one agent.
pub struct Usage {
    pub agent: AgentName,
    pub found: Result<Used, String>,
}

/// What a conversation used.
pub struct Used {
    pub conversation: Option<String>,
    pub totals: Totals,
    /// The record is longer than what was read of it.
    pub is_partial: bool,
}

/// Reads the records of all agents, in the order of the file.
pub fn of(fleet: &Fleet, state: Option<&FleetState>) -> Vec<Usage> {
    let until = Instant::now() + PATIENCE;
    let agents = fleet.agents.iter();
    let usage = agents.map(|agent| {
        let found = if Instant::now() < until {
            let place = Place::of(fleet, agent, state, Asked::default());
            place.and_then(|place| read(place, until)).map_err(|missing| why(&missing))
        } else {
            Err("not read: the other records took too long".to_owned())
        };
        Usage { agent: agent.name.clone(), found }
    });
    usage.collect()
}

fn read(place: Place, until: Instant) -> Result<Used, Missing> {
    let mut reading = Reading::new(place);
    let mut left = reading.look()?.left;
    for _ in 1..LOOKS {
        if left == 0 || Instant::now() >= until {
            break;
        }
        left = reading.look()?.left;
    }
    let transcript = reading.transcript()?;
    Ok(Used {
        conversation: transcript.conversation.map(|conversation| conversation.id),
        totals: transcript.totals,
        is_partial: left > 0,
    })
}

/// A few words for a table; `agents transcript` says all of it.
fn why(missing: &Missing) -> String {
    match missing {
        Missing::NoProgram(_) => "no record is known of its program".to_owned(),
        Missing::NoRecord { .. } => "no record yet".to_owned(),
        Missing::Ambiguous { ids, .. } => format!("{} conversations fit", ids.len()),
        Missing::NoPort => "opencode's port is not known".to_owned(),
        Missing::NoHome | Missing::Record(_) => missing.to_string(),
    }
}
