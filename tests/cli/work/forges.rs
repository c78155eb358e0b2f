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
"mr list") if [ "$count" -gt 0 ]; then echo "[{\"iid\":$count,\"web_url\":\"https://lab/$count\"}]"; else echo '[]'; fi ;;
"mr create") echo $((count + 1)) > DIR/count; echo "https://lab/$((count + 1))" ;;
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
    assert_eq!(works.task("a")["pull"]["url"], "https://lab/2");
}
