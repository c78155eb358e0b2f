use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use agents_tmux::TmuxVersion;

use super::clock::{judge_clock, judge_zone};
use super::fleet::{judge_disk_kind, open_files};
use super::folders::{judge_disk, judge_socket, state, state_files};
use super::programs::{judge_git, judge_path, judge_tmux};
use super::system::{judge_descriptors, judge_processes};
use super::{Finding, Level, line};

fn version(text: &str, number: Option<(u32, u32)>) -> TmuxVersion {
    TmuxVersion { text: text.to_owned(), number }
}

/// A temporary folder with mode 0700, whatever the umask.
fn private_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    folder
}

#[test]
fn s27_versions_of_tmux_are_judged() {
    let judged =
        |text: &str, number| judge_tmux(Path::new("/usr/bin/tmux"), &version(text, number));
    let old = judged("3.1c", Some((3, 1)));
    assert_eq!((old.level, old.advice.as_str()), (Level::Fail, "install tmux 3.2 or newer"));
    let guarded = judged("3.3a", Some((3, 3)));
    assert_eq!(guarded.level, Level::Ok);
    assert!(guarded.text.contains("dead pane") && guarded.text.contains("guarded"), "{guarded:?}");
    let later = judged("3.5", Some((3, 5))).text;
    assert!(!later.contains("dead pane") && later.contains("quiet moments"), "{later}");
    assert_eq!(judged("3.7", Some((3, 7))).text, "/usr/bin/tmux 3.7");
    assert_eq!(judged("next-3.6", None).level, Level::Warn);
}

#[test]
fn a_path_that_others_can_change_is_named() {
    let open = tempfile::tempdir().unwrap();
    std::fs::set_permissions(open.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let judged =
        judge_path(&[PathBuf::from("/usr/bin"), PathBuf::from("."), open.path().to_owned()]);
    assert_eq!(judged.level, Level::Warn);
    let open = format!("`.` is relative, everybody may write to {}", open.path().display());
    assert_eq!(judged.text, open);
    assert_eq!(judge_path(&[PathBuf::from("/usr/bin")]).level, Level::Ok);
}

#[test]
fn a_socket_with_a_long_path_or_an_open_folder_is_found() {
    assert_eq!(judge_socket(&Path::new("/").join("x".repeat(120))).level, Level::Fail);
    let folder = private_folder();
    let socket = folder.path().join("s");
    assert_eq!(judge_socket(&socket).level, Level::Ok);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let judged = judge_socket(&socket);
    assert_eq!(
        (judged.level, judged.advice),
        (Level::Warn, format!("chmod 700 {}", folder.path().display()))
    );
    let text = judge_socket(Path::new("/no/such/folder/s")).text;
    assert_eq!(text, "/no/such/folder is made at the first start");
}

#[test]
fn a_state_folder_that_the_group_can_read_is_found() {
    let folder = private_folder();
    assert_eq!(state(folder.path()).level, Level::Ok);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o750)).unwrap();
    assert_eq!(state(folder.path()).level, Level::Warn);
    assert_eq!(state(&folder.path().join("none")).level, Level::Ok);
}

#[test]
fn f6_limits_are_judged_against_the_size_of_the_fleet() {
    assert_eq!(judge_descriptors(Some(256), 20).level, Level::Ok);
    assert_eq!(judge_descriptors(Some(256), 100).level, Level::Warn);
    assert_eq!(judge_descriptors(Some(256), 200).level, Level::Fail);
    assert_eq!(judge_descriptors(None, 200).level, Level::Ok);
    assert_eq!(judge_processes(Some(100), 10).level, Level::Warn);
    assert_eq!(judge_processes(Some(10_000), 10).level, Level::Ok);
}

#[test]
fn a_full_disk_is_a_failure_and_a_nearly_full_one_a_doubt() {
    let judged = |free, inodes| judge_disk(Path::new("/"), free, inodes).level;
    assert_eq!(judged(1 << 20, 0), Level::Fail);
    assert_eq!(judged(512 << 20, 0), Level::Warn);
    assert_eq!(judged(2 << 30, 0), Level::Ok);
    assert_eq!(judged(2 << 30, 10), Level::Warn);
}

#[test]
fn a_finding_shows_its_way_out() {
    let finding = Finding::warn("git", "not found", "install git");
    assert_eq!(line(&finding), "warn  git: not found\n      → install git");
    assert_eq!(line(&Finding::ok("git", "there")), "ok    git: there");
}

#[test]
fn a_git_that_lacks_what_a_fetch_asks_is_found() {
    let judged = |said: &str| judge_git(Path::new("/usr/bin/git"), said).level;
    assert_eq!(judged("git version 2.39.5"), Level::Ok);
    assert_eq!(judged("git version 2.29.0"), Level::Ok);
    assert_eq!(judged("git version 3.0"), Level::Ok);
    assert_eq!(judged("git version 2.28.1"), Level::Warn);
    assert_eq!(judged("git version 1.99.windows.3"), Level::Warn);
    assert_eq!(judged("git"), Level::Warn);
}

#[test]
fn a_state_file_that_others_can_read_is_named_with_its_way_out() {
    let folder = private_folder();
    assert_eq!(state_files(&folder.path().join("none")), None);
    let open = |name: &str, mode| {
        let file = folder.path().join(name);
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        file
    };
    open("a", 0o600);
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
    assert_eq!(state_files(folder.path()), None);
    let file = open("b", 0o640);
    let found = state_files(folder.path()).unwrap();
    assert_eq!((found.level, found.advice), (Level::Warn, format!("chmod 600 {}", file.display())));
    open("c", 0o666);
    assert!(state_files(folder.path()).unwrap().text.ends_with("and 1 more"));
}

#[test]
fn a_clock_that_is_behind_or_was_set_back_is_found() {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let now = 1_800_000_000;
    assert_eq!(judge_clock(at(1000), None).level, Level::Fail);
    assert_eq!(judge_clock(at(now), None).level, Level::Ok);
    assert_eq!(judge_clock(at(now), Some(at(now + 60))).level, Level::Ok);
    let back = judge_clock(at(now), Some(at(now + 3600)));
    assert_eq!(back.level, Level::Warn);
    assert!(back.text.contains("3600 s"), "{back:?}");
}

#[test]
fn a_time_zone_that_is_not_known_here_is_found() {
    let zones = tempfile::tempdir().unwrap();
    std::fs::create_dir(zones.path().join("Europe")).unwrap();
    std::fs::write(zones.path().join("Europe/Rome"), "").unwrap();
    for fine in ["UTC", "CET-1CEST", "Europe/Rome", ":Europe/Rome", "/etc/localtime"] {
        assert_eq!(judge_zone(fine, zones.path()), None, "{fine}");
    }
    assert_eq!(judge_zone("Europe/Roma", zones.path()).unwrap().level, Level::Warn);
    assert_eq!(judge_zone("Europe/Roma", Path::new("/no/zones")), None);
}

#[test]
fn a_file_system_that_forgets_or_does_not_lock_is_found() {
    let judged = |kind| judge_disk_kind(Path::new("/x"), kind);
    for (kind, word) in [(0x6969, "NFS"), (0xff53_4d42, "SMB"), (0x0102_1994, "in memory")] {
        let found = judged(kind).unwrap();
        assert_eq!(found.level, Level::Warn);
        assert!(found.text.contains(word), "{found:?}");
    }
    assert_eq!(judged(0xef53), None, "ext4");
}

#[test]
fn the_limit_of_a_running_server_is_read() {
    let limits = "Limit   Soft Limit   Hard Limit   Units\nMax open files   256   4096   files\n";
    assert_eq!(open_files(limits), Some(Some(256)));
    assert_eq!(open_files("Max open files   unlimited  unlimited files"), Some(None));
    assert_eq!(open_files(""), None);
}
