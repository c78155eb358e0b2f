use super::{Answer, Rule};
use crate::Scenario;

#[test]
fn an_arrow_separates_the_text_from_the_command() {
    let rule = Rule::parse("gate CLAIM=>sh ./review.sh > out").expect("a rule");
    assert_eq!(rule.contains, "gate CLAIM");
    assert_eq!(rule.answer, Answer::Run("sh ./review.sh > out".to_owned()));
}

#[test]
fn a_rule_may_name_a_scenario() {
    let rule = Rule::parse("wake => MOCK:quota").expect("a rule");
    assert_eq!(rule.answer, Answer::Play(Scenario::Quota));
}

#[test]
fn a_rule_may_say_words_to_those_messages_that_hold_its_text() {
    let rule = Rule::parse("is it done =>SAY:{\"action\": \"wait\"}").expect("a rule");
    assert_eq!(rule.words_for("now, is it done?"), Some("{\"action\": \"wait\"}"));
    assert_eq!(rule.words_for("go on"), None);
    assert_eq!(Rule::parse("a=>true").expect("a rule").words_for("a"), None);
}

#[test]
fn a_rules_file_is_a_list_and_each_rule_has_one_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.json");
    let load = |text: &str| {
        std::fs::write(&path, text).expect("the rules file");
        Rule::load(&path)
    };
    let rules = load(
        r#"[{"contains":"a","run":"true"},{"contains":"b","scenario":"ok"},{"contains":"c","say":"d"}]"#,
    );
    assert_eq!(rules.expect("rules").len(), 3);
    assert!(load(r#"[{"contains":"a"}]"#).is_err());
    assert!(load(r#"[{"contains":"a","run":"true","scenario":"ok"}]"#).is_err());
    assert!(load(r#"[{"contains":"a","ran":"true"}]"#).is_err());
}
