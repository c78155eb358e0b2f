//! Is a start-up dialog answered as the config says, by the label of a row, and left alone otherwise?

use crate::support::Bed;

/// A program that asks what claude asks, moves its mark by the arrows, and says what it was answered. The mark moves late.
const PROGRAM: &str = r#"
stty -icanon -echo -icrnl min 1
chosen=1
draw() {
    printf '\033[2J\033[H Accessing workspace:\n\n %s\n\n' "$PWD"
    printf ' Quick safety check: Is this a project you created or one you trust?\n\n'
    row=0
    for label in 'No, exit' 'Ask me later' 'Yes, I trust this folder'; do
        row=$((row + 1))
        if [ $row = $chosen ]; then printf ' ❯ %s\n' "$label"; else printf '   %s\n' "$label"; fi
    done
    printf '\n Enter to confirm · Esc to cancel\n'
}
draw
while :; do
    key=$(dd bs=1 count=1 2>/dev/null)
    printf '%s' "$key" | od -An -c >> keys
    case "$key" in
        A) [ $chosen -gt 1 ] && chosen=$((chosen - 1)); draw ;;
        B) [ $chosen -lt 3 ] && chosen=$((chosen + 1)); draw ;;
        "$(printf '\r')") echo $chosen > answered; printf '\033[2J\033[H'; exec "$0" wait.sh ;;
    esac
done
"#;

fn bed(answer: &str) -> Bed {
    let bed = Bed::with(&format!(
        "HEAD\n[backend.c]\npreset = \"claude\"\nbin = \"exec ./claude dialog.sh #\"\n{answer}\n\
         [[agent]]\nname = \"ann\"\nkind = \"persistent\"\nwatch = \"heal\"\nbackend = \"c\"\ndir = \".\"\nprompt = \"go\"\n"
    ));
    // What the program is called counts: a shell in the foreground would mean that it has ended.
    bed.command("cp").args(["/bin/sh", "claude"]).status().unwrap();
    bed.write("dialog.sh", PROGRAM);
    bed.write("wait.sh", "while :; do read -r line; done\n");
    bed
}

#[test]
fn the_row_that_the_config_names_is_chosen_key_by_key() {
    let bed =
        bed("answer = [{ dialog = \"trust-folder\", choose = \"Yes, I trust this folder\" }]");
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is answered", || !bed.read("answered").is_empty());
    assert_eq!(bed.read("answered").trim(), "3");
    let events = bed.agents(&["events", "ann", "-n", "50"]).ends_with(0).out;
    let pressed = |key: &str| {
        let text = format!(
            "press {key} at ann, to answer its dialog trust-folder with \"Yes, I trust this folder\""
        );
        events.lines().filter(|line| line.contains(&text)).count()
    };
    assert_eq!((pressed("Down"), pressed("Enter"), pressed("Up")), (2, 1, 0), "{events}");
    assert!(!events.contains(" alarm "), "nobody has to come: {events}");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f33_a_dialog_is_only_reported_unless_the_config_names_it_and_a_row_of_it() {
    for answer in [
        "",
        "answer = [{ dialog = \"trust-folder\", choose = \"Yes, proceed\" }]",
        "answer = [{ dialog = \"api-key\", choose = \"Yes, I trust this folder\" }]",
    ] {
        let bed = bed(answer);
        bed.agents(&["up"]).ends_with(0);
        bed.until("a person is asked", || bed.state_of("ann") == "waiting_input");
        bed.until("the alarm is raised", || {
            bed.agents(&["events", "ann"]).out.contains("ann alarm asks something")
        });
        assert_eq!(bed.read("keys"), "", "{answer}");
        if answer.contains("proceed") {
            let why = "not exactly one of its rows reads \"Yes, proceed\": \"No, exit\"";
            bed.until("it is said why", || bed.agents(&["why", "ann"]).out.contains(why));
        }
        bed.agents(&["down"]).ends_with(0);
    }
}
