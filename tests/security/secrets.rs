//! Where does a key that the operator has in the environment turn up? With the agents, and nowhere else.

use crate::scene::{fleet, healed, journal, kill_and_see_healed};
use crate::support::Bed;

const KEY: &str = "sk-ant-planted-0123456789abcdefghij";
const PASSWORD: &str = "planted-password-42";

/// Keeps its environment, says the key as programs do that are refused, and stays.
const TELLS: &str = r#"
env > "env-$AGENTS_NAME.txt.new" && mv "env-$AGENTS_NAME.txt.new" "env-$AGENTS_NAME.txt"
echo "ready"
exec sleep 1000
"#;

const FAILS: &str = r#"
echo "invalid x-api-key $ANTHROPIC_API_KEY at $MY_PROXY"
exit 1
"#;

fn under_keys(bed: &Bed, words: &[&str]) {
    let proxy = format!("http://me:{PASSWORD}@proxy.invalid:3128");
    let ran = bed.agents_with(&[("ANTHROPIC_API_KEY", KEY), ("MY_PROXY", &proxy)], words);
    assert!(matches!(ran.code, Some(0 | 1 | 3)), "{ran:?}");
}

/// Which processes of this machine have the text in that file of theirs.
fn with(file: &str, text: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let numbered = processes.filter(|it| it.file_name().to_string_lossy().parse::<u32>().is_ok());
    let bad = numbered.filter(|it| {
        let bytes = std::fs::read(it.path().join(file)).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    });
    let told = |it: std::fs::DirEntry| {
        std::fs::read_to_string(it.path().join("cmdline")).unwrap_or_default()
    };
    bad.map(|it| told(it).replace('\0', " ")).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn s14_a_key_reaches_the_agents_and_no_command_line_and_no_tmux() {
    let bed = fleet("", &[healed("x", TELLS), healed("y", FAILS)]);
    under_keys(&bed, &["up"]);
    bed.until("x has its environment", || bed.read("env-x.txt").contains("AGENTS_NAME"));
    assert!(bed.read("env-x.txt").contains(KEY) && bed.read("env-x.txt").contains(PASSWORD));
    // Also when the watchdog starts it again, which began without the key.
    std::fs::remove_file(bed.dir.join("env-x.txt")).unwrap();
    kill_and_see_healed(&bed, "x");
    bed.until("x has its environment again", || bed.read("env-x.txt").contains("AGENTS_NAME"));
    assert!(bed.read("env-x.txt").contains(KEY));
    for secret in [KEY, PASSWORD] {
        assert_eq!(with("cmdline", secret), Vec::<String>::new());
        let tmux: Vec<String> =
            with("environ", secret).into_iter().filter(|it| it.contains("tmux -u")).collect();
        assert_eq!(tmux, Vec::<String>::new());
        for words in [
            &["show-environment", "-g"][..],
            &["show-environment", "-t", "=t-x:"],
            &["show-options", "-g"],
            &["list-buffers"],
        ] {
            let shown = bed.tmux(words);
            assert!(!format!("{shown:?}").contains(secret), "{words:?}: {shown:?}");
        }
    }
    bed.agents(&["down"]).ends_with(0);
    assert!(!bed.dir.join(".state/state/keys").exists());
}

#[test]
fn s14_a_key_that_an_agent_prints_is_starred_in_journal_log_and_verbs() {
    let bed = fleet("", &[healed("y", FAILS)]);
    under_keys(&bed, &["up"]);
    bed.until("its last words are told", || {
        journal(&bed).iter().any(|line| line.contains("invalid x-api-key"))
            || bed.agents(&["why", "y"]).out.contains("invalid x-api-key")
    });
    let mut shown = vec![journal(&bed).join("\n"), bed.watchdog_log()];
    for words in
        [&["status"][..], &["status", "--json"], &["why", "y"], &["events", "-n", "500", "--json"]]
    {
        let ran = bed.agents(words);
        shown.push(ran.out + &ran.err);
    }
    for file in ["store.db", "store.db-wal"] {
        let bytes = std::fs::read(bed.dir.join(".state/state").join(file)).unwrap_or_default();
        shown.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    for text in &shown {
        assert!(!text.contains(KEY) && !text.contains(PASSWORD), "{text}");
    }
    assert!(shown.iter().any(|text| text.contains("sk-***")), "{shown:?}");
}
