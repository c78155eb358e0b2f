//! What a program finds at its beginning: its terminal, its words, and no descriptor of ours.

use crate::support::Bed;

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_reads_its_terminal_at_once_is_in_the_foreground_and_inherits_nothing() {
    let config = "HEAD\n[backend.reader]\nprompt_delivery = \"exec\"\n\
                  bin = 'ls /proc/self/fd | tr \"\\n\" \" \"; set | grep agents_go; \
                  read -r line; echo \"got: $line\"; exec sleep 1000'\n\
                  [[agent]]\nname = \"ann\"\nbackend = \"reader\"\n";
    let bed = Bed::with(config);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it tells what is open", || bed.screen("t-ann").contains("0 1 2"));
    // The fourth is the folder that `ls` reads.
    assert_eq!(bed.screen("t-ann").trim(), "0 1 2 3");
    bed.tmux(&["send-keys", "-t", "=t-ann:", "a word", "Enter"]);
    bed.until("it was heard", || bed.screen("t-ann").contains("got: a word"));
    bed.agents(&["down"]).ends_with(0);
}
