use super::*;

#[test]
fn a_near_word_is_suggested_and_a_far_one_is_not() {
    assert_eq!(nearest("heal-stall", &["none", "heal", "heal+stall"]), Some("heal+stall"));
    assert_eq!(nearest("promt_file", &["prompt", "prompt_file"]), Some("prompt_file"));
    assert_eq!(nearest("kitchen", &["none", "heal"]), None);
}
