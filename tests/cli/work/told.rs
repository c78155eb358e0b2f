//! Who hears of the end of a task, what did it cost, and when was each at work?

use super::stage::{Works, one};

#[test]
fn programs_of_the_operator_hear_of_each_end_and_a_bad_one_holds_nothing_up() {
    let works = Works::new();
    let dir = works.bed.dir.display().to_string();
    works.bed.program(
        "bin/hear",
        &format!("#!/bin/sh\necho \"$1 $AGENTS_TASK $AGENTS_STATE $AGENTS_BRANCH: $AGENTS_SUMMARY\" >> {dir}/heard\n"),
    );
    works.bed.program("bin/grumble", "#!/bin/sh\necho 'I will not' >&2\nexit 3\n");
    works.bed.write("how/bad", "exit 1\n");
    works.bed.write("tasks.toml", &one(
        "attempts = 1\nonDone = [\"hear\", \"it's $(done)\"]\nonError = [\"grumble\"]\n[[task]]\nid = \"bad\"",
    ));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    works.until_task("bad", "error");
    works.bed.until("it was heard", || !works.bed.read("heard").is_empty());
    assert_eq!(works.bed.read("heard"), "it's $(done) a complete task/a: pushed to `origin`\n");
    works.bed.until("the other is told in the journal", || {
        let events = works.agents(&["events", "bad"]).out;
        events.contains("task `on_error` failed: `grumble` ended with code 3: I will not")
    });
    // Neither is told again by another watchdog.
    works.crash();
    works.agents(&["tasks", "retry", "bad"]).ends_with(0);
    works.bed.write("how/bad", "");
    works.bed.until("bad was tried again", || {
        works.task("bad")["attempt"] == 2 || works.task("bad")["state"] == "complete"
    });
    let heard = works.bed.read("heard");
    assert_eq!(heard.lines().filter(|row| row.contains(" a ")).count(), 1, "{heard}");
}

#[test]
fn what_its_program_told_of_the_cost_is_told_and_nothing_else() {
    let works = Works::new();
    works.bed.write(
        "how/a",
        "echo '{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"session_id\":\"x\",\"result\":\"Done.\",\"total_cost_usd\":0.0421,\"usage\":{\"input_tokens\":1200,\"output_tokens\":30}}' >> said\n\
         trap 'cat said' EXIT\n",
    );
    works.bed.write("tasks.toml", &format!("{}[[task]]\nid = \"b\"\n", one("")));
    works.run("tasks.toml").ends_with(0);
    works.until_all("complete");
    let told = works.agents(&["result", "a"]).ends_with(0).out;
    assert!(
        told.contains("  cost: $0.0421, 1200 tokens read, 30 written, as its program told\n"),
        "{told}"
    );
    let json = works.agents(&["result", "a", "--json"]).ends_with(0).json();
    assert_eq!(json["cost"]["usd_micros"], 42_100, "{json}");
    assert!(!works.agents(&["result", "b"]).ends_with(0).out.contains("cost"));
    assert!(works.task("b")["cost"].is_null());
}

#[test]
fn a_report_draws_when_each_task_was_at_work() {
    let works = Works::new();
    works.bed.write(
        "tasks.toml",
        &format!("{}dependsOn = []\n[[task]]\nid = \"b\"\ndependsOn = [\"a\"]\n", one("")),
    );
    works.run("tasks.toml").ends_with(0);
    works.until_all("complete");
    let report = works.agents(&["report-run", "--svg", "night.svg"]).ends_with(0).out;
    assert!(report.contains("\n## Timeline\n\n```text\n"), "{report}");
    let row = |id: &str| {
        let row = report.lines().find(|row| row.starts_with(&format!("{id} |")));
        row.unwrap_or_else(|| panic!("{id}: {report}")).to_owned()
    };
    assert!(row("b").find('#') > row("a").find('#'), "{report}");
    assert!(row("a").ends_with("s, complete"), "{report}");
    let svg = works.bed.read("night.svg");
    assert_eq!(svg.matches("rx=\"3\"").count(), 2, "{svg}");
    let again = works.agents(&["report-run", "--svg", "night.svg"]).ends_with(1);
    assert!(again.err.contains("cannot write night.svg"), "{again:?}");
    let tasks = works.agents(&["tasks"]).ends_with(0).out;
    assert!(tasks.contains("  all: [####################] 2 of 2, "), "{tasks}");
}

#[test]
fn a_task_that_down_cut_off_is_not_told_as_running_and_nobody_is_said_to_look() {
    let works = Works::new();
    works.bed.write("how/a", "echo begun; sleep 600\n");
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    let told = || works.agents(&["tasks"]).ends_with(0).out;
    works.bed.until("it runs", || told().contains("a                running    attempt 1 runs"));
    let told = told();
    assert!(!told.contains("no watchdog runs"), "{told}");
    // Its watchdog dies, and nobody has looked since whether it goes on.
    works.kill_watchdog();
    let told = works.agents(&["tasks"]).ends_with(0).out;
    assert!(told.starts_with("no watchdog runs, so nothing of this moves"), "{told}");
    assert!(told.contains("running    at the last look: attempt 1 runs"), "{told}");
    works.agents(&["down"]).ends_with(0);
    let cut =
        "stuck      its session was ended, as the operator asked; `agents up` goes on with it";
    let told = works.agents(&["tasks"]).ends_with(0).out;
    assert!(told.starts_with("no watchdog runs, so nothing of this moves"), "{told}");
    assert!(told.contains(cut) && !told.contains("runs\n"), "{told}");
    // No time is counted that nobody has seen pass.
    let json = || works.agents(&["tasks", "--json"]).ends_with(0).json();
    let first = json();
    assert_eq!(
        (&first["watched"], &first["works"][0]["tasks"][0]["state"]),
        (&false.into(), &"stuck".into())
    );
    assert!(first["works"][0]["phases"][0]["elapsed_ms"].is_u64());
    assert_eq!(json(), first);
    let report = works.agents(&["report-run"]).ends_with(0).out;
    assert!(report.contains("1 stuck") && !report.contains("running"), "{report}");
    let result = works.agents(&["result", "a"]).out;
    assert!(result.starts_with("a: stuck: its session was ended"), "{result}");
    let why = works.agents(&["why", "a"]).ends_with(0).out;
    assert!(why.contains("task: stuck in `tasks`, attempt 1: its session was ended"), "{why}");
    works.bed.write("how/a", "");
    works.agents(&["up"]).ends_with(0);
    works.until_task("a", "complete");
    assert_eq!(json()["watched"], true);
}

#[test]
fn a_prompt_may_ask_for_an_answer_alone_and_a_manifest_says_so_where_it_does() {
    let works = Works::new();
    works.bed.write("how/ask", "echo 42; exit 0\n");
    works.bed.write("how/a", "echo 42; exit 0\n");
    let words = ["run", "--repository", "builder", "--name", "ask", "--", "How many are there?"];
    works.agents(&words).ends_with(0);
    works.until_task("ask", "complete");
    assert_eq!(works.task("ask")["reason"], "it ended well, and changed nothing");
    works.bed.write("tasks.toml", &one("attempts = 1"));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let why = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(why.contains("there is no commit and no change"), "{why}");
}

#[test]
fn a_manifest_whose_repo_names_a_folder_hears_that_its_tasks_run_elsewhere() {
    let works = Works::new();
    works.bed.write("how/a", "exit 0\n");
    works.bed.write("tasks.toml", &one("repo = \"./builder\""));
    // The project itself is no repository.
    let refused = works.agents(&["run", "tasks.toml"]).ends_with(2);
    assert!(refused.err.contains("`--repository DIR`"), "{refused:?}");
    assert!(
        refused
            .err
            .contains("its `repo` (./builder) is the repository of the forge, and no folder"),
        "{refused:?}"
    );
    // Here it is another one than `repo` says.
    works.bed.write("other/.keep", "");
    works.bed.git("other", &["init", "-q"]).ends_with(0);
    let told = works.agents(&["run", "tasks.toml", "--repository", "other"]);
    assert!(told.err.contains("its tasks work in ") && told.err.contains("/other,"), "{told:?}");
    works.bed.write("tasks2.toml", &one("repo = \"example/project\"").replace("\"a\"", "\"b\""));
    let told = works.run("tasks2.toml").ends_with(0);
    assert!(!told.err.contains("repo"), "{told:?}");
}

#[test]
fn each_start_and_stop_of_a_tasks_session_is_told_with_one_reason() {
    let works = Works::new();
    works.bed.write("how/a", "sleep 600\n");
    works.bed.write("tasks.toml", &one("stall = 1\nattempts = 2"));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let events = works.agents(&["events", "a"]).ends_with(0).out;
    let told = |order: &str| {
        let row = format!(" a action {order} a, because its task or the operator asked for it");
        events.lines().filter(|line| line.ends_with(&row)).count()
    };
    assert_eq!((told("start"), told("stop")), (2, 2), "{events}");
    assert!(!events.contains("because it is declared"), "{events}");
}
