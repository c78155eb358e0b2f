//! What an agent prints stays in its log, whatever becomes of the file, and what stands in the way of a log is told.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use crate::support::{Bed, HEAD};

/// Prints a numbered row ten times a second.
const CONFIG: &str = r#"HEAD
[backend.talker]
bin = 'n=0; while sleep 0.1; do n=$((n+1)); echo "row $n."; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "talker"
[[agent]]
name = "bob"
backend = "talker"
"#;

fn log(bed: &Bed, name: &str) -> PathBuf {
    bed.dir.join(format!(".state/t-{name}.log"))
}

/// The numbers of the rows in a log.
fn rows(bed: &Bed, name: &str) -> Vec<u64> {
    let text = std::fs::read_to_string(log(bed, name)).unwrap_or_default();
    let number = |row: &str| row.trim().strip_prefix("row ")?.strip_suffix('.')?.parse().ok();
    text.lines().filter_map(number).collect()
}

/// How many writers of logs there are, as the kernel knows them.
fn writers(bed: &Bed) -> usize {
    let server = bed.tmux(&["display-message", "-p", "#{pid}"]).out;
    let found = bed.command("pgrep").args(["-P", server.trim(), "-xf", "cat"]).output().unwrap();
    String::from_utf8_lossy(&found.stdout).lines().count()
}

#[test]
fn a_log_that_is_deleted_or_replaced_under_its_writer_goes_on_under_its_name() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let (ann, moved) = (log(&bed, "ann"), bed.dir.join("moved"));
    bed.until("both are logged", || rows(&bed, "ann").len() > 3 && rows(&bed, "bob").len() > 3);
    let pid = bed.pid("t-ann");
    let lost: [fn(&PathBuf, &PathBuf); 2] = [
        |log, _| std::fs::remove_file(log).unwrap(),
        |log, moved| {
            std::fs::rename(log, moved).unwrap();
            std::fs::write(log, "another one\n").unwrap();
        },
    ];
    // A watchdog knows which file it saw first, so it has to have looked.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("the watchdog looks", || bed.status()["watchdog"]["state"] == "running");
    for (round, lose) in lost.into_iter().enumerate() {
        lose(&ann, &moved);
        bed.until("the log goes on", || rows(&bed, "ann").len() > 20);
        let rows = rows(&bed, "ann");
        assert!(rows.windows(2).all(|two| two[1] == two[0] + 1), "round {round}: {rows:?}");
        assert_eq!((bed.pid("t-ann"), writers(&bed)), (pid, 2), "round {round}");
        let events = bed.agents(&["events"]).ends_with(0).out;
        let told = events.matches("its log was deleted or replaced while it was written").count();
        assert_eq!(told, round + 1, "{events}");
    }
    let shown = bed.agents(&["logs", "ann", "--no-follow", "--lines", "1000"]).ends_with(0).out;
    assert!(shown.starts_with("another one\n") && shown.contains("row "), "{shown}");
    let bob = rows(&bed, "bob");
    assert_eq!(bob, (1..=bob.len() as u64).collect::<Vec<_>>(), "the other was let alone");
    bed.agents(&["down"]).ends_with(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_that_was_replaced_while_nobody_watched_goes_on_under_its_name() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is logged", || rows(&bed, "ann").len() > 3);
    bed.agents(&["down", "watchdog"]).ends_with(0);
    let ann = log(&bed, "ann");
    std::fs::rename(&ann, bed.dir.join("moved")).unwrap();
    std::fs::write(&ann, "").unwrap();
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("the log goes on", || rows(&bed, "ann").len() > 5);
    assert_eq!(writers(&bed), 2);
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn s15_a_link_in_place_of_a_log_is_an_alarm_until_it_is_gone_and_nobody_follows_it() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is logged", || rows(&bed, "ann").len() > 3);
    let (ann, prize) = (log(&bed, "ann"), bed.dir.join("prize"));
    std::fs::write(&prize, "secret\n").unwrap();
    std::fs::remove_file(&ann).unwrap();
    symlink(&prize, &ann).unwrap();
    bed.until("it is said", || {
        let events = bed.agents(&["events"]).out;
        events.contains("stands in the place of its log") && events.contains("delete or move away")
    });
    for words in [&["logs", "ann", "--no-follow"][..], &["logs", "ann", "--no-follow", "--raw"]] {
        let refused = bed.agents(words).ends_with(1);
        assert!(!refused.out.contains("secret"), "{refused:?}");
        for said in ["t-ann.log", "is a link", "delete or move it away"] {
            assert!(refused.err.contains(said), "{said}: {refused:?}");
        }
    }
    // Who cannot be logged is not ended for a restart that would fail.
    let refused = bed.agents(&["restart", "ann"]).ends_with(1);
    assert!(refused.err.contains("stands in the place of its log"), "{refused:?}");
    assert!(bed.has("t-ann"));
    std::fs::remove_file(&ann).unwrap();
    bed.until("the log goes on", || rows(&bed, "ann").len() > 3);
    bed.until("its end is said", || {
        bed.agents(&["events"]).out.contains("nothing stands in the place of")
    });
    assert_eq!(std::fs::read_to_string(&prize).unwrap(), "secret\n");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn s15_a_file_that_is_linked_in_place_of_a_log_stays_as_it_is_under_its_own_name() {
    let head = HEAD.replace("[watchdog]", "[watchdog]\nlog_megabytes = 1");
    let bed = Bed::with(&CONFIG.replace("HEAD", &head));
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is logged", || rows(&bed, "ann").len() > 3);
    let (ann, mine) = (log(&bed, "ann"), bed.dir.join("mine"));
    let text = "mine\n".repeat(400_000);
    std::fs::write(&mine, &text).unwrap();
    std::fs::remove_file(&ann).unwrap();
    std::fs::hard_link(&mine, &ann).unwrap();
    bed.until("the log goes on", || {
        rows(&bed, "ann").len() > 3 && std::fs::metadata(&ann).unwrap().len() < 1_000_000
    });
    assert!(std::fs::read_to_string(&mine).unwrap() == text, "nobody wrote to it or cut it");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f46_a_folder_in_place_of_what_is_put_aside_is_an_alarm_and_the_log_is_cut_all_the_same() {
    let loud = r#"bin = 'head -c 1500000 /dev/zero | tr "\0" "x"; echo; exec sleep 1000'"#;
    let quiet = CONFIG.lines().find(|line| line.starts_with("bin = ")).unwrap();
    let head = HEAD.replace("[watchdog]", "[watchdog]\nlog_megabytes = 1");
    let bed = Bed::with(&CONFIG.replace(quiet, loud).replace("HEAD", &head));
    let aside = bed.dir.join(".state/t-ann.log.1");
    std::fs::create_dir_all(&aside).unwrap();
    bed.agents(&["up"]).ends_with(0);
    bed.until("both are cut", || {
        let length = |name| std::fs::metadata(log(&bed, name)).map_or(u64::MAX, |it| it.len());
        bed.dir.join(".state/t-bob.log.1").is_file() && length("ann") < 1000 && length("bob") < 1000
    });
    bed.until("it is said", || {
        let events = bed.agents(&["events"]).out;
        events.contains("t-ann.log.1: a folder stands there; delete or move away what is there")
    });
    std::fs::remove_dir(&aside).unwrap();
    bed.until("its end is said", || {
        bed.agents(&["events"]).out.contains("nothing stands in the place of")
    });
    bed.agents(&["down"]).ends_with(0);
}
