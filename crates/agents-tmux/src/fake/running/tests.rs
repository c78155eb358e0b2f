use super::*;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn a_chat_works_after_a_submit_and_then_is_idle() {
    let mut chat = Running::new(Program::chat(Chat::default()).swallows_enters(1));
    chat.paste("go", seconds(1));
    assert!(chat.screen(seconds(1), 50).contains("> go\n? for shortcuts"));
    chat.press("Enter", seconds(2));
    assert!(
        chat.screen(seconds(2), 50).contains("> go\n? for shortcuts"),
        "the first Enter is lost"
    );
    chat.press("Enter", seconds(3));
    assert!(chat.screen(seconds(8), 50).contains("(esc to interrupt) 5s"));
    let end = chat.screen(seconds(23), 50);
    assert!(end.contains("> go\ndone.\n") && end.ends_with("? for shortcuts"), "{end}");
    assert_eq!(chat.received(), "\x1b[200~go\x1b[201~\r\r");
}

#[test]
fn a_limit_answers_with_its_banner_until_it_ends() {
    let limit = Limit { banner: "limit reached".to_owned(), from: seconds(0), until: seconds(60) };
    let chat = Chat { limit: Some(limit), ..Chat::default() };
    let mut chat = Running::new(Program::chat(chat));
    chat.paste("a", seconds(1));
    chat.press("Enter", seconds(1));
    assert!(chat.screen(seconds(2), 50).contains("limit reached"));
    chat.paste("b", seconds(60));
    chat.press("Enter", seconds(60));
    assert!(chat.screen(seconds(61), 50).contains("esc to interrupt"));
}

#[test]
fn a_program_that_is_not_ready_loses_input() {
    let mut echo = Running::new(Program::echo().ready_after(seconds(5)));
    echo.paste("lost", seconds(4));
    echo.paste("kept", seconds(5));
    assert_eq!(&*echo.screen(seconds(5), 50), "kept");
}

#[test]
fn screens_follow_the_clock() {
    let mut script = Running::new(Program::screens([(seconds(0), "one"), (seconds(10), "two")]));
    assert_eq!(&*script.screen(seconds(9), 50), "one");
    assert_eq!(&*script.screen(seconds(10), 50), "two");
}
