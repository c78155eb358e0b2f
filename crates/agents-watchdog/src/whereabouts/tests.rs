//! Hints are found by their config alone, follow its fleet, and go with its project.

use super::*;

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
    note(&folder, &one, Path::new("/log/state"));
    note(&folder, &two, Path::new("/other/state"));
    assert_eq!(find(&folder, &one).as_deref(), Some(Path::new("/log/state")));
    note(&folder, &one, Path::new("/moved/state"));
    assert_eq!(find(&folder, &one).as_deref(), Some(Path::new("/moved/state")));
    assert_eq!(find(&folder, &two).as_deref(), Some(Path::new("/other/state")));

    // Another config whose digest is the same is another config.
    std::fs::rename(file_of(&folder, &two), file_of(&folder, &one)).unwrap();
    assert_eq!(find(&folder, &one), None);
    note(&folder, &two, Path::new("/other/state"));
    std::fs::remove_dir_all(root.path().join("two")).unwrap();
    note(&folder, &one, Path::new("/log/state"));
    assert_eq!(find(&folder, &two), None);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_hint_that_is_damaged_or_cannot_be_written_is_none() {
    let root = tempfile::tempdir().unwrap();
    let config = root.path().join("agents.toml");
    note(root.path(), &config, Path::new("/log/state"));
    std::fs::write(file_of(root.path(), &config), "{").unwrap();
    assert_eq!(find(root.path(), &config), None);
    let occupied = root.path().join("file");
    std::fs::write(&occupied, "").unwrap();
    note(&occupied, &config, Path::new("/log/state"));
    assert_eq!(find(&occupied, &config), None);
}
