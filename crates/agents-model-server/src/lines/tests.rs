use super::{commands, file_to_read};

#[test]
fn each_run_line_is_a_command() {
    let text =
        "Do this:\nMOCK:run sh ./a.sh\n  MOCK:run git push  \nnot MOCK:run here\nMOCK:run \n";
    assert_eq!(commands(text), ["sh ./a.sh", "git push"]);
}

#[test]
fn a_message_may_point_to_a_file() {
    let text = "Your full kickoff prompt is in /s/kickoff-a.txt — read it now with: `cat '/s/kickoff-a.txt'`";
    assert_eq!(file_to_read(text), Some("/s/kickoff-a.txt"));
    assert_eq!(file_to_read("Read /s/a.md."), Some("/s/a.md"));
    assert_eq!(file_to_read("look at /s/a.md"), None);
    assert_eq!(file_to_read("read the review file and act"), None);
}
