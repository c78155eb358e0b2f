use super::*;

#[test]
fn the_clock_goes_forward() {
    let first = boot_clock_ms();
    assert!(first > 0);
    let limit = std::time::Instant::now() + Duration::from_secs(5);
    while boot_clock_ms() == first {
        assert!(std::time::Instant::now() < limit, "it stands still");
    }
    assert!(boot_clock_ms() > first);
}

#[cfg(target_os = "linux")]
#[test]
fn the_clock_agrees_with_the_uptime() {
    let text = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime: f64 = text.split(' ').next().unwrap().parse().unwrap();
    let clock = boot_clock_ms() as f64 / 1000.0;
    assert!((clock - uptime).abs() < 5.0, "{clock} and {uptime}");
}

#[cfg(target_os = "linux")]
#[test]
fn one_start_of_the_machine_has_one_id() {
    let id = boot_id().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(boot_id(), Some(id));
}
