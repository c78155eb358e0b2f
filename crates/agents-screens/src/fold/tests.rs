use super::{fold, fold_pattern, width};

fn folded(text: &str) -> String {
    let mut into = String::new();
    fold(text, &mut into);
    into
}

#[test]
fn variants_of_a_glyph_become_one() {
    assert_eq!(folded("You’ve\u{a0}hit “it”…"), "You've hit \"it\"...");
    for frame in ["⠋", "⠙", "⠹", "⣾", "⡿"] {
        assert_eq!(folded(frame), "⠿");
    }
    for frame in ["✢", "✳", "✶", "✻", "✽"] {
        assert_eq!(folded(frame), "✻");
    }
    assert_eq!(folded("◐\u{fe0e} ◑ ◓"), "◐ ◐ ◐");
}

#[test]
fn a_pattern_may_be_written_with_the_glyphs_of_the_screen() {
    let pattern = regex::Regex::new(&fold_pattern("^You’ve hit it…$")).unwrap();
    assert!(pattern.is_match(&folded("You’ve hit it…")));
    assert!(pattern.is_match("You've hit it..."));
    assert!(!pattern.is_match("You've hit itabc"));
}

#[test]
fn a_wide_character_takes_two_columns() {
    assert_eq!(width("❯ 用户"), 6);
    assert_eq!(width("plain"), 5);
}
