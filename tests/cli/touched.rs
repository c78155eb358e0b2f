//! Is an agent that stands still seen to rest, though something touches its log again and again?

use crate::support::Bed;

const FLEET: &str = r#"HEAD
[backend.worker]
bin = "sh ./worker.sh"
prompt_delivery = "exec"
active_re = "^at work$"
footer_ui = true
log_grace = 3
[[agent]]
name = "ann"
watch = "heal"
backend = "worker"
prompt = "go"
log = true
"#;

#[test]
fn a_log_that_is_only_touched_does_not_make_an_agent_work() {
    let bed = Bed::with(FLEET);
    bed.write("worker.sh", "echo ready; exec sleep 1000\n");
    bed.agents(&["up"]).ends_with(0);
    let log = bed.dir.join(".state/t-ann.log");
    bed.until("it has written", || bed.read(".state/t-ann.log").contains("ready"));
    let size = log.metadata().unwrap().len();
    bed.until("it rests", || {
        let file = std::fs::File::options().append(true).open(&log).unwrap();
        file.set_modified(std::time::SystemTime::now()).unwrap();
        bed.status()["agents"][0]["doing"]["state"] == "idle"
    });
    assert_eq!(log.metadata().unwrap().len(), size, "nobody wrote to it");
    bed.agents(&["down"]).ends_with(0);
}
