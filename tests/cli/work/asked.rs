//! Who asks for the fleet asks for what is to run of it, and not for what is done.

use super::stage::{Works, one};

#[test]
fn f40_a_task_that_ended_while_nobody_watched_is_not_run_again_by_up() {
    for killed in [true, false] {
        let works = Works::new();
        let config = works.bed.read("agents.toml");
        works
            .bed
            .write("agents.toml", &config.replace("signal_interval = 1", "signal_interval = 30"));
        let dir = works.bed.dir.display();
        works.bed.write("how/a", &format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n"));
        works.bed.write("tasks.toml", &one(""));
        works.run("tasks.toml").ends_with(0);
        works.bed.until("it has begun", || works.journal() == ["begin a"]);
        if killed {
            works.kill_watchdog();
        }
        works.bed.write("go", "");
        works.bed.until("it has ended", || works.journal() == ["begin a", "end a"]);
        works.agents(&["up"]).ends_with(0);
        works.until_task("a", "complete");
        assert_eq!(works.task("a")["attempt"], 1, "{:?}", works.states());
        assert_eq!(works.journal(), ["begin a", "end a"], "killed: {killed}");
    }
}
