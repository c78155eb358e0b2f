use super::letter::Letter;

fn letter(dir: &std::path::Path, text: &str) -> Letter {
    Letter::of(dir, &agents_names::AgentName::new("ann").unwrap(), text.to_owned()).unwrap()
}

#[test]
fn a_short_message_is_typed_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    for text in [
        "hello",
        "two\nlines",
        "/compact the rest",
        "wait! what",
        "#1",
        "@ann",
        &"x".repeat(2000),
        &"l\n".repeat(20),
    ] {
        let letter = letter(dir.path(), text);
        assert_eq!((letter.line(), letter.file()), (text, None));
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_long_one_a_shells_command_or_one_with_control_characters_lies_whole_in_a_private_file_that_one_line_names()
 {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let signs = ["!ls", " \n!important", " /etc is full", "nul\0in", "\x1b[31mred\x1b[0m"];
    let signs = signs.map(str::to_owned);
    let long = ["x".repeat(2001), "l\n".repeat(21), "é".repeat(1001)];
    for text in signs.into_iter().chain(long) {
        let letter = letter(dir.path(), &text);
        let file = letter.file().unwrap();
        assert_eq!(std::fs::read_to_string(file).unwrap(), text);
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(
            letter.line().contains(file.to_str().unwrap()) && letter.line().lines().count() == 1
        );
        letter.forget();
        assert!(!letter.file().unwrap().exists());
    }
}

#[test]
fn files_of_last_week_are_forgotten_with_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let old = letter(dir.path(), &"x".repeat(3000));
    let old = old.file().unwrap();
    let week = std::time::SystemTime::now() - std::time::Duration::from_secs(8 * 24 * 3600);
    std::fs::File::options().write(true).open(old).unwrap().set_modified(week).unwrap();
    let new = letter(dir.path(), &"y".repeat(3000));
    assert!(!old.exists() && new.file().unwrap().exists());
}
