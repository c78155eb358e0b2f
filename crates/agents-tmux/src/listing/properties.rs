//! Is a listing read back as it was written, whatever programs and people put into it?

use proptest::prelude::*;

use super::*;

/// Texts in which everything stands that sets off rows and fields, but for the mark itself.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,4}".boxed(),
        1 => proptest::sample::select(vec!["row-", "head-", "tail-", "\n", "\t", "%1 ", " s g ", "#{pane_id}", "é"])
            .prop_map(str::to_owned)
            .boxed(),
        1 => "\\PC".boxed(),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn option() -> impl Strategy<Value = Option<String>> {
    text().prop_map(|text| (!text.is_empty()).then_some(text))
}

prop_compose! {
    fn any_pane()(
        (id, pid, activity) in any::<(u32, u32, u64)>(),
        (in_mode, input_off, logged) in any::<(bool, bool, bool)>(),
        dead in proptest::option::of(any::<(Option<i32>, Option<i32>)>()),
        ink in "[0-9]{1,5},[0-9]{1,3},[0-9]{1,3}",
        (session, command, title) in (text(), text(), text()),
        (agent_id, run, typed, submitted) in (option(), option(), option(), option()),
    ) -> Pane {
        let dead = dead.map(|(status, signal)| Dead { status, signal });
        Pane {
            id: PaneId(id), pid, activity, in_mode, input_off, logged, dead, ink, session, command, title,
            agent_id, run, typed, submitted,
        }
    }
}

/// The row that tmux prints for it, by the formats that are asked for.
fn row(pane: &Pane, mark: &str) -> String {
    let bit = u8::from;
    let number = |it: Option<i32>| it.map(|it| it.to_string()).unwrap_or_default();
    let (status, signal) = pane
        .dead
        .map_or((String::new(), String::new()), |it| (number(it.status), number(it.signal)));
    let facts = format!(
        "{} {} {} s{status} g{signal} {} {} {} {} {}",
        pane.id,
        pane.pid,
        bit(pane.dead.is_some()),
        bit(pane.in_mode),
        bit(pane.input_off),
        pane.activity,
        pane.ink,
        bit(pane.logged),
    );
    let filled = |it: &Option<String>| it.clone().unwrap_or_default();
    let texts = [
        facts,
        pane.session.clone(),
        pane.command.clone(),
        filled(&pane.agent_id),
        filled(&pane.run),
        filled(&pane.typed),
        filled(&pane.submitted),
        pane.title.clone(),
    ];
    format!("row-{mark} {}\n", texts.join(mark))
}

proptest! {
    #[test]
    fn what_tmux_prints_is_what_is_read(panes in proptest::collection::vec(any_pane(), 0..5), cut in any::<prop::sample::Index>()) {
        let mark = "5f1c0e";
        let rows: String = panes.iter().map(|pane| row(pane, mark)).collect();
        let output = format!("head-{mark} 7 99\n{rows}tail-{mark}\n");
        let read_it = |output: &str| {
            read(&Reply { output: output.to_owned(), errors: Vec::new() }, mark, "/s")
        };
        prop_assert_eq!(read_it(&output).unwrap().panes, panes);
        // Cut short anywhere, it is no listing.
        let mut at = cut.index(output.len() - "\n".len());
        while !output.is_char_boundary(at) {
            at -= 1;
        }
        let is_unknown = matches!(read_it(&output[..at]), Err(TmuxError::Unknown { .. }));
        prop_assert!(is_unknown, "cut at {}", at);
    }
}
