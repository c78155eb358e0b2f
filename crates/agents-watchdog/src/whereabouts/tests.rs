//! Hints are found by their config alone, follow its fleet, and go with its project.

use super::*;

fn state_of(folder: &Path, config: &Path) -> Option<PathBuf> {
    find(folder, config).map(|hint| hint.state_dir)
}

#[test]
fn a_hint_is_found_by_its_config_replaced_and_forgotten_with_its_project() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("hints");
    let project = |name: &str| {
        std::fs::create_dir_all(root.path().join(name)).unwrap();
        root.path().join(name).join("agents.toml")
    };
    let (one, two) = (project("one"), project("two"));
    assert_eq!(find(&folder, &one), None);
    note(&folder, &one, &one, Path::new("/log/state"));
    note(&folder, &two, &two, Path::new("/other/state"));
    assert_eq!(state_of(&folder, &one), Some("/log/state".into()));
    note(&folder, &one, &one, Path::new("/moved/state"));
    assert_eq!(state_of(&folder, &one), Some("/moved/state".into()));
    assert_eq!(state_of(&folder, &two), Some("/other/state".into()));

    // Another config whose digest is the same is another config.
    std::fs::rename(file_of(&folder, &two), file_of(&folder, &one)).unwrap();
    assert_eq!(find(&folder, &one), None);
    note(&folder, &two, &two, Path::new("/other/state"));
    std::fs::remove_dir_all(root.path().join("two")).unwrap();
    note(&folder, &one, &one, Path::new("/log/state"));
    assert_eq!(find(&folder, &two), None);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_hint_that_is_damaged_or_cannot_be_written_is_none() {
    let root = tempfile::tempdir().unwrap();
    let config = root.path().join("agents.toml");
    note(root.path(), &config, &config, Path::new("/log/state"));
    std::fs::write(file_of(root.path(), &config), "{").unwrap();
    assert_eq!(find(root.path(), &config), None);
    let occupied = root.path().join("file");
    std::fs::write(&occupied, "").unwrap();
    note(&occupied, &config, &config, Path::new("/log/state"));
    assert_eq!(find(&occupied, &config), None);
}

#[test]
fn a_link_that_leads_elsewhere_by_now_is_still_the_path_that_was_given() {
    let root = tempfile::tempdir().unwrap();
    let real = root.path().canonicalize().unwrap();
    let hints = real.join("hints");
    let [a, b, link] = ["a.toml", "b.toml", "agents.toml"].map(|name| real.join(name));
    std::fs::write(&a, "").unwrap();
    std::fs::write(&b, "").unwrap();
    std::fs::create_dir(real.join("one")).unwrap();
    std::os::unix::fs::symlink("one", real.join("current")).unwrap();
    std::os::unix::fs::symlink(&a, &link).unwrap();
    note(&hints, &link, &a, Path::new("/log/state"));
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&b, &link).unwrap();
    assert_eq!(find(&hints, &link).unwrap().file(), a);
    assert_eq!(state_of(&hints, &a), Some("/log/state".into()));
    assert_eq!(find(&hints, &b), None, "another file");
    // Spellings of one plain file.
    let plain = real.join("one/agents.toml");
    std::fs::write(&plain, "").unwrap();
    note(&hints, &real.join("current/agents.toml"), &plain, Path::new("/plain/state"));
    for spelling in ["one/agents.toml", "current/agents.toml", "one/../one/agents.toml"] {
        assert_eq!(state_of(&hints, &real.join(spelling)), Some("/plain/state".into()));
    }
    // The folder's link leads elsewhere, too.
    std::fs::remove_file(real.join("current")).unwrap();
    assert_eq!(state_of(&hints, &real.join("current/agents.toml")), Some("/plain/state".into()));
}
