use proptest::prelude::*;

use super::is_done;

fn check(text: &str, expected: bool) {
    assert_eq!(is_done(text, "## DONE"), expected, "{text:?}");
}

#[test]
fn a_marker_with_a_body_is_done() {
    check("# Status\n\n## DONE\n\nAll criteria hold.\n", true);
    check("## DONE\r\nAll criteria hold.\r\n", true);
    check("\u{feff}## DONE\nyes", true);
    check("## DONE", true);
    check("## DONE\n\n  \n", true);
    for tail in ["  ", ":", ".", " ✅", " ##", "!", ": ✔"] {
        check(&format!("## DONE{tail}\nAll criteria hold."), true);
    }
}

#[test]
fn a_longer_heading_is_another_heading() {
    for heading in [
        "## DONE criteria",
        "## DONE-WHEN",
        "## DONE when all hold",
        "## DONENESS",
        "## DONE_2",
        "### DONE",
        "text ## DONE",
        " ## DONE",
        "## done",
    ] {
        check(&format!("{heading}\nAll criteria hold."), false);
    }
}

#[test]
fn a_placeholder_is_not_done() {
    for body in [
        "not yet",
        "Not done",
        "NOT COMPLETE",
        "incomplete",
        "pending",
        "Pending review",
        "tbd",
        "TBD.",
        "n/a",
        "NA",
        "written here only at the end",
        "only when all gates hold",
        "to be written",
        "to be filled in",
        "when all criteria hold",
        "<fill in>",
        "  (none)",
        "*not yet*",
        "_TBD_",
    ] {
        let expected = body.contains("none");
        check(&format!("## DONE\n\n{body}\n"), expected);
    }
    for body in ["pendings are gone", "nails it", "tbdx", "All: not yet seen failing"] {
        check(&format!("## DONE\n{body}"), true);
    }
}

#[test]
fn a_later_marker_may_be_the_true_one() {
    check("## DONE\nnot yet\n\n## DONE\nAll criteria hold.", true);
}

#[test]
fn fences_and_comments_do_not_count() {
    check("```\n## DONE\nyes\n```\n", false);
    check("~~~md\n## DONE\nyes\n~~~\n", false);
    check("```\ncode\n```\n## DONE\nyes\n", true);
    check("~~~\n```\n## DONE\nyes", false);
    check("<!-- ## DONE -->\nyes", false);
    check("<!--\n## DONE\nyes\n-->\n", false);
    check("<!-- note -->\n## DONE\nyes\n", true);
    // A section that holds only a comment is a form to fill in.
    check("## DONE\n<!-- written by the reviewer -->\n", false);
    check("## DONE <!-- reviewed -->\nyes\n", true);
}

#[test]
fn the_marker_is_the_configs() {
    assert!(is_done("STATUS: COMPLETE\n", "STATUS: COMPLETE"));
    assert!(is_done("# Fertig \n", "# Fertig  "));
    assert!(!is_done("## DONE\nyes\n", "# Fertig"));
    assert!(!is_done("anything\n", ""));
}

proptest! {
    #[test]
    fn no_text_panics_and_done_needs_the_marker(text in "([ -~]{0,12}|## DONE|```|<!--|-->|\n){0,20}") {
        prop_assert!(!is_done(&text, "## DONE") || text.contains("## DONE"));
        let fenced = ["```\n", &text.replace("```", "")].concat();
        prop_assert!(!is_done(&fenced, "## DONE"));
    }
}

#[test]
fn a_fence_inside_a_comment_hides_nothing_below_it() {
    check("<!--\n```\n-->\n## DONE\nAll criteria hold.\n", true);
    check("```\n<!--\n```\n## DONE\nAll criteria hold.\n", true);
}
