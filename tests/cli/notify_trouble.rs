//! Is a fleet supervised while those who are to be told cannot be, and is it said who was not told of what?

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::Bed;
use crate::web::Web;

/// Two agents that cannot be started are two alarms of the first tick; the third one runs.
const AGENTS: &str = r#"
[backend.cat]
bin = "cat"
[backend.sleep]
bin = "exec sleep 1000 #"
[[agent]]
name = "ann"
kind = "persistent"
watch = "heal"
backend = "cat"
dir = "nowhere"
prompt = "go"
[[agent]]
name = "bob"
kind = "persistent"
watch = "heal"
backend = "cat"
dir = "nowhere"
prompt = "go"
[[agent]]
name = "cy"
kind = "persistent"
watch = "heal"
backend = "sleep"
prompt = "go"
"#;

/// A web server that takes connections and never says a word.
fn silent() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

fn untold(bed: &Bed, target: &str) -> Value {
    let status = bed.status();
    let all = status["untold"].as_array().unwrap();
    all.iter().find(|it| it["target"] == target).cloned().unwrap_or(Value::Null)
}

fn fleet_events(bed: &Bed) -> String {
    bed.agents(&["events", "-n", "1000"]).out
}

#[test]
fn agents_are_looked_after_while_nobody_can_be_told_and_status_says_so() {
    let (silent, web) = (silent(), Web::new());
    web.answer(&[
        "500 Internal Server Error",
        "429 Too Many Requests\r\nRetry-After: 1",
        "503 Service Unavailable",
    ]);
    let stuck = "trap '' TERM; echo try >> tried; sleep 6007";
    let bed = Bed::with(&format!(
        "HEAD\n{AGENTS}[notify]\ngroup = \"2s\"\nretries = 1\n\
         [[notify.to]]\nname = \"silent\"\nkind = \"webhook\"\nurl = \"http://{}/\"\n\
         [[notify.to]]\nname = \"busy\"\nkind = \"webhook\"\nurl = \"{}\"\n\
         [[notify.to]]\nname = \"stuck\"\nkind = \"command\"\ncommand = \"{stuck}\"\n",
        silent.local_addr().unwrap(),
        web.url("hook"),
    ));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("the command is under way", || !bed.read("tried").is_empty());
    bed.until("cy runs", || bed.has("t-cy"));
    bed.kill_session("t-cy");
    let restarted = || fleet_events(&bed).contains("start cy, because it is gone");
    bed.until("cy is started again", restarted);
    let events = fleet_events(&bed);
    assert!(!events.contains("could not tell stuck"), "that waited for the command: {events}");

    // Two tries, as the config says; the next message, which gets through, counts what was lost with its words.
    bed.until("busy is given up", || {
        fleet_events(&bed).contains("gave up telling busy of 2 events after 2 tries")
    });
    assert!(fleet_events(&bed).contains("could not tell busy, and tries again"), "{events}");
    assert_eq!(web.posted().len(), 2);
    assert_eq!(web.posted()[0].json()["events"].as_array().unwrap().len(), 2, "one message");
    let busy = untold(&bed, "busy");
    assert_eq!((&busy["events"], &busy["tries"]), (&json!(2), &json!(2)), "{busy}");
    assert!(busy["reason"].as_str().unwrap().contains("answered 429"), "{busy}");
    assert_eq!(busy["next_try"], Value::Null);
    let shown = bed.agents(&["status"]).out;
    assert!(
        shown.contains(" notify: busy could not be told of 2 events, in 2 tries since"),
        "{shown}"
    );
    let config = bed.read("agents.toml");
    bed.write("agents.toml", "not toml [");
    bed.until("it is told again", || {
        fleet_events(&bed).contains("busy is told again, after 3 tries that failed")
    });
    let last = web.posted().last().unwrap().json();
    assert_eq!((&last["events"][0]["event"], &last["more"]), (&json!("config-broken"), &json!(2)));
    assert_eq!(untold(&bed, "busy"), Value::Null);
    bed.write("agents.toml", &config);

    bed.until("silent and stuck are tried in vain", || {
        let reason =
            |target| untold(&bed, target)["reason"].as_str().unwrap_or_default().to_owned();
        reason("silent").contains("no answer within 15 s")
            && reason("stuck").contains("did not end within 30 s, and was ended")
    });
    // A command that is under way when the fleet goes down goes with it.
    bed.until("the command is tried again", || bed.read("tried").lines().count() > 1);
    bed.agents(&["down"]).ends_with(0);
    let left = bed.command("ps").args(["-eo", "pid=,args="]).output().unwrap();
    let left = String::from_utf8_lossy(&left.stdout).into_owned();
    assert!(!left.contains("sleep 6007"), "{left}");
    assert!(bed.agents(&["status"]).out.contains("notify: stuck could not be told"), "it stays");
}
