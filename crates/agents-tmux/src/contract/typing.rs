//! Does text arrive whole and unchanged, or not at all?

use super::bench::{
    Actor, Bench, Disturbance, Outcome, changed, missing, pane, ready, receives, refused, sink,
    started, submit, that, typing,
};
use crate::{Driver, PaneId, TmuxError, TmuxOp};

/// Types each text, with a word after it, and expects all of it.
async fn arrives<B: Bench>(bench: &mut B, texts: &[&str]) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    let mut expected = String::new();
    for text in texts {
        changed(bench, &typing(pane, text, "m1")).await?;
        changed(bench, &typing(pane, "|", "m2")).await?;
        expected.push_str(&format!("{text}|"));
    }
    receives(bench, &session, &expected).await
}

pub(super) async fn t4_a_final_semicolon_arrives<B: Bench>(bench: &mut B) -> Outcome {
    arrives(bench, &["text;", ";", ";;", "\\;", "a ; b;", "kill-server;"]).await
}

pub(super) async fn t6_a_leading_dash_arrives<B: Bench>(bench: &mut B) -> Outcome {
    arrives(bench, &["-t x", "--", "-", "--help"]).await
}

pub(super) async fn t7_key_names_are_text<B: Bench>(bench: &mut B) -> Outcome {
    arrives(bench, &["Enter", "C-c", "F1", "Escape"]).await
}

pub(super) async fn t10_formats_and_quotes_are_text<B: Bench>(bench: &mut B) -> Outcome {
    let texts = [
        "#{pid} #(id) #S $HOME ${HOME} ~ ~root %Y %1 %%",
        r#"it's "quoted" \n \033 \\ `id` $(id)"#,
        "{ } # comment",
        "%if 1",
        "a\tb",
        "  spaces  around  ",
    ];
    arrives(bench, &texts).await
}

pub(super) async fn t9_text_of_many_scripts_arrives<B: Bench>(bench: &mut B) -> Outcome {
    arrives(
        bench,
        &["日本語 世界", "é e\u{301} ñ", "🙂 👩\u{200d}🚀", "עברית العربية", "a\u{a0}b\u{feff}c"],
    )
    .await
}

pub(super) async fn t12_a_large_text_arrives_whole<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    let text: String =
        (0..2500).map(|n| format!("line {n} of a long text; ${{x}} \"é\"\n")).collect();
    let text = format!("{text}{}", "x".repeat(20_000));
    changed(bench, &typing(pane, &text, "m1")).await?;
    receives(bench, &session, &text).await
}

pub(super) async fn t8_control_characters_do_not_arrive<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    let text = "a\x03b\x1b[31mc\0d\x7fe\u{9b}f\rg\r\nh\u{202e}i\n\n";
    changed(bench, &typing(pane, text, "m1")).await?;
    receives(bench, &session, "ab[31mcdef\ng\nhi").await
}

pub(super) async fn t14_a_paste_cannot_be_ended_from_within<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = ready(bench, "sink", Actor::BracketedSink).await?;
    changed(bench, &typing(pane, "one\x1b[201~two\nthree", "m1")).await?;
    changed(bench, &submit(pane, "m1")).await?;
    receives(bench, &session, "\x1b[200~onetwo\nthree\x1b[201~\r").await
}

pub(super) async fn t16_copy_mode_refuses_text_and_keys<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    bench.disturb(Disturbance::CopyMode(pane, true)).await?;
    refused(bench, &typing(pane, "quick", "m1"), "mode").await?;
    refused(bench, &submit(pane, "m1"), "mode").await?;
    bench.disturb(Disturbance::CopyMode(pane, false)).await?;
    no_token(bench, "sink").await?;
    changed(bench, &typing(pane, "after", "m2")).await?;
    receives(bench, &session, "after").await
}

pub(super) async fn t17_input_off_refuses_text_and_keys<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    bench.disturb(Disturbance::InputOff(pane, true)).await?;
    refused(bench, &typing(pane, "lost", "m1"), "input").await?;
    refused(bench, &submit(pane, "m1"), "input").await?;
    bench.disturb(Disturbance::InputOff(pane, false)).await?;
    no_token(bench, "sink").await?;
    changed(bench, &typing(pane, "after", "m2")).await?;
    receives(bench, &session, "after").await
}

pub(super) async fn t18_a_dead_pane_refuses_text_and_the_server_lives<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (session, pane_id) = started(bench, "mortal", Actor::EndsWhenTold(3)).await?;
    bench.disturb(Disturbance::EndKept(session.clone())).await?;
    while pane(bench, "mortal").await?.dead.is_none() {
        bench.pause().await;
    }
    for _ in 0..5 {
        refused(bench, &typing(pane_id, "x", "m1"), "ended").await?;
    }
    refused(bench, &submit(pane_id, "m1"), "ended").await?;
    let log = bench.folder("logs").join("dead.log");
    refused(bench, &TmuxOp::AttachLog { pane: pane_id, log, anew: false }, "ended").await?;
    no_token(bench, "mortal").await
}

pub(super) async fn t19_a_refused_text_leaves_no_buffer<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    bench.disturb(Disturbance::CopyMode(pane, true)).await?;
    refused(bench, &typing(pane, "secret", "m1"), "mode").await?;
    missing(bench, &typing(PaneId(4000), "secret", "m1")).await?;
    bench.disturb(Disturbance::CopyMode(pane, false)).await?;
    changed(bench, &typing(pane, "typed", "m2")).await?;
    receives(bench, &session, "typed").await?;
    let buffers = bench.buffers().await?;
    that(buffers.is_empty(), || format!("these buffers are left: {buffers}"))
}

pub(super) async fn t32_a_missing_pane_is_missing<B: Bench>(bench: &mut B) -> Outcome {
    let (session, pane) = sink(bench, "sink").await?;
    let absent = PaneId(4000);
    missing(bench, &typing(absent, "x", "m1")).await?;
    missing(bench, &submit(absent, "m1")).await?;
    let log = bench.folder("logs").join("absent.log");
    missing(bench, &TmuxOp::AttachLog { pane: absent, log, anew: false }).await?;
    let screens = bench.driver().screens(&[absent]).await;
    that(matches!(screens[..], [Err(TmuxError::Missing { .. })]), || {
        format!("screens: {screens:?}")
    })?;
    changed(bench, &typing(pane, "after", "m2")).await?;
    receives(bench, &session, "after").await
}

pub(super) async fn t33_tokens_prove_what_was_typed_and_submitted<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (session, id) = sink(bench, "sink").await?;
    no_token(bench, "sink").await?;
    changed(bench, &typing(id, "one", "m17")).await?;
    let seen = pane(bench, "sink").await?;
    let tokens = (seen.typed.as_deref(), seen.submitted.as_deref());
    that(tokens == (Some("m17"), None), || format!("after the text: {tokens:?}"))?;
    changed(bench, &submit(id, "m17/2")).await?;
    let seen = pane(bench, "sink").await?;
    let tokens = (seen.typed.as_deref(), seen.submitted.as_deref());
    that(tokens == (Some("m17"), Some("m17/2")), || format!("after the key: {tokens:?}"))?;
    receives(bench, &session, "one\r").await
}

pub(super) async fn an_empty_text_is_refused<B: Bench>(bench: &mut B) -> Outcome {
    let (_, pane) = sink(bench, "sink").await?;
    for text in ["", "\n\n", "\x1b\x03"] {
        refused(bench, &typing(pane, text, "m1"), "empty").await?;
    }
    Ok(())
}

async fn no_token<B: Bench>(bench: &mut B, session: &str) -> Outcome {
    let seen = pane(bench, session).await?;
    that(seen.typed.is_none() && seen.submitted.is_none(), || {
        format!("a token without its act: {seen:?}")
    })
}

/// A request that timed out may take effect later, so one that is repeated must not type twice.
pub(super) async fn t54_a_repeated_step_is_refused<B: Bench>(bench: &mut B) -> Outcome {
    let (session, id) = sink(bench, "once").await?;
    changed(bench, &typing(id, "first", "m1")).await?;
    refused(bench, &typing(id, "first", "m1"), "already").await?;
    changed(bench, &submit(id, "m1/1")).await?;
    refused(bench, &submit(id, "m1/1"), "already").await?;
    changed(bench, &typing(id, "second", "m2")).await?;
    receives(bench, &session, "first\rsecond").await
}
