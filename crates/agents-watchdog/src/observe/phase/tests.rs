use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use super::*;

#[test]
fn the_subfolder_comes_before_the_root() {
    let repo = tempfile::tempdir().unwrap();
    let look = || status_file(repo.path(), "state dir/$x", "P1-status.md").unwrap();
    assert_eq!(look(), None);
    fs::write(repo.path().join("P1-status.md"), "root").unwrap();
    assert_eq!(look().as_deref(), Some("root"));
    fs::create_dir_all(repo.path().join("state dir/$x")).unwrap();
    assert_eq!(look().as_deref(), Some("root"));
    fs::write(repo.path().join("state dir/$x/P1-status.md"), "").unwrap();
    assert_eq!(look().as_deref(), Some(""));
    assert_eq!(status_file(repo.path(), "", "P1-status.md").unwrap().as_deref(), Some("root"));
}

#[test]
fn a_subfolder_that_is_a_file_holds_nothing() {
    let repo = tempfile::tempdir().unwrap();
    fs::write(repo.path().join("state"), "no folder").unwrap();
    assert_eq!(status_file(repo.path(), "state", "s.md").unwrap(), None);
    fs::write(repo.path().join("s.md"), "root").unwrap();
    assert_eq!(status_file(repo.path(), "state", "s.md").unwrap().as_deref(), Some("root"));
}

#[test]
fn a_pipe_a_folder_and_a_device_are_errors_and_nobody_waits() {
    let repo = tempfile::tempdir().unwrap();
    let pipe = repo.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::create_dir(repo.path().join("folder")).unwrap();
    symlink("/dev/zero", repo.path().join("device")).unwrap();
    for name in ["pipe", "folder", "device"] {
        let error = status_file(repo.path(), "", name).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_file_beyond_the_limit_is_an_error_and_one_at_the_limit_is_read() {
    let repo = tempfile::tempdir().unwrap();
    let path = repo.path().join("s.md");
    fs::write(&path, vec![b'x'; 1 << 20]).unwrap();
    assert_eq!(status_file(repo.path(), "", "s.md").unwrap().unwrap().len(), 1 << 20);
    fs::write(&path, vec![b'x'; (1 << 20) + 1]).unwrap();
    assert!(status_file(repo.path(), "", "s.md").is_err());
}

#[test]
fn bytes_that_are_no_text_do_not_hide_the_rest() {
    let repo = tempfile::tempdir().unwrap();
    fs::write(repo.path().join("s.md"), b"\xff DONE").unwrap();
    assert!(status_file(repo.path(), "", "s.md").unwrap().unwrap().ends_with(" DONE"));
}

#[test]
fn a_link_to_nothing_is_nothing_and_a_circle_is_an_error() {
    let repo = tempfile::tempdir().unwrap();
    symlink("nowhere", repo.path().join("dangling")).unwrap();
    symlink("circle", repo.path().join("circle")).unwrap();
    assert_eq!(status_file(repo.path(), "", "dangling").unwrap(), None);
    assert!(status_file(repo.path(), "", "circle").is_err());
}
