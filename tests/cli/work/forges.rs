//! Are pull requests opened with the programs of GitLab and Gitea, too? Each call is recorded by a stand-in.

use super::stage::{Works, one};

/// `glab`, which knows the merge requests that it opened.
const GLAB: &str = r#"#!/bin/sh
call=$(echo "$*" | tr '\n' ' '); echo "$call" >> DIR/glab.calls
case "$1 $2" in
"mr list") if [ -f DIR/opened ]; then echo '[{"iid":7,"web_url":"https://lab/g/p/-/merge_requests/7","state":"opened"}]'; else echo '[]'; fi ;;
"mr create") touch DIR/opened; echo '!7 Do it'; echo ' https://lab/g/p/-/merge_requests/7' ;;
"mr view") if [ -f DIR/merged ]; then echo '{"iid":7,"state":"merged"}'; else echo '{"iid":7,"state":"opened"}'; fi ;;
*) exit 1 ;;
esac
"#;

/// `tea`, whose list is that of all branches, with numbers as texts.
const TEA: &str = r#"#!/bin/sh
call=$(echo "$*" | tr '\n' ' '); echo "$call" >> DIR/tea.calls
state=open; if [ -f DIR/merged ]; then state=merged; fi
other='{"index":"9","head":"other","state":"open","url":"https://tea/o/p/pulls/9"}'
case "$1 $2" in
"pulls list") if [ -f DIR/opened ]; then echo "[$other,{\"index\":\"12\",\"head\":\"task/a\",\"state\":\"$state\",\"url\":\"https://tea/o/p/pulls/12\"}]"; else echo "[$other]"; fi ;;
"pulls create") touch DIR/opened; echo '# #12 Do it (open)'; echo; echo 'https://tea/o/p/pulls/12' ;;
*) exit 1 ;;
esac
"#;

fn opens(forge: &str, program: &str, created: &str, url: &str) {
    let works = Works::new();
    let dir = works.bed.dir.display().to_string();
    works.bed.program(&format!("bin/{forge}"), &program.replace("DIR", &dir));
    works.bed.write("tasks.toml", &one(&format!("forge = \"{forge}\"\nrepo = \"o/p\"")));
    // Merged as soon as it is there, so the first look at it tells: the next one is minutes away.
    works.bed.write("merged", "");
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "merged");
    let calls = works.bed.read(&format!("{forge}.calls"));
    let creates: Vec<&str> = calls.lines().filter(|call| call.contains(" create ")).collect();
    assert_eq!(creates.len(), 1, "{calls}");
    assert!(creates[0].starts_with(created), "{calls}");
    assert!(creates[0].trim_end().ends_with("--repo o/p"), "{calls}");
    let task = works.task("a");
    assert_eq!((&task["pull"]["forge"], &task["pull"]["url"]), (&forge.into(), &url.into()));
    let events = works.agents(&["events", "a"]).ends_with(0).out;
    assert!(events.contains(&format!("task pr_open: #{}, {url}", url.rsplit('/').next().unwrap())));
}

#[test]
fn glab_opens_a_merge_request_and_tells_when_it_is_merged() {
    opens(
        "glab",
        GLAB,
        "mr create --source-branch task/a --target-branch main --title Do it --description 1 commit of the task `a`.",
        "https://lab/g/p/-/merge_requests/7",
    );
}

#[test]
fn tea_opens_a_pull_request_and_tells_when_it_is_merged() {
    opens(
        "tea",
        TEA,
        "pulls create --head task/a --base main --title Do it --description 1 commit of the task `a`.",
        "https://tea/o/p/pulls/12",
    );
}

/// `glab` of a project in which somebody closes the first merge request and merges the second.
const TWICE: &str = r#"#!/bin/sh
call=$(echo "$*" | tr '\n' ' '); echo "$call" >> DIR/glab.calls
count=$(cat DIR/count 2>/dev/null || echo 0)
case "$1 $2" in
"mr list") if [ "$count" -gt 0 ]; then echo "[{\"iid\":$count,\"state\":\"closed\",\"web_url\":\"https://lab/-/merge_requests/$count\"}]"; else echo '[]'; fi ;;
"mr create") echo $((count + 1)) > DIR/count; echo "https://lab/-/merge_requests/$((count + 1))" ;;
"mr view") if [ "$3" = 1 ]; then echo '{"state":"closed"}'; else echo '{"state":"merged"}'; fi ;;
*) exit 1 ;;
esac
"#;

#[test]
fn a_task_whose_merge_request_was_closed_opens_another_when_it_is_tried_again() {
    let works = Works::new();
    let dir = works.bed.dir.display().to_string();
    works.bed.program("bin/glab", &TWICE.replace("DIR", &dir));
    works.bed.write("tasks.toml", &one("forge = \"glab\"\nrepo = \"o/p\""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "cancelled");
    works.agents(&["tasks", "retry", "a"]).ends_with(0);
    works.until_task("a", "merged");
    let calls = works.bed.read("glab.calls");
    assert_eq!(calls.matches("mr create").count(), 2, "{calls}");
    assert_eq!(works.task("a")["pull"]["url"], "https://lab/-/merge_requests/2");
}

/// `gh` of a project in which the name of the branch has served before, and serves in a fork.
const OLD: &str = r#"#!/bin/sh
call=$(echo "$*" | tr '\n' ' '); echo "$call" >> DIR/gh.calls
row() { echo "{\"number\":$1,\"url\":\"https://forge/o/p/pull/$1\",\"state\":\"$2\",\"headRefOid\":\"c0\",\"isCrossRepository\":$3}"; }
case "$1 $2" in
"pr list") echo "[$(row 5 OPEN true),$(row 4 CLOSED false),$(row 3 MERGED false)]" ;;
"pr create") if [ -f DIR/mended ]; then echo "https://forge/o/p/pull/9"; else echo "see https://docs/rest/422"; fi ;;
"pr view") echo '{"state":"OPEN"}' ;;
esac
"#;

#[test]
fn a_pull_request_of_before_or_of_a_fork_is_not_that_of_the_task_and_no_address_is_no_success() {
    let works = Works::new();
    let dir = works.bed.dir.display().to_string();
    works.bed.program("bin/gh", &OLD.replace("DIR", &dir));
    works.bed.write("tasks.toml", &one("forge = \"gh\"\nrepo = \"o/p\""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "stuck");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("`gh pr create` printed no address of a pull request"), "{reason}");
    works.bed.write("mended", "");
    works.until_task("a", "pr_open");
    assert_eq!(works.task("a")["pull"]["url"], "https://forge/o/p/pull/9");
}
