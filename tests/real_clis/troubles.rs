//! What does a CLI show and do when the service refuses, fails or breaks off, and when it is well again?

use std::time::Duration;

use agents_model_server::{Account, Cli, Leave};

use crate::scene::Scene;

/// A usage window of the plan that closes for a few seconds: the limit is shown; once the window is open, the next
/// prompt (or the CLI's own try) is answered.
fn check_usage(cli: Cli, shown: &str, goes_on_alone: bool) {
    let account = if cli == Cli::Claude { Account::Subscription } else { Account::Key };
    let scene = Scene::paid(cli, Leave::Never, account);
    scene.start("MOCK:usage:20 begin the work");
    scene.until("the limit is shown", || scene.screen().contains(shown));
    assert!(!scene.screen().contains("All done."), "{cli:?}\n{}", scene.screen());
    if goes_on_alone {
        let limit = Duration::from_secs(300);
        scene.until_within(limit, "it goes on alone", || scene.screen().contains("All done."));
        let times = scene.requests();
        let times: Vec<u64> = times.iter().filter_map(|it| it["time"].as_u64()).collect();
        let (first, last) = (times[0], times[times.len() - 1]);
        assert!(last >= first + 20, "{cli:?} was answered in its closed window: {times:?}");
        eprintln!("{}: answered {} s after its window opened", cli.name(), last - first - 20);
        return;
    }
    let refused = scene.requests().len();
    let first = scene.requests()[0]["time"].as_u64().unwrap();
    let open = std::time::UNIX_EPOCH + Duration::from_secs(first + 20);
    scene.until("the window opens", || std::time::SystemTime::now() >= open);
    scene.submit("go on, please");
    scene.until("the next prompt is answered", || scene.screen().contains("All done."));
    assert_eq!(scene.requests().len(), refused + 1, "{cli:?}");
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_is_refused_until_its_window_opens() {
    check_usage(Cli::Codex, "hit your usage limit", false);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_goes_on_by_itself_after_its_window() {
    check_usage(Cli::Claude, "hit your 5-hour limit", true);
}

#[test]
#[ignore = "needs npm; just real"]
fn opencode_tries_again_when_its_window_opens() {
    check_usage(Cli::Opencode, "The usage limit has been reached [retrying", true);
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_gives_up_and_is_answered_after_its_window() {
    check_usage(Cli::Pi, "Retry failed after 3 attempts", false);
}

/// Two failures of the server, then it is well: the CLI's own retries bring the answer without a hand.
fn check_recovers(cli: Cli, scenario: &str, fewest: usize) {
    let scene = Scene::of(cli, Leave::Never);
    scene.start(&format!("MOCK:{scenario} carry on"));
    scene.until("its own retry brings the answer", || scene.screen().contains("All done."));
    let asked = scene.asked("carry on").len();
    assert!(asked >= fewest, "{cli:?}: {asked} requests");
}

/// Two failures, a stream that breaks off, and one that reports a failure itself.
fn check_troubles(cli: Cli) {
    check_recovers(cli, "500:2", 3);
    check_recovers(cli, "cut:1", 2);
    check_recovers(cli, "overloaded:1", 2);
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_recovers_from_failures_and_broken_streams() {
    check_recovers(Cli::Codex, "500:2", 3);
    check_recovers(Cli::Codex, "cut:1", 2);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_recovers_from_failures_and_broken_streams() {
    check_troubles(Cli::Claude);
}

#[test]
#[ignore = "needs npm; just real"]
fn opencode_recovers_from_failures_and_broken_streams() {
    check_troubles(Cli::Opencode);
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_recovers_from_failures_and_broken_streams() {
    check_troubles(Cli::Pi);
}

#[test]
#[ignore = "needs npm; just real"]
fn gemini_recovers_from_failures() {
    check_recovers(Cli::Gemini, "500:2", 3);
}

#[test]
#[ignore = "needs npm; just real"]
fn qwen_recovers_from_failures() {
    check_recovers(Cli::Qwen, "500:2", 3);
}
