use proptest::prelude::*;

use super::*;

fn events(text: &str) -> Vec<Event> {
    let mut parser = Parser::default();
    text.lines().filter_map(|line| parser.line(line)).collect()
}

#[test]
fn answers_news_and_the_end_are_told_apart() {
    let text = "%begin 17 5 1\nhi\n\n%end 17 5 1\n%output %0 x\n%sessions-changed\n\
                %begin 17 6 1\ncan't find pane: %7\n%error 17 6 1\n%exit server exited";
    assert_eq!(
        events(text),
        [
            Event::Answer { succeeded: true, text: "hi\n\n".to_owned() },
            Event::News,
            Event::Answer { succeeded: false, text: "can't find pane: %7\n".to_owned() },
            Event::Exit { reason: "server exited".to_owned() },
        ]
    );
}

proptest! {
    #[test]
    fn whatever_a_screen_shows_stays_in_its_answer(rows in "(%(end|error|begin|exit) ?[0-9 ]{0,6}\n|[a-z%]{0,5}\n){0,8}") {
        let text = format!("%begin 1790000000 123456 1\n{rows}%end 1790000000 123456 1\n");
        prop_assert_eq!(events(&text), [Event::Answer { succeeded: true, text: rows }]);
    }

    /// The incremental reader against one that has all lines before it.
    #[test]
    fn a_stream_is_read_as_a_reader_of_the_whole_would(lines in proptest::collection::vec(line(), 0..24)) {
        let mut parser = Parser::default();
        let found: Vec<Event> = lines.iter().filter_map(|line| parser.line(line)).collect();
        prop_assert_eq!(found, read_whole(&lines));
    }

    /// Cutting a stream between two lines, as a pipe may, changes nothing.
    #[test]
    fn answers_in_a_row_stay_apart(answers in proptest::collection::vec((any::<bool>(), "(%(end|error|begin|exit) [0-9 ]{0,6}\n|[a-z%]{0,5}\n){0,4}"), 0..6)) {
        let mut text = String::new();
        let mut expected = Vec::new();
        for (number, (succeeded, rows)) in answers.into_iter().enumerate() {
            let own = format!("1790000000 {} 1", 100_000 + number);
            let end = if succeeded { "%end" } else { "%error" };
            text.push_str(&format!("%begin {own}\n{rows}{end} {own}\n"));
            expected.push(Event::Answer { succeeded, text: rows });
        }
        prop_assert_eq!(events(&text), expected);
    }
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "%(begin|end|error) [12]",
        1 => "%(begin|end|error)",
        1 => "%(exit|exit [a-z]{1,4})",
        2 => proptest::sample::select(NEWS.to_vec()).prop_map(|word| format!("{word} $1")),
        3 => "[a-z% ]{0,6}",
    ]
}

/// Reads the same by looking ahead for the end of each answer.
fn read_whole(lines: &[String]) -> Vec<Event> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let (word, rest) = lines[at].split_once(' ').unwrap_or((&lines[at], ""));
        if word == "%begin" {
            let ends =
                |line: &&String| [format!("%end {rest}"), format!("%error {rest}")].contains(line);
            let Some(length) = lines[at + 1..].iter().position(|line| ends(&line)) else { break };
            let rows = &lines[at + 1..at + 1 + length];
            let succeeded = lines[at + 1 + length].starts_with("%end");
            let text = rows.iter().map(|row| format!("{row}\n")).collect();
            found.push(Event::Answer { succeeded, text });
            at += length + 2;
            continue;
        }
        match word {
            "%exit" => found.push(Event::Exit { reason: rest.to_owned() }),
            word if NEWS.contains(&word) => found.push(Event::News),
            _ => {}
        }
        at += 1;
    }
    found
}
