//! Real commands, each of which ends at once or is ended.

use super::*;

fn sh(command: &str, limit: Duration) -> Result<String, Failure> {
    run(
        command,
        Path::new("/"),
        r#"{"text":"$(touch /never); `x` \"'"}"#,
        limit,
        &Commands::default(),
    )
}

#[test]
fn the_message_is_on_standard_input_and_no_shell_sees_it() {
    let said = sh("cat", TIME_LIMIT).unwrap();
    assert_eq!(said, r#"{"text":"$(touch /never); `x` \"'"}"#);
}

#[test]
fn a_command_that_fails_says_why() {
    let failure = sh("echo no such display >&2; exit 4", TIME_LIMIT).unwrap_err();
    assert_eq!(failure.reason(), "the command ended with 4: no such display");
}

#[test]
fn a_command_that_does_not_read_or_end_is_ended_with_its_children() {
    let begun = Instant::now();
    let failure = sh("sleep 300 & echo $!; sleep 300", Duration::from_millis(300)).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(60));
    let reason = failure.reason().to_owned();
    assert!(reason.contains("did not end within 0.3 s"), "{reason}");
    let child: i32 = reason.rsplit(": ").next().unwrap().trim().parse().unwrap();
    let child = Pid::from_raw(child).unwrap();
    // Its parent is dead, so whoever adopts it reaps it; until then it is a zombie, which runs nothing.
    let state = || std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero()));
    let begun = Instant::now();
    while state().is_ok_and(|stat| !stat.contains(") Z ")) {
        assert!(begun.elapsed() < Duration::from_secs(60), "the child lives on");
        std::thread::yield_now();
    }
}

#[test]
fn a_flood_of_output_is_read_and_cut() {
    let said = sh("head -c 1000000 /dev/zero | tr '\\0' x", TIME_LIMIT).unwrap();
    assert_eq!(said.len() as u64, KEPT);
}
