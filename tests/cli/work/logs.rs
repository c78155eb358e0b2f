//! Is the log of a task kept as that of any agent?

use super::stage::{Works, one};

#[test]
fn f46_the_log_of_a_task_is_cut_and_goes_on_when_it_was_deleted() {
    let works = Works::new();
    let config = works.bed.read("agents.toml");
    let config = config.replace("[watchdog]", "[watchdog]\nlog_megabytes = 1");
    works.bed.write("agents.toml", &config);
    let dir = works.bed.dir.display();
    let how = format!(
        "head -c 1500000 /dev/zero | tr '\\0' x\n\
         n=0; while [ ! -f {dir}/go ]; do n=$((n+1)); echo \"row $n.\"; sleep 0.1; done\n"
    );
    works.bed.write("how/a", &how);
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    let log = works.bed.dir.join(".state/t-a.log");
    let aside = works.bed.dir.join(".state/t-a.log.1");
    let length = |file| std::fs::metadata(file).map_or(0, |it| it.len());
    works.bed.until("it is cut", || length(&aside) >= 1 << 20 && length(&log) < 100_000);
    std::fs::remove_file(&log).unwrap();
    works.bed.until("it goes on", || works.bed.read(".state/t-a.log").contains("row "));
    works.bed.write("go", "");
    works.until_task("a", "complete");
    assert_eq!(works.task("a")["attempt"], 1, "{:?}", works.states());
    let told = works.agents(&["events", "a"]).ends_with(0).out;
    assert!(told.contains("its log was deleted or replaced while it was written"), "{told}");
}
