//! Is a screen read as its agent means it? Rows 4, 5, 7 to 9.

use agents_decide::{Limit, Now, Zone, limit::reset};
use chrono::{DateTime, TimeDelta, Utc};

use crate::scene::{REST, agent, count, fleet, healed, kill_and_see_healed, lines, state, ticks};
use crate::support::Bed;

const STALL: &str = "watch = \"heal+stall\"";
const GRACE: &str = "stall_grace = 1";

fn waiting(markers: &[&str]) -> String {
    let said: Vec<String> =
        markers.iter().map(|marker| format!("echo 'WAITING-UNTIL: {marker}'")).collect();
    format!("{}\n{REST}", said.join("\n"))
}

/// Waits until the agent was restarted for a stall so many times.
#[track_caller]
fn until_stalled(bed: &Bed, name: &str, times: usize) {
    bed.until(&format!("{name} is restarted for a stall"), || {
        count(bed, name, "because it stalled") >= times
    });
}

#[test]
fn d04_the_last_promise_on_the_screen_counts() {
    let (old, far) = ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
    let bed = fleet(
        GRACE,
        &[
            agent("kept", STALL, &waiting(&[old, far])),
            agent("broken", STALL, &waiting(&[far, old])),
        ],
    );
    bed.agents(&["up"]).ends_with(0);
    let before = bed.pid("t-kept");
    until_stalled(&bed, "broken", 2);
    assert_eq!(bed.pid("t-kept"), before);
    assert_eq!(count(&bed, "kept", "because it stalled"), 0);
}

#[test]
fn d05_f20_an_agent_that_prints_is_not_idle_though_no_pattern_says_active() {
    let printing = "i=0; while :; do i=$((i + 1)); echo \"row $i\"; sleep 0.3; done";
    let bed = fleet(GRACE, &[agent("busy", STALL, printing), agent("quiet", STALL, REST)]);
    let with_pattern = bed
        .read("agents.toml")
        .replace("stall_idle = 2", "stall_idle = 2\nactive_re = \"esc to interrupt\"");
    bed.write("agents.toml", &with_pattern);
    bed.agents(&["up"]).ends_with(0);
    let before = bed.pid("t-busy");
    until_stalled(&bed, "quiet", 2);
    assert_eq!(bed.pid("t-busy"), before);
    assert_eq!(count(&bed, "busy", "because it stalled"), 0);
}

/// A fleet whose backend knows a limit.
fn limited(tables: &[String]) -> Bed {
    let bed = fleet("limit_probe_fallback = 2\nlimit_reset_slack = 1\nstall_grace = 1", tables);
    let with_pattern = bed
        .read("agents.toml")
        .replace("stall_idle = 2", "stall_idle = 2\nlimit_re = \"usage limit\"");
    bed.write("agents.toml", &with_pattern);
    bed
}

/// Shows a text about limits, and answers whatever is typed.
fn reader(text: &str) -> String {
    format!(
        "echo ready\necho '{text}'\nwhile IFS= read -r line; do\n  printf '%s\\n' \"$line\" >> got-$AGENTS_NAME.txt\n  echo 'done with that'\ndone"
    )
}

#[test]
fn d07_f25_a_text_about_limits_holds_an_agent_no_longer_than_one_probe_and_stalls_are_judged_again()
{
    let bed = limited(&[agent(
        "x",
        STALL,
        &reader("The manual says: usage limit reached means to wait."),
    )]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("one probe shows that the text is only a text", || {
        matches!(
            state(&bed).members.values().next().map(|it| &it.limit),
            Some(Limit::Clear { dismissed: Some(_), .. })
        )
    });
    assert!(
        lines(&bed, "got-x.txt")[0].starts_with("Watchdog probe"),
        "{:?}",
        bed.read("got-x.txt")
    );
    until_stalled(&bed, "x", 1);
}

#[test]
fn d07_the_text_that_we_typed_is_no_banner() {
    let bed = limited(&[healed("x", &reader("hello")), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["send", "x", "--wait=2m", "what does usage limit reached mean?"]).ends_with(0);
    kill_and_see_healed(&bed, "y");
    ticks(&bed, 3);
    assert_eq!(count(&bed, "x", "where nothing restarts it"), 0, "{}", bed.watchdog_log());
}

/// That time on a machine an hour east of UTC.
fn at(time: &str) -> Now {
    let wall = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
    Now { at: agents_decide::Moment(0), wall, zone: Zone::Fixed(3600) }
}

#[test]
fn d08_f26_a_reset_is_read_as_it_is_meant() {
    let now = at("2026-11-21T10:00:00Z");
    for (text, meant) in [
        ("usage limit - resets 5 minutes from now", Some("2026-11-21T10:05:00Z")),
        ("usage limit - resets in 40 minutes", Some("2026-11-21T10:40:00Z")),
        ("usage limit - resets 3pm (UTC)", Some("2026-11-21T15:00:00Z")),
        ("usage limit - resets 3pm", Some("2026-11-21T14:00:00Z")),
        ("usage limit; then git reset 3 files", None),
    ] {
        let read = reset::parse(text, now).map(|reset| reset.at);
        let meant: Option<DateTime<Utc>> =
            meant.map(|time| DateTime::parse_from_rfc3339(time).unwrap().to_utc());
        assert_eq!(read, meant, "{text}");
    }
}

fn held_until(bed: &Bed, name: &str) -> Option<DateTime<Utc>> {
    let state = state(bed);
    let (_, member) = state.members.iter().find(|(it, _)| it.as_str() == name)?;
    match &member.limit {
        Limit::Held { until, .. } => *until,
        Limit::Clear { .. } | Limit::Probing { .. } => None,
    }
}

#[test]
fn d08_an_agent_is_held_for_the_span_that_its_banner_names() {
    let bed = limited(&[
        healed("from-now", "echo 'usage limit - resets 5 minutes from now'; exec sleep 1000"),
        healed("in", "echo 'usage limit - resets in 40 minutes'; exec sleep 1000"),
    ]);
    bed.agents(&["up"]).ends_with(0);
    for (name, minutes) in [("from-now", 5), ("in", 40)] {
        bed.until("it is held", || held_until(&bed, name).is_some());
        let ahead = held_until(&bed, name).unwrap() - Utc::now();
        let (least, most) = (TimeDelta::minutes(minutes - 1), TimeDelta::seconds(minutes * 60 + 2));
        assert!(ahead > least && ahead < most, "{name}: {ahead}");
    }
}

#[test]
fn d09_a_banner_broken_at_the_margin_is_seen() {
    // So far to the right that the terminal breaks within "usage limit".
    let broken = "columns=$(stty size | cut -d' ' -f2)\nprintf '%*susage limit reached, resets in 40 minutes\\n' $((columns - 8)) ''\nexec sleep 1000";
    let bed = limited(&[healed("x", broken)]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("the limit is seen", || held_until(&bed, "x").is_some());
    let rows = bed.tmux(&["capture-pane", "-p", "-t", "=t-x:"]).out;
    assert!(!rows.contains("usage limit"), "the banner is not broken: {rows}");
}
