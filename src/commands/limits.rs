//! `agents limits`: which usage limits and refused logins hold which agents, and until when?

use agents_decide::limit::reset;
use agents_decide::sentence::{count, span};
use agents_decide::{Moment, Now};
use agents_names::AgentName;
use agents_watchdog::view::WatchdogState;
use agents_watchdog::view::limits::{HoldKind, HoldView, holds};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::app::{App, print, say};
use crate::bystander;
use crate::error::{Error, code};
use crate::render::row::one_line;

pub fn run(app: &App) -> Result<u8, Error> {
    let looked = bystander::look(app)?;
    let holds = match &looked.document {
        Some(document) => holds(&looked.fleet, &document.state, &looked.now),
        None => Vec::new(),
    };
    if app.json {
        let rows: Vec<Value> = holds.iter().map(|hold| row(hold, &looked.now)).collect();
        let watchdog = looked.view.watchdog.state.as_str();
        let document = json!({ "schema": "agents.limits/1", "watchdog": watchdog, "holds": rows });
        print(&document.to_string())?;
    } else if holds.is_empty() {
        say("no limit holds anybody");
    } else {
        let told: Vec<String> = holds.iter().map(|hold| text(hold, &looked.now)).collect();
        print(&told.join("\n"))?;
        if looked.view.watchdog.state != WatchdogState::Running {
            say(
                "no watchdog looks; `agents up watchdog` starts one, and until then nothing is probed",
            );
        }
    }
    Ok(code::DONE)
}

fn text(hold: &HoldView, now: &Now) -> String {
    let what = match hold.kind {
        HoldKind::Limit => "usage limit",
        HoldKind::Opening => "open again, its agents go on one by one",
        HoldKind::Login => "login refused",
    };
    let whose = match &hold.account {
        Some(account) => format!("account `{account}`"),
        None => names(&hold.agents),
    };
    let mut lines = vec![format!("{whose}: {what} {}", now.since(hold.since))];
    if hold.account.is_some() {
        let limited = match hold.kind {
            HoldKind::Limit | HoldKind::Login => {
                format!(" (met by {})", names(&hold.limited))
            }
            HoldKind::Opening => String::new(),
        };
        lines.push(format!("  holds {}{limited}", names(&hold.agents)));
    }
    if let Some(evidence) = &hold.evidence {
        let (agent, source) = (&evidence.agent, &evidence.source);
        lines.push(format!("  source: {agent}, {source}: \"{}\"", evidence.text));
    }
    lines.push(format!("  reset: {}", reset(hold, now)));
    lines.push(format!("  next: {}", next(hold, now)));
    lines.iter().map(|line| one_line(line)).collect::<Vec<_>>().join("\n")
}

fn reset(hold: &HoldView, now: &Now) -> String {
    match (hold.reset, hold.kind) {
        (Some(reset), _) => {
            let ahead = (reset - now.wall).to_std().unwrap_or_default();
            format!("{} ({}, in {})", now.clock(reset), rfc(reset), days(ahead.as_secs()))
        }
        (None, HoldKind::Limit) => {
            let named = hold.evidence.as_ref().and_then(|it| reset::parse(&it.text, *now));
            match named {
                Some(_) => "not known; the one named lies too far ahead to be believed".to_owned(),
                None => "not told".to_owned(),
            }
        }
        (None, HoldKind::Opening) => "over".to_owned(),
        (None, HoldKind::Login) => "none; a person has to mend the login".to_owned(),
    }
}

fn next(hold: &HoldView, now: &Now) -> String {
    let vain = match hold.probes {
        0 => String::new(),
        probes => format!("; {} so far in vain", count(u64::from(probes), "probe")),
    };
    if let Some(down) = &hold.down {
        return format!("{down} is down, so nothing is probed; `agents up {down}` finds out{vain}");
    }
    match (&hold.probe, hold.kind) {
        (Some((name, at)), HoldKind::Opening) => {
            format!("{name} goes on at {}", now.point(*at))
        }
        (Some((name, at)), _) if *at > now.at => {
            format!("{name} is probed at {}{vain}", now.point(*at))
        }
        (Some((name, at)), _) => format!("{name} is being probed {}{vain}", now.since(*at)),
        (None, HoldKind::Login) => {
            format!("`agents restart {}`, once it is mended", names(&hold.limited))
        }
        (None, _) if hold.goes_on => "the program goes on by itself; nothing is typed".to_owned(),
        (None, _) => "the next look decides".to_owned(),
    }
}

fn names(names: &[AgentName]) -> String {
    names.iter().map(AgentName::as_str).collect::<Vec<_>>().join(", ")
}

/// Weekly windows read better in days.
fn days(seconds: u64) -> String {
    match seconds / 86_400 {
        0 | 1 => span(seconds),
        days => format!("{days} days {} h", seconds % 86_400 / 3600),
    }
}

fn row(hold: &HoldView, now: &Now) -> Value {
    let at = |moment: Moment| rfc(now.wall_of(moment));
    json!({
        "kind": hold.kind.as_str(),
        "account": hold.account,
        "agents": hold.agents,
        "limited": hold.limited,
        "since": at(hold.since),
        "source": hold.evidence.as_ref().map(|evidence| json!({
            "agent": evidence.agent,
            "from": evidence.source,
            "text": evidence.text,
        })),
        "reset": hold.reset.map(rfc),
        "goes_on": hold.goes_on,
        "next": hold.probe.as_ref().map(|(name, moment)| json!({ "agent": name, "at": at(*moment) })),
        "canary": hold.probe.as_ref().map(|(name, _)| name),
        "probes_in_vain": hold.probes,
    })
}

fn rfc(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
