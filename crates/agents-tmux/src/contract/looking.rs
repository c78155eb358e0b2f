//! Does a look show what is there, all of it, in order?

use super::bench::{
    Actor, Bench, Disturbance, LOOKS, Outcome, changed, name, pane, ready, shows, start_of,
    started, submit, that, typing, vanishes,
};
use crate::{Dead, Driver, Pane, PaneId, TmuxError, TmuxOp};

pub(super) async fn screens_come_in_the_order_asked<B: Bench>(bench: &mut B) -> Outcome {
    let mut panes = Vec::new();
    for n in 0..4 {
        let text = format!("this is %end 0 0 0 of {n}\n\nrow-x\n%begin 1 2 3");
        let (_, id) = started(bench, &format!("s{n}"), Actor::Shows(text)).await?;
        shows(bench, id, "%begin 1 2 3").await?;
        panes.push(id);
    }
    let asked = [panes[3], panes[0], PaneId(4000), panes[2], panes[3]];
    let screens = bench.driver().screens(&asked).await;
    that(screens.len() == asked.len(), || format!("{} answers", screens.len()))?;
    for (screen, number) in screens.iter().zip([Some(3), Some(0), None, Some(2), Some(3)]) {
        let is_right = match (screen, number) {
            (Ok(screen), Some(n)) => {
                screen.text() == format!("this is %end 0 0 0 of {n}\n\nrow-x\n%begin 1 2 3")
            }
            (Err(TmuxError::Missing { .. }), None) => true,
            (Ok(_) | Err(_), _) => false,
        };
        that(is_right, || format!("in place of {number:?}: {screen:?}"))?;
    }
    let none = bench.driver().screens(&[]).await;
    that(none.is_empty(), || format!("asked for nothing: {none:?}"))
}

pub(super) async fn t65_a_wrapped_row_is_joined<B: Bench>(bench: &mut B) -> Outcome {
    let session = name("narrow")?;
    let banner = "usage limit reached, your limit resets at 10:30am (Europe/Berlin)";
    let argv = bench.words(&session, Actor::Shows(banner.to_owned()));
    let start = crate::StartSession { columns: 20, ..start_of(&session, argv) };
    changed(bench, &TmuxOp::Start(start)).await?;
    let id = pane(bench, "narrow").await?.id;
    shows(bench, id, banner).await
}

pub(super) async fn t60_a_kept_dead_pane_is_listed_with_its_status<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let mut known = 0;
    // tmux 3.3a loses the status of some programs for good when the machine is busy.
    for n in 0..60 {
        if n >= 6 && known > 0 {
            break;
        }
        let (session, _) = started(bench, &format!("mortal{n}"), Actor::EndsWhenTold(3)).await?;
        bench.disturb(Disturbance::EndKept(session.clone())).await?;
        known += u32::from(dead_with_status(bench, session.as_str()).await?);
    }
    that(known > 0, || "the status of no program was listed".to_owned())
}

/// Waits until the pane is dead, and then a while for its status, which must be 3 if it comes.
async fn dead_with_status<B: Bench>(bench: &mut B, session: &str) -> Result<bool, String> {
    let mut looks = 0;
    for _ in 0..LOOKS {
        match pane(bench, session).await?.dead {
            Some(Dead { status: Some(3), signal: None }) => return Ok(true),
            Some(Dead { status: None, signal: None }) if looks < 25 => looks += 1,
            Some(Dead { status: None, signal: None }) => return Ok(false),
            Some(other) => return Err(format!("it ended with 3, and is listed as {other:?}")),
            None => {}
        }
        bench.pause().await;
    }
    Err("its pane is never listed as dead".to_owned())
}

pub(super) async fn t67_odd_titles_and_options_do_not_disturb_the_listing<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let titles = ["#(id) #{pid} \"x\"", "row-0 %9 1 0", "a | b;", "日本語 🙂"];
    for (n, title) in titles.into_iter().enumerate() {
        let session = format!("odd{n}");
        let (_, id) = ready(bench, &session, Actor::Titled(title.to_owned())).await?;
        let seen = pane(bench, &session).await?;
        that(seen.title == title && seen.id == id, || format!("{title:?} is listed as {seen:?}"))?;
    }
    let listing = bench.driver().list().await.map_err(|error| error.to_string())?;
    let count = listing.panes.iter().filter(|pane| pane.session.starts_with("odd")).count();
    that(count == titles.len(), || format!("{count} of {} are listed", titles.len()))
}

pub(super) async fn activity_and_ink_move_with_output<B: Bench>(bench: &mut B) -> Outcome {
    let (_, id) = started(bench, "echo", Actor::Echo).await?;
    changed(bench, &typing(id, "quiet", "a1")).await?;
    changed(bench, &submit(id, "a1/1")).await?;
    shows(bench, id, "quiet").await?;
    let before = at_rest(bench, "echo").await?;
    changed(bench, &typing(id, "noise", "a2")).await?;
    changed(bench, &submit(id, "a2/1")).await?;
    shows(bench, id, "noise").await?;
    let after = pane(bench, "echo").await?;
    that(after.ink != before.ink && after.activity >= before.activity, || {
        format!("output came, but {before:?} became {after:?}")
    })
}

/// The pane once it has stayed the same for a while: the terminal echoes, and then the program writes.
async fn at_rest<B: Bench>(bench: &mut B, session: &str) -> Result<Pane, String> {
    let mut before = pane(bench, session).await?;
    let mut same = 0;
    for _ in 0..LOOKS {
        bench.pause().await;
        let now = pane(bench, session).await?;
        same = if now == before { same + 1 } else { 0 };
        if same == 20 {
            return Ok(now);
        }
        before = now;
    }
    Err(format!("nothing happens, but it never rests: {before:?}"))
}

pub(super) async fn t71_a_session_that_ends_is_news<B: Bench>(bench: &mut B) -> Outcome {
    let (session, _) = started(bench, "mortal", Actor::EndsWhenTold(0)).await?;
    pane(bench, "mortal").await?;
    let limit = std::time::Duration::from_secs(60);
    if bench.hears_news() {
        // The start is news of its own.
        while tokio::time::timeout(limit / 120, bench.driver().news()).await.is_ok() {}
    }
    bench.disturb(Disturbance::End(session.clone())).await?;
    if bench.hears_news() {
        let heard = tokio::time::timeout(limit, bench.driver().news()).await;
        that(heard.is_ok(), || "no news of the end came".to_owned())?;
    } else {
        let heard = tokio::time::timeout(limit / 300, bench.driver().news()).await;
        that(heard.is_err(), || "news came from a driver that only asks".to_owned())?;
    }
    vanishes(bench, &session).await
}
