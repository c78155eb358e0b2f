//! Does `wait` return when every agent got there, and else say why not?

use crate::support::Bed;

const FLEET: &str = r#"HEAD
[backend.worker]
bin = "sh ./worker.sh"
prompt_delivery = "exec"
active_re = "^at work$"
[[agent]]
name = "ann"
watch = "heal"
backend = "worker"
prompt = "go"
[[agent]]
name = "bob"
backend = "worker"
prompt = "go"
[[service]]
name = "web"
command = "exec sleep 1000"
"#;

/// At work as long as a file of its name is there; ends when another one is.
const WORKER: &str = r#"
while [ ! -e "end-$AGENTS_NAME" ]; do
    if [ -e "busy-$AGENTS_NAME" ]; then printf 'at work\n'; fi
    sleep 0.1
done
"#;

fn up() -> Bed {
    let bed = Bed::with(FLEET);
    bed.write("worker.sh", WORKER);
    bed.agents(&["up"]).ends_with(0);
    bed
}

#[test]
fn it_returns_when_all_of_them_are_there() {
    let bed = up();
    let idle =
        bed.agents(&["wait", "ann", "bob", "--until", "idle", "--timeout", "2m"]).ends_with(0);
    assert_eq!((idle.out.as_str(), idle.err.as_str()), ("ann: idle\nbob: idle\n", ""));
    bed.write("busy-ann", "");
    bed.agents(&["wait", "ann", "--until", "active", "--timeout", "2m"]).ends_with(0);
    let json = bed.agents(&["--json", "wait", "ann", "bob", "--until", "idle", "--timeout", "1s"]);
    let json = json.ends_with(4).json();
    assert_eq!((&json["schema"], &json["reached"]), (&"agents.wait/1".into(), &false.into()));
    // A machine with other work may let it stand still for a look: then it is not known.
    assert_ne!(json["agents"][0]["state"], "idle", "{json}");
    // Whoever begins to wait before it happens is there when it does.
    let waiting = bed.spawn(&["wait", "bob", "--until", "exited"]);
    bed.write("end-bob", "");
    let ran = crate::support::Ran::from(waiting.wait_with_output().unwrap()).ends_with(0);
    assert_eq!(ran.out, "bob: exited\n");
}

#[test]
fn what_cannot_be_waited_for_is_an_error_at_once() {
    let bed = Bed::with(FLEET);
    let unwatched = bed.agents(&["wait", "ann", "--until", "idle"]).ends_with(1);
    assert!(unwatched.err.contains("`agents up watchdog`"), "{unwatched:?}");
    for (words, said) in [
        (&["wait", "anm", "--until", "idle"][..], "did you mean `ann`? Known: ann, bob, web"),
        (&["wait", "web", "--until", "idle"], "web is a service"),
        (&["wait", "ann", "--until", "asleep"], "idle, active, waiting_input, exited"),
        (&["wait", "--until", "idle"], "required"),
        (&["wait", "ann", "--until", "idle", "--timeout", "soon"], "--timeout"),
    ] {
        let ran = bed.agents(words).ends_with(2);
        assert!(ran.err.contains(said), "{words:?}: {ran:?}");
    }
    assert!(!bed.dir.join(".state").exists(), "it leaves no trace");
}

#[test]
fn nobody_waits_for_a_watchdog_that_is_gone() {
    let bed = up();
    let waiting = bed.spawn(&["wait", "ann", "--until", "waiting_input"]);
    bed.agents(&["down", "watchdog"]).ends_with(0);
    let ran = crate::support::Ran::from(waiting.wait_with_output().unwrap()).ends_with(1);
    assert!(ran.err.contains("no watchdog runs"), "{ran:?}");
}

#[test]
fn one_that_prints_once_a_second_is_not_idle_before_it_rests() {
    let bed = Bed::with(
        r#"HEAD
[backend.worker]
bin = "sh ./worker.sh"
prompt_delivery = "exec"
[[agent]]
name = "ann"
watch = "heal"
backend = "worker"
prompt = "go"
"#,
    );
    bed.write("worker.sh", "while [ ! -e rest ]; do date +%N; sleep 0.8; done; sleep 1000\n");
    bed.agents(&["up"]).ends_with(0);
    bed.until("it prints", || bed.screen("t-ann").lines().count() > 3);
    let early = bed.agents(&["wait", "ann", "--until", "idle", "--timeout", "8s"]).ends_with(4);
    assert!(early.out.contains("ann: active"), "{early:?}");
    bed.write("rest", "");
    bed.agents(&["wait", "ann", "--until", "idle", "--timeout", "60s"]).ends_with(0);
}
