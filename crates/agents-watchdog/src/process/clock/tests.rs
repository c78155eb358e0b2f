use super::*;

#[test]
fn the_clock_goes_forward() {
    let first = boot_clock_ms();
    assert!(first > 0);
    let limit = std::time::Instant::now() + Duration::from_secs(60);
    while boot_clock_ms() == first {
        assert!(std::time::Instant::now() < limit, "it stands still");
    }
    assert!(boot_clock_ms() > first);
}

#[cfg(target_os = "linux")]
#[test]
fn the_clock_is_the_one_by_which_processes_start() {
    let before = boot_clock_ms();
    let mut child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
    let after = boot_clock_ms();
    let found = crate::process::find(child.id()).unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let crate::process::StartMark::Ticks(ticks) = found.start else { panic!("{found:?}") };
    // A hundred ticks a second, and the start is rounded to one.
    let start = ticks * 10;
    assert!(before <= start + 20 && start <= after + 20, "{before} {start} {after}");
}

#[cfg(target_os = "linux")]
#[test]
fn f55_one_start_of_the_machine_has_one_id() {
    let id = boot_id().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(boot_id(), Some(id));
}
