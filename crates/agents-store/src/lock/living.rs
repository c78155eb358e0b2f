//! Will the process that signed the lock still do anything?

use rustix::process::{Pid, test_kill_process};

use super::Holder;

/// Whether the process of that name may still be there, and is not just ending: whoever was killed left its name in the
/// file, and keeps the lock until the kernel has taken its files away.
pub(super) fn may_live(holder: &Holder) -> bool {
    let here = rustix::system::uname().nodename().to_bytes() == holder.host.as_bytes();
    let pid = i32::try_from(holder.pid).ok().and_then(Pid::from_raw);
    let gone = |pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH);
    !here || !(pid.is_some_and(gone) || is_ending(holder.pid))
}

#[cfg(target_os = "linux")]
fn is_ending(pid: u32) -> bool {
    let of = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    // In this order: a signal that is no longer pending shows as an end by then.
    has_kill_pending(&String::from_utf8_lossy(&of("status")))
        || ends(&String::from_utf8_lossy(&of("stat")))
}

/// Elsewhere nobody tells.
#[cfg(not(target_os = "linux"))]
fn is_ending(_: u32) -> bool {
    false
}

/// Of `/proc/PID/status`: SIGKILL was sent, and the process did not run since. proc(5): masks in hexadecimal, bit 0 is signal 1.
#[cfg(target_os = "linux")]
fn has_kill_pending(status: &str) -> bool {
    const SIGKILL_BIT: u64 = 1 << 8;
    let masks = status
        .lines()
        .filter_map(|line| line.strip_prefix("SigPnd:").or_else(|| line.strip_prefix("ShdPnd:")));
    masks
        .filter_map(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .any(|mask| mask & SIGKILL_BIT != 0)
}

/// Of `/proc/PID/stat`: it has ended, or is in the midst of it. proc(5): field 3 is the state, field 9 the kernel's flags, of
/// which `PF_EXITING` is 4 in include/linux/sched.h.
#[cfg(target_os = "linux")]
fn ends(stat: &str) -> bool {
    const PF_EXITING: u64 = 4;
    // The name in brackets may contain anything, brackets too.
    let Some((_, rest)) = stat.rsplit_once(')') else { return false };
    let mut fields = rest.split_ascii_whitespace();
    let has_ended = matches!(fields.next(), Some("Z" | "X" | "x"));
    let flags = fields.nth(5).and_then(|flags| flags.parse::<u64>().ok());
    has_ended || flags.is_some_and(|flags| flags & PF_EXITING != 0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn f40_a_kill_that_is_pending_is_seen_among_other_signals() {
        let status = |own: &str, shared: &str| {
            format!("Name:\tagents\nSigPnd:\t{own}\nShdPnd:\t{shared}\nSigBlk:\t00000000ffffffff\n")
        };
        let none = "0000000000000000";
        for (own, shared, pending) in [
            (none, none, false),
            ("0000000000000100", none, true),
            (none, "0000000000000100", true),
            (none, "0000000000004101", true),
            ("0000000000004000", "0000000000000200", false),
        ] {
            assert_eq!(has_kill_pending(&status(own, shared)), pending, "{own} {shared}");
        }
        assert!(!has_kill_pending(""));
    }

    #[test]
    fn f40_a_process_in_the_midst_of_its_end_is_told_from_one_that_sleeps() {
        for (stat, ending) in [
            ("7 (agents) S 1 7 7 0 -1 4194304 100 0", false),
            ("7 (agents) R 1 7 7 0 -1 4194308 100 0", true),
            ("7 (a) Z) S 1 7 7 0 -1 4194304 100 0", false),
            ("7 (agents) Z 1 7 7 0 -1 4194304 100 0", true),
            ("", false),
        ] {
            assert_eq!(ends(stat), ending, "{stat}");
        }
        let own = std::process::id();
        assert!(!is_ending(own), "{own}");
    }
}
