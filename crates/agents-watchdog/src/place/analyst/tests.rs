use std::time::{Duration, Instant};

use super::child::run;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|it| (*it).to_owned()).collect()
}

async fn shell(script: &str, limit: Duration) -> Result<String, String> {
    let dir = std::env::temp_dir();
    let output = run(&words(&["sh", "-c", script]), &dir, "the question\n", limit).await;
    output.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn it_gets_the_question_and_what_it_prints_is_read() {
    assert_eq!(shell("cat; echo no >&2", LONG).await, Ok("the question\n".to_owned()));
    assert_eq!(shell("exec <&-; echo yes", LONG).await, Ok("yes\n".to_owned()));
    let marks = shell("env | grep -c -e ^AGENTS_ -e ^TMUX || :", LONG).await;
    assert_eq!(marks, Ok("0\n".to_owned()));
}

#[tokio::test]
async fn one_that_fails_says_why_and_one_that_is_not_there_too() {
    let failed = shell("echo first >&2; echo last word >&2; exit 3", LONG).await.unwrap_err();
    assert!(failed.contains("exit status: 3") && failed.contains(": last word"), "{failed}");
    let dir = std::env::temp_dir();
    let missing = run(&words(&["/no/such/judge"]), &dir, "", LONG).await.unwrap_err();
    assert!(missing.contains("`/no/such/judge` cannot be started"), "{missing}");
}

#[tokio::test]
async fn what_it_leaves_in_the_background_holds_nobody_up() {
    let began = Instant::now();
    assert_eq!(shell("sleep 1000 & echo done", LONG).await, Ok("done\n".to_owned()));
    assert!(began.elapsed() < LONG);
}

#[tokio::test]
async fn one_that_hangs_is_ended_with_all_that_it_began() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("sleep 1000 & echo $! > {}/pid; wait", dir.path().display());
    let began = Instant::now();
    let late = shell(&script, Duration::from_secs(1)).await.unwrap_err();
    assert!(late.contains("did not answer within 1 s"), "{late}");
    assert!(began.elapsed() < Duration::from_secs(60));
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
    let proc = std::path::Path::new("/proc").join(pid.trim()).join("stat");
    let until = Instant::now() + Duration::from_secs(30);
    let lives = || std::fs::read_to_string(&proc).is_ok_and(|stat| !stat.contains(") Z "));
    while lives() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!lives(), "its child {pid} lives");
}

#[tokio::test]
async fn one_that_floods_is_read_to_a_limit() {
    let flood = shell("yes | head -c 9000000", LONG).await.unwrap();
    assert_eq!(flood.len(), agents_records::OUTPUT_LIMIT + 1);
}
