//! What becomes of programs of the operator that leave a process behind, which holds their output?

use super::stage::{Works, one};
use crate::support::process_lives;

/// What was left behind, ended with the test.
struct Left<'a>(&'a Works);

impl Left<'_> {
    fn ids(&self) -> Vec<u32> {
        self.0.bed.read("left").lines().map(|row| row.parse().unwrap()).collect()
    }
}

impl Drop for Left<'_> {
    fn drop(&mut self) {
        for id in self.ids() {
            drop(std::process::Command::new("kill").args(["-9", &id.to_string()]).status());
        }
    }
}

#[test]
fn a_set_up_a_hook_and_a_forge_that_leave_a_process_behind_have_ended_when_they_end() {
    let works = Works::new();
    let left = Left(&works);
    let dir = works.bed.dir.display().to_string();
    // Its standard output and error are those of the program that starts it.
    let leave = format!("sleep 600 & echo $! >> {dir}/left\n");
    works.bed.program("bin/hear", &format!("#!/bin/sh\n{leave}echo $AGENTS_TASK >> {dir}/heard\n"));
    let forge = works.bed.read("bin/gh").replacen("\n", &format!("\n{leave}"), 1);
    works.bed.program("bin/gh", &forge);
    let keys = format!(
        "forge = \"gh\"\nonDone = [\"hear\"]\nsetUpLimit = 100\nsetUp = '''{}'''",
        leave.trim_end()
    );
    works.bed.write("tasks.toml", &one(&keys));
    let began = std::time::Instant::now();
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "pr_open");
    works.bed.until("the hook was told", || works.bed.read("heard") == "a\n");
    let events = || works.agents(&["events", "a"]).ends_with(0).out;
    for name in ["set_up", "gh", "hear"] {
        let said = format!("`{name}` left a process behind that holds its output");
        works.bed.until(&said, || events().contains(&said));
    }
    assert!(!events().contains("was ended after"), "{}", events());
    assert!(began.elapsed().as_secs() < 60, "none of their limits was waited for");
    let ids = left.ids();
    assert!(ids.len() >= 4 && ids.iter().all(|id| process_lives(*id)), "{ids:?}");
    assert_eq!(works.task("a")["attempt"], 1);
}
