use super::is_open;

fn rows(text: &str) -> Vec<String> {
    text.split(" / ").map(str::to_owned).collect()
}

#[test]
fn f33_numbered_choices_with_a_selected_one_are_a_menu() {
    for text in [
        "What do you want to do? / ❯ 1. Stop and wait for limit to reset /   2. Wait here /   3. Upgrade",
        "│   1) Keep trying   │ / │ > 2) Stop          │",
        "Approaching rate limits / › 1. Switch to a cheaper model / 2. Keep the model",
        "  1. Yes /   2. No / ❯ 3. Ask me",
    ] {
        assert!(is_open(&rows(text)), "{text}");
    }
}

#[test]
fn a_list_a_quote_and_a_composer_are_none() {
    for text in [
        "1. First I did this /  2. then that / limit reached / > ",
        "limit reached / ❯ ",
        "> 1. what about the first one? / the answer / limit reached / >",
        "❯ 1. only one / limit reached",
        "limit reached",
        "",
    ] {
        assert!(!is_open(&rows(text)), "{text}");
    }
}
