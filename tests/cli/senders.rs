//! Several people and programs write to one agent at the same time: each message arrives once, whole, and in its sender's order.

use crate::support::Bed;

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do printf "%s\n" "$line" >> got.txt; echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
"#;
const SENDERS: usize = 5;
const EACH: usize = 3;

/// Long enough that two of them mixed would be seen.
fn text(sender: usize, number: usize) -> String {
    format!("{sender}-{number} {}", format!("from {sender} ").repeat(30).trim_end())
}

#[test]
fn f30_many_senders_to_one_agent_mix_lose_and_double_nothing() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            let bed = &bed;
            scope.spawn(move || {
                for number in 0..EACH {
                    bed.agents(&["send", "ann", "--wait=2m", &text(sender, number)]).ends_with(0);
                }
            });
        }
    });
    // An empty one is the key, pressed once more where a busy machine showed late that a message had gone.
    let lines = || -> Vec<String> {
        let got = bed.read("got.txt");
        got.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    bed.until("all have arrived", || lines().len() >= SENDERS * EACH);
    let got = lines();
    for sender in 0..SENDERS {
        let own: Vec<&String> =
            got.iter().filter(|line| line.starts_with(&format!("{sender}-"))).collect();
        let sent: Vec<String> = (0..EACH).map(|number| text(sender, number)).collect();
        assert_eq!(own, sent.iter().collect::<Vec<_>>(), "in {got:#?}");
    }
    assert_eq!(got.len(), SENDERS * EACH, "{got:#?}");
    bed.agents(&["down"]).ends_with(0);
}
