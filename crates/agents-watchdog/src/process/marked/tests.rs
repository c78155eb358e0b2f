use super::*;

#[test]
fn a_mark_is_read_only_where_all_of_it_is_there_and_of_our_folder() {
    let whole = b"HOME=/h\0AGENTS_STATE=/s\0AGENTS_NAME=ann\0AGENTS_RUN=r7\0".to_vec();
    let ann = Some(("ann".to_owned(), "r7".to_owned()));
    assert_eq!(mark_of(&whole, Path::new("/s")), ann);
    assert_eq!(mark_of(&whole, Path::new("/s2")), None);
    let without = |variable: &str| {
        let entries = whole.split(|byte| *byte == 0);
        let kept: Vec<&[u8]> =
            entries.filter(|entry| !entry.starts_with(variable.as_bytes())).collect();
        kept.join(&0)
    };
    for variable in [STATE_VARIABLE, NAME_VARIABLE, RUN_VARIABLE] {
        assert_eq!(mark_of(&without(variable), Path::new("/s")), None, "{variable}");
    }
    assert_eq!(mark_of(b"XAGENTS_STATE=/s\0AGENTS_NAMES=x\0", Path::new("/s")), None);
    assert_eq!(mark_of(b"", Path::new("/s")), None);
}
