//! Does `agents run` carry a manifest out, in real worktrees, with pushes and pull requests, whatever dies on the way?

mod asked;
mod backends;
mod clean;
mod declared;
mod elsewhere;
mod forges;
mod left;
mod logs;
mod losing;
mod onto;
mod stage;
mod taken;
mod told;

use stage::{EIGHT, Works, one};

#[test]
fn eight_tasks_end_as_eight_pull_requests_through_two_crashes_a_usage_limit_and_a_failure() {
    let works = Works::new();
    begin_a_bad_night(&works);
    for id in ["t1", "t7"] {
        works
            .bed
            .until(&format!("{id} has begun"), || works.journal().contains(&format!("begin {id}")));
        works.crash();
        works.bed.write(&format!("go-{id}"), "");
    }
    works.until_all("pr_open");
    let wanted: Vec<String> = (1..=8).map(|issue| format!("fix/issue-{issue}")).collect();
    assert_eq!(works.branches(), wanted);
    assert_pull_requests(&works);
    assert_order(&works.journal());
    // Crashes of the watchdog and a usage limit cost no attempt; the failed one had a second, which was told why.
    for task in works.tasks() {
        let attempts = if task["id"] == "t3" { 2 } else { 1 };
        assert_eq!(task["attempt"], attempts, "{task}");
        assert_eq!(task["commits"], 1, "{task}");
    }
    let events = works.agents(&["events", "t5"]).ends_with(0).out;
    assert!(events.contains("its provider refused it by a usage limit"), "{events}");
    assert!(works.bed.read("prompts-seen/t3.1").contains("> error: no compiler"));
    assert!(!works.bed.read("prompts-seen/t3.0").contains("earlier attempt"));
    // What depends is built on what it depends on.
    let log = works.bed.git("remote.git", &["log", "--format=%s", "fix/issue-6"]).ends_with(0);
    assert_eq!(
        log.out.lines().collect::<Vec<_>>(),
        ["t6 is done", "t2 is done", "t1 is done", "plan"]
    );
    works.bed.until("the worktrees are tidied away", || {
        works.agents(&["worktrees"]).out.starts_with("no worktree")
    });
    let report = works.agents(&["report-run"]).ends_with(0);
    assert!(
        report.out.contains("8 of 8 tasks are at their end") || report.out.contains("8 pr_open"),
        "{report:?}"
    );
    assert!(
        works.bed.sessions().iter().all(|it| !it.starts_with("t-t")),
        "{:?}",
        works.bed.sessions()
    );
}

/// The eight tasks of the example, two of which meet a failure and a usage limit, and two wait to be let go on.
fn begin_a_bad_night(works: &Works) {
    works.with_limits();
    let manifest = EIGHT.replacen(
        "\"repo\": \"example/security-framework\",",
        "\"forge\": \"gh\", \"retryDelay\": 1,",
        1,
    );
    works.bed.write("tasks.json", &manifest);
    // The first attempt of one fails; two others wait until they have been seen to run.
    works.bed.write(
        "how/t3",
        "if [ ! -f DIR/failed ]; then touch DIR/failed; echo 'error: no compiler'; exit 1; fi\n"
            .replace("DIR", &works.bed.dir.display().to_string())
            .as_str(),
    );
    works.bed.write(
        "how/t5",
        "if [ ! -f DIR/limited ]; then touch DIR/limited; echo 'You have hit your usage limit, try again in 4 seconds.'; exit 1; fi\n"
            .replace("DIR", &works.bed.dir.display().to_string())
            .as_str(),
    );
    for id in ["t1", "t7"] {
        works.bed.write(
            &format!("how/{id}"),
            &format!("while [ ! -f {}/go-{id} ]; do sleep 0.1; done\n", works.bed.dir.display()),
        );
    }
    works.run("tasks.json").ends_with(0);
}

/// One for each task, which says what it changes.
fn assert_pull_requests(works: &Works) {
    let calls = works.bed.read("gh.calls");
    let created: Vec<&str> = calls.lines().filter(|call| call.starts_with("pr create")).collect();
    assert_eq!(created.len(), 8, "{calls}");
    let third = "--head fix/issue-3 --base main --title fix: Issue #3 --body Closes #3";
    assert!(created.iter().any(|call| call.contains(third)), "{calls}");
    for number in 1..=8 {
        let whose = format!("of the task `t{number}`");
        let own = created.iter().find(|call| call.contains(&whose));
        let rows = format!("  ## Changes  - added `t{number}.txt`  ## Checklist  ");
        assert!(own.is_some_and(|call| call.contains(&rows)), "{number}: {calls}");
    }
}

/// One file, one task at a time; what depends comes after; the second phase after the first.
fn assert_order(journal: &[String]) {
    let at = |row: &str| {
        journal.iter().position(|it| it == row).unwrap_or_else(|| panic!("{row}: {journal:?}"))
    };
    for (first, then) in [
        ("t1", "t2"),
        ("t2", "t4"),
        ("t3", "t4"),
        ("t4", "t5"),
        ("t2", "t6"),
        ("t7", "t8"),
        ("t4", "t7"),
    ] {
        assert!(
            at(&format!("end {first}")) < at(&format!("begin {then}")),
            "{first}, {then}: {journal:?}"
        );
    }
}

#[test]
fn a_watchdog_that_is_killed_again_and_again_repeats_no_push_and_no_pull_request() {
    let works = Works::new();
    let manifest =
        EIGHT.replacen("\"repo\": \"example/security-framework\",", "\"forge\": \"gh\",", 1);
    works.bed.write("tasks.json", &manifest);
    works.run("tasks.json").ends_with(0);
    // At other points of the work each time: a watchdog starts within a moment, and works for a while.
    let mut crashes = 0;
    while works.tasks().iter().any(|task| task["state"] != "pr_open") && crashes < 40 {
        works.crash();
        crashes += 1;
        let lives = std::time::Duration::from_millis(170 * (crashes % 7 + 1));
        let began = std::time::Instant::now();
        works.bed.until("it has worked for a while", || began.elapsed() >= lives);
    }
    works.until_all("pr_open");
    assert!(crashes >= 3, "{crashes} crashes tell nothing");
    let calls = works.bed.read("gh.calls");
    let created = calls.lines().filter(|call| call.starts_with("pr create")).count();
    assert_eq!(created, 8, "after {crashes} crashes: {calls}");
    for task in works.tasks() {
        assert_eq!((&task["attempt"], &task["commits"]), (&1.into(), &1.into()), "{task}");
    }
    assert_eq!(works.branches().len(), 8);
}

#[test]
fn a_task_that_keeps_failing_waits_for_a_person_and_is_tried_again_when_asked() {
    let works = Works::new();
    works.bed.write(
        "how/a",
        &format!("[ -f {}/mended ] || {{ echo 'error: E1'; exit 4; }}\n", works.bed.dir.display()),
    );
    works.bed.write("tasks.toml", &one("attempts = 2").replace("Delay = 1", "Delay = 8"));
    works.run("tasks.toml").ends_with(0);
    works.bed.until("the plan tells when the next attempt is due", || {
        let plan = works.agents(&["plan"]).ends_with(0).out;
        let told = "  task a: pending: attempt 1 of 2 failed: exit code 4";
        plan.lines().any(|row| row.starts_with(told) && row.contains("; attempt 2 at "))
    });
    works.until_task("a", "error");
    let failed = works.task("a");
    assert_eq!(failed["attempt"], 2, "{failed}");
    assert!(failed["reason"].as_str().unwrap().contains("exit code 4"), "{failed}");
    assert!(failed["error"].to_string().contains("error: E1"), "{failed}");
    let events = works.agents(&["events", "a"]).ends_with(0);
    assert!(events.out.contains("alarm task error: attempt 2 of 2 failed"), "{events:?}");
    assert!(!events.out.contains("runs it again"), "no such way: {events:?}");
    works.agents(&["result", "a"]).ends_with(3);
    let why = works.agents(&["why", "a"]).ends_with(0);
    assert!(why.out.starts_with("a: error: attempt 2 of 2 failed"), "{why:?}");
    assert!(why.out.contains("  branch: task/a\n"), "{why:?}");
    let log = works.agents(&["logs", "a", "--no-follow"]).ends_with(0);
    assert_eq!(log.out.matches("error: E1").count(), 2, "{log:?}");
    let refused = works.agents(&["tasks", "retry", "b"]).ends_with(1);
    assert!(refused.err.contains("b: there is no such task"), "{refused:?}");
    works.bed.write("mended", "");
    works.agents(&["tasks", "retry", "a"]).ends_with(0);
    works.until_task("a", "complete");
    let result = works.agents(&["result", "a", "--json"]).ends_with(0).json();
    assert_eq!((&result["attempt"], &result["exit"]["code"]), (&3.into(), &0.into()), "{result}");
    assert_eq!(result["files"], serde_json::json!(["a.txt"]));
    assert!(result["said"].to_string().contains("all of a is done"), "{result}");
    let told = works.agents(&["result", "a"]).ends_with(0);
    assert!(told.out.contains("branch: task/a, 1 commit on top of its start"), "{told:?}");
    works.agents(&["tasks", "cancel", "a"]).ends_with(1);
}

#[test]
fn who_is_cut_off_goes_on_and_who_is_down_waits_and_who_is_cancelled_ends() {
    let works = Works::new();
    works.bed.write("how/a", "echo begun; sleep 600\n");
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    let runs = |count: usize| {
        works.bed.until(&format!("{count} runs have begun: {:?}", works.journal()), || {
            works.journal().len() == count && works.bed.has("t-a")
        });
    };
    runs(1);
    // It is one of the fleet while it runs.
    works.bed.until("status knows it", || {
        works.bed.state_of("a") == "running" || works.bed.state_of("a") == "idle"
    });
    let why = works.agents(&["why", "a"]).ends_with(0);
    assert!(why.out.contains("task running: attempt 1 runs"), "{why:?}");
    works.bed.kill_session("t-a");
    runs(2);
    let again = works.bed.read("prompts-seen/a.1");
    assert!(again.contains("was cut off") && again.contains("do nothing twice"), "{again}");
    assert_eq!(works.task("a")["attempt"], 1, "{}", works.task("a"));
    works.agents(&["down", "a"]).ends_with(0);
    works.until_task("a", "stuck");
    assert!(works.task("a")["reason"].as_str().unwrap().contains("`agents up a` goes on"));
    works.agents(&["up", "a"]).ends_with(0);
    works.until_task("a", "running");
    runs(3);
    let cancelled = works.agents(&["tasks", "cancel", "a"]);
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}\n{}", works.bed.watchdog_log());
    works.until_task("a", "cancelled");
    works.bed.until("its session has ended", || !works.bed.has("t-a"));
    // Nothing is on the branch, so nothing is lost.
    works
        .bed
        .until("its worktree has gone", || works.agents(&["worktrees"]).out.starts_with("no "));
    // A reset begins on a branch of its own.
    works.bed.write("how/a", "");
    works.agents(&["tasks", "reset", "a"]).ends_with(0);
    works.until_task("a", "complete");
    assert_eq!(works.task("a")["branch"], "task/a-2");
    works.bed.git("remote.git", &["rev-parse", "--verify", "refs/heads/task/a-2"]).ends_with(0);
}

#[test]
fn who_stalls_is_ended_and_the_next_attempt_is_told_why() {
    let works = Works::new();
    let dir = works.bed.dir.display();
    works.bed.write(
        "how/a",
        &format!(
            "if [ ! -f {dir}/stalled ]; then touch {dir}/stalled; echo I think; sleep 600; fi\n"
        ),
    );
    works.bed.write("tasks.toml", &one("stall = 2"));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    let prompt = works.bed.read("prompts-seen/a.1");
    assert!(
        prompt.contains("> it stalled: no output, no commit and no change for 2 s"),
        "{prompt}"
    );
    let events = works.agents(&["events"]).ends_with(0).out;
    assert!(
        events.contains(
            "attempt 1 of 3 failed: it stalled: no output, no commit and no change for 2 s"
        ),
        "{events}"
    );
    assert!(events.contains("fleet alarm the one task of `tasks` is at the end"), "{events}");
}

#[test]
fn the_whole_fleet_goes_down_in_the_midst_and_goes_on_when_it_is_up_again() {
    let works = Works::new();
    works.bed.write(
        "how/a",
        &format!("while [ ! -f {}/go ]; do sleep 0.1; done\n", works.bed.dir.display()),
    );
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    works.bed.until("it has begun", || works.journal() == ["begin a"]);
    let down = works.agents(&["down"]).ends_with(0);
    assert!(down.err.contains("a: "), "{down:?}");
    assert_eq!(works.bed.sessions(), Vec::<String>::new());
    let refused = works.agents(&["tasks", "cancel", "a"]).ends_with(1);
    assert!(refused.err.contains("no watchdog runs"), "{refused:?}");
    works.bed.write("go", "");
    works.agents(&["up"]).ends_with(0);
    works.until_task("a", "complete");
    assert_eq!(works.task("a")["attempt"], 1);
}

#[test]
fn one_task_is_run_from_a_prompt_and_tells_its_name() {
    let works = Works::new();
    let words = ["run", "--repository", "builder", "--", "Mend the login, please", "now"];
    let told = works.agents(&words).ends_with(0);
    assert_eq!(told.out, "mend-the-login-please\n", "{told:?}");
    works.until_task("mend-the-login-please", "complete");
    let prompt = works.bed.read("prompts-seen/mend-the-login-please.0");
    assert!(prompt.contains("Mend the login, please now"), "{prompt}");
    let again = works.agents(&words).ends_with(0);
    assert_eq!(again.out, "mend-the-login-please-2\n", "{again:?}");
    works.until_task("mend-the-login-please-2", "complete");
    works.agents(&["run", "--repository", "builder", "--backend", "other", "--", "x"]).ends_with(2);
    works.agents(&["run", "--", "x"]).ends_with(2);
    let report = works.agents(&["report-run", "mend-the-login-please"]).ends_with(0);
    assert!(
        report
            .out
            .starts_with("# mend-the-login-please\n\n1 of 1 tasks are at their end: 1 complete."),
        "{report:?}"
    );
}

#[test]
fn a_worktree_is_set_up_and_stays_as_long_as_something_in_it_would_be_lost() {
    let works = Works::new();
    works.bed.write("builder/.env", "KEY=1\n");
    works.bed.write("how/a", "cat set-up .env > seen; echo draft > notes.txt; git add seen; git commit -qm seen; git() { :; }\n");
    works.bed.write(
        "tasks.toml",
        &one("copy = [\".env\"]\nsetUp = \"echo $AGENTS_TASK $AGENTS_BRANCH > set-up\""),
    );
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    let seen = works.bed.git("remote.git", &["show", "task/a:seen"]).ends_with(0);
    assert_eq!(seen.out, "a task/a\nKEY=1\n");
    works.bed.until("it is kept", || works.agents(&["worktrees"]).out.contains("a is complete; "));
    let kept = works.agents(&["worktrees", "--json"]).ends_with(0).json();
    let why = kept["worktrees"][0]["why"].as_str().unwrap();
    assert!(why.contains("changed and not committed"), "{kept}");
    assert!(works.bed.dir.join(".state/worktrees/a/notes.txt").exists());
    // Another manifest with a task of that name is refused, and nothing is touched.
    works.run("tasks.toml").ends_with(2);
    assert!(works.bed.dir.join(".state/worktrees/a/notes.txt").exists());
}

#[test]
fn what_cannot_be_run_here_is_refused_before_anything_starts() {
    let works = Works::new();
    let config = works.bed.read("agents.toml");
    works.bed.write("agents.toml", &format!("{config}\n[[agent]]\nname = \"a\"\nbackend = \"worker\"\nprompt = \"x\"\nwatch = \"none\"\n"));
    works.bed.write("tasks.toml", &one("backend = \"claude\""));
    let refused = works.run("tasks.toml").ends_with(2);
    assert!(
        refused.err.contains(
            "a: the agent `a` of the config has the name or the session of the task `a`: rename one"
        ),
        "{refused:?}"
    );
    assert!(
        refused.err.contains("a: the config has no backend `claude`; it has worker"),
        "{refused:?}"
    );
    let none = works.agents(&["tasks"]).ends_with(0);
    assert!(none.out.starts_with("no task was handed in yet"), "{none:?}");
    assert_eq!(works.bed.sessions(), Vec::<String>::new());
    works.bed.write("wrong.toml", "attempts = 0\nremote = \"-x\"\n[[task]]\nid = \"b\"\n");
    let refused = works.run("wrong.toml").ends_with(2);
    assert!(
        refused.err.contains("`attempts` is 0") && refused.err.contains("`remote`: `-x`"),
        "{refused:?}"
    );
}

#[test]
fn a_usage_limit_is_waited_out_and_a_program_that_ends_well_but_says_that_it_failed_has_failed() {
    let works = Works::new();
    works.with_limits();
    let dir = works.bed.dir.display();
    works.bed.write("how/a", &format!(
        "if [ ! -f {dir}/limited ]; then touch {dir}/limited; echo 'You have hit your usage limit, try again in 4 seconds.'; exit 1; fi\n\
         if [ ! -f {dir}/failed ]; then touch {dir}/failed; echo '{{\"type\":\"thread.started\",\"thread_id\":\"x\"}}'; echo '{{\"type\":\"turn.failed\",\"error\":{{\"message\":\"no tools\"}}}}'; exit 0; fi\n"
    ));
    works.bed.write("tasks.toml", &one("attempts = 2"));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    let events = works.agents(&["events", "a"]).ends_with(0).out;
    assert!(
        events.contains("its provider refused it by a usage limit; it goes on in 1 min"),
        "{events}"
    );
    assert!(
        events.contains("attempt 1 of 2 failed: its program says that it failed: no tools"),
        "{events}"
    );
    assert_eq!(works.task("a")["attempt"], 2, "{events}");
}
