//! Are people told of what needs them: by every way, again after a failure, and also when the watchdog was killed?

use serde_json::json;

use crate::support::{Bed, Ran};
use crate::web::Web;

/// An agent that cannot be started is an alarm of the first tick.
const UNSTARTABLE: &str = r#"
[backend.cat]
bin = "cat"
[[agent]]
name = "ann"
kind = "persistent"
watch = "heal"
backend = "cat"
dir = "nowhere"
prompt = "go"
"#;

/// A web hook for all that is told without being asked for.
fn hook(web: &Web, group: &str) -> String {
    let url = web.url("hook");
    format!("[notify]\ngroup = \"{group}\"\n[[notify.to]]\nkind = \"webhook\"\nurl = \"{url}\"\n")
}

fn watchdog_pid(bed: &Bed) -> Option<String> {
    let lock: serde_json::Value =
        serde_json::from_str(&bed.read(".state/state/fleet.lock")).ok()?;
    lock["pid"].as_i64().map(|pid| pid.to_string())
}

pub(super) fn kill_watchdog(bed: &Bed) {
    let pid = watchdog_pid(bed).unwrap();
    Ran::from(bed.command("kill").args(["-9", &pid]).output().unwrap()).ends_with(0);
    let pid = pid.parse().unwrap();
    bed.until("the watchdog is dead", || !crate::support::process_lives(pid));
}

#[test]
fn a_test_reaches_every_kind_of_target_in_its_own_shape() {
    let web = Web::new();
    let bed = Bed::with(
        "HEAD\n[[notify.to]]\nkind = \"ntfy\"\nurl = \"env:NTFY_URL\"\ntoken = \"env:NTFY_TOKEN\"\n\
         [[notify.to]]\nkind = \"slack\"\nurl = \"file:slack-url\"\n\
         [[notify.to]]\nkind = \"discord\"\nurl = \"env:DISCORD\"\n\
         [[notify.to]]\nkind = \"command\"\ncommand = \"cat > told.json; echo done\"\n",
    );
    bed.write("slack-url", &web.url("slack"));
    let variables = [
        ("NTFY_URL", web.url("topic")),
        ("NTFY_TOKEN", "tk_1".to_owned()),
        ("DISCORD", web.url("discord")),
    ];
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    web.answer(&["200 OK", "200 OK", "204 No Content"]);
    let ran = bed.agents_with(&variables, &["notify", "test"]).ends_with(0);
    assert_eq!(
        ran.out,
        "ntfy (ntfy): ok\nslack (slack): ok\ndiscord (discord): ok\ncommand (command): ok; done\n"
    );
    let posted = web.posted();
    let of = |path: &str| {
        let line = format!("POST /{path} HTTP/1.1");
        posted.iter().find(|posted| posted.line == line).unwrap_or_else(|| panic!("{posted:?}"))
    };
    let text = "a test: this is how the watchdog tells you of what needs you";
    let ntfy = of("topic");
    assert_eq!(ntfy.body, text);
    assert_eq!(ntfy.header("title"), "t: test");
    assert_eq!(ntfy.header("priority"), "default");
    assert_eq!(ntfy.header("authorization"), "Bearer tk_1");
    let slack = of("slack");
    assert_eq!(slack.header("content-type"), "application/json");
    assert_eq!(slack.json(), json!({ "text": format!("*t: test*\n{text}") }));
    assert_eq!(
        of("discord").json(),
        json!({ "content": format!("**t: test**\n{text}"), "allowed_mentions": { "parse": [] } })
    );
    let told: serde_json::Value = serde_json::from_str(&bed.read("told.json")).unwrap();
    assert_eq!(told["schema"], "agents.notify/1");
    assert_eq!((&told["test"], &told["text"]), (&json!(true), &json!(text)));
}

#[test]
fn a_test_says_of_each_target_why_it_failed_and_shows_no_secret() {
    let web = Web::new();
    let url = web.url("HUSHHUSH");
    let bed = Bed::with(&format!(
        "HEAD\n[[notify.to]]\nname = \"gone\"\nkind = \"webhook\"\nurl = \"{url}\"\n\
         [[notify.to]]\nname = \"unset\"\nkind = \"slack\"\nurl = \"env:NOBODY_SET_IT\"\n\
         [[notify.to]]\nname = \"fails\"\nkind = \"command\"\ncommand = \"echo no display >&2; exit 3\"\n\
         [[notify.to]]\nname = \"good\"\nkind = \"command\"\ncommand = \"cat >/dev/null\"\n"
    ));
    web.answer(&["404 Not Found", "302 Found\r\nLocation: http://127.0.0.1:1/x"]);
    let ran = bed.agents(&["notify", "test"]).ends_with(3);
    assert!(ran.err.contains("gone (webhook): FAILED: the server answered 404"), "{ran:?}");
    assert!(ran.err.contains("the environment variable NOBODY_SET_IT is not set"), "{ran:?}");
    assert!(ran.err.contains("the command ended with 3: no display"), "{ran:?}");
    assert_eq!(ran.out, "good (command): ok\n");
    let moved = bed.agents(&["notify", "test", "gone", "--json"]).ends_with(1);
    let row = &moved.json()["targets"][0];
    assert_eq!((&row["target"], &row["ok"]), (&json!("gone"), &json!(false)));
    assert!(row["reason"].as_str().unwrap().contains("redirects are not followed"), "{row}");
    let show = bed.agents(&["config", "show", "--origin"]).ends_with(0);
    for shown in [&ran.err, &moved.out, &show.out, &bed.agents(&["config", "show", "--json"]).out] {
        assert!(!shown.contains("HUSH"), "{shown}");
    }
    let unknown = bed.agents(&["notify", "test", "gond"]).ends_with(2);
    assert!(unknown.err.contains("did you mean `gone`?"), "{unknown:?}");
    bed.write("agents.toml", crate::support::HEAD);
    let nobody = bed.agents(&["notify", "test"]).ends_with(2);
    assert!(nobody.err.contains("add `[[notify.to]]`"), "{nobody:?}");
}

#[test]
fn an_alarm_is_told_again_after_a_failure_and_once_when_it_got_through() {
    let web = Web::new();
    web.answer(&["500 Internal Server Error"]);
    let bed = Bed::with(&format!("HEAD\n{UNSTARTABLE}{}", hook(&web, "0s")));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("the second try got through", || web.posted().len() >= 2);
    let posted = web.posted();
    assert_eq!(posted[0].body, posted[1].body, "a repetition is the same message");
    let told = posted[1].json();
    assert_eq!(told["title"], "t: ann, unstartable", "{told}");
    let event = &told["events"][0];
    assert_eq!((&event["event"], &event["about"]), (&json!("unstartable"), &json!("ann")));
    assert!(event["text"].as_str().unwrap().contains("nowhere"), "{event}");
    // A config that breaks is the next message, and the first is not told again.
    bed.write("agents.toml", "not toml [");
    bed.until("the broken config is told", || web.posted().len() >= 3);
    assert_eq!(web.posted()[2].json()["events"][0]["event"], "config-broken");
    let log = bed.watchdog_log();
    assert!(log.contains("could not tell webhook: the server answered 500"), "{log}");
}

#[test]
fn an_alarm_that_was_decided_survives_the_watchdog() {
    let web = Web::new();
    let config = |group| format!("HEAD\n{UNSTARTABLE}{}", hook(&web, group));
    let bed = Bed::with(&config("10m"));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    let events = || bed.agents(&["events", "ann", "--json"]).out;
    bed.until("the alarm is decided", || events().contains("\"alarm\""));
    kill_watchdog(&bed);
    assert_eq!(web.posted().len(), 0, "the group is open");
    // Meanwhile a verb, which tells nobody by itself, raises another alarm.
    let other = UNSTARTABLE.replace("ann", "bob").replace("[backend.cat]\nbin = \"cat\"", "");
    bed.write(
        "agents.toml",
        &format!("{}\n{other}", config("0s")).replace("HEAD", crate::support::HEAD),
    );
    bed.agents(&["up", "bob"]);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    let told = |name: &str| {
        let posted = web.posted();
        let all: Vec<serde_json::Value> = posted
            .iter()
            .flat_map(|posted| posted.json()["events"].as_array().unwrap().clone())
            .filter(|event| event["about"] == name)
            .collect();
        all
    };
    bed.until("both are told", || !told("ann").is_empty() && !told("bob").is_empty());
    // And once: the next watchdog knows that they got through.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.write("agents.toml", "not toml [");
    bed.until("the next event is told", || {
        web.posted().last().is_some_and(|posted| posted.body.contains("config-broken"))
    });
    assert_eq!((told("ann").len(), told("bob").len()), (1, 1), "{:?}", web.posted());
}

#[test]
fn a_target_that_refuses_for_good_is_given_up_in_the_journal() {
    let web = Web::new();
    web.answer(&["404 Not Found"]);
    let bed = Bed::with(&format!("HEAD\n{UNSTARTABLE}{}", hook(&web, "0s")));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    let given_up = "gave up telling webhook of 1 event after 1 try: the server answered 404: ok";
    bed.until("it is given up", || bed.agents(&["events", "-n", "50"]).out.contains(given_up));
    assert_eq!(web.posted().len(), 1);
}

/// What cannot be stored is told all the same.
#[test]
fn a_store_that_is_damaged_under_the_watchdog_is_told() {
    let web = Web::new();
    let bed = Bed::with(&format!("HEAD\n{}", hook(&web, "0s")));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("it ticks", || bed.dir.join(".state/state/heartbeat").exists());
    bed.write(".state/state/store.db", &"no store ".repeat(1000));
    bed.until("the trouble is told", || {
        web.posted().iter().any(|posted| posted.json()["events"][0]["event"] == "store")
    });
    let told = web.posted()[0].json();
    assert!(told["text"].as_str().unwrap().contains("nothing is done until"), "{told}");
    bed.agents(&["down"]);
}
