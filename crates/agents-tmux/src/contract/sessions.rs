//! Do sessions start, log and end as asked, and only the ones that were meant?

use std::path::Path;

use super::bench::{
    Actor, Bench, Disturbance, LOOKS, Outcome, changed, expect, kill, logs, name, pane, refused,
    sink, start_of, started, that, vanishes,
};
use crate::{Done, Driver, PaneId, TmuxOp};

pub(super) async fn t30_only_the_exact_session_is_hit<B: Bench>(bench: &mut B) -> Outcome {
    started(bench, "proj-a3", Actor::Shows("x".to_owned())).await?;
    for absent in ["proj-a", "proj", "p"] {
        let op = TmuxOp::Kill {
            session: name(absent)?,
            pane: None,
            agent_id: "proj-a3".to_owned(),
            untagged_too: true,
        };
        expect(bench, &op, Ok(Done::Already)).await?;
    }
    pane(bench, "proj-a3").await.map(|_| ())
}

pub(super) async fn t34_a_renamed_session_is_known_by_its_tag<B: Bench>(bench: &mut B) -> Outcome {
    let (session, id) = started(bench, "before", Actor::Shows("x".to_owned())).await?;
    let after = name("after")?;
    bench.disturb(Disturbance::Rename(session.clone(), after.clone())).await?;
    let seen = pane(bench, "after").await?;
    let found = (seen.id, seen.agent_id.as_deref(), seen.run.as_deref());
    that(found == (id, Some("before"), Some("run1")), || format!("listed as {found:?}"))?;
    expect(bench, &kill(&session, "before"), Ok(Done::Already)).await?;
    changed(bench, &kill(&after, "before")).await
}

/// A person renamed the session, and made another one under its old name.
pub(super) async fn t34_a_kill_by_pane_ends_the_session_that_holds_it<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (session, id) = started(bench, "moved", Actor::Shows("x".to_owned())).await?;
    let after = name("moved-on")?;
    bench.disturb(Disturbance::Rename(session.clone(), after.clone())).await?;
    bench.disturb(Disturbance::Stranger(session.clone())).await?;
    let stranger = pane(bench, "moved").await?.id;
    let of = |pane: PaneId, agent_id: &str| TmuxOp::Kill {
        session: session.clone(),
        pane: Some(pane),
        agent_id: agent_id.to_owned(),
        untagged_too: false,
    };
    refused(bench, &of(id, "other"), "belongs to `moved`").await?;
    refused(bench, &of(stranger, "moved"), "no tag").await?;
    changed(bench, &of(id, "moved")).await?;
    vanishes(bench, &after).await?;
    pane(bench, "moved").await?;
    expect(bench, &of(id, "moved"), Ok(Done::Already)).await
}

pub(super) async fn t36_a_second_start_of_a_name_is_already<B: Bench>(bench: &mut B) -> Outcome {
    let (session, id) = started(bench, "twin", Actor::Shows("x".to_owned())).await?;
    let argv = bench.words(&session, Actor::Sink);
    let mut second = start_of(&session, argv);
    second.run = "run2".to_owned();
    expect(bench, &TmuxOp::Start(second), Ok(Done::Already)).await?;
    let seen = pane(bench, "twin").await?;
    that(seen.id == id && seen.run.as_deref() == Some("run1"), || format!("now there is {seen:?}"))
}

pub(super) async fn t37_words_reach_the_program_unchanged<B: Bench>(bench: &mut B) -> Outcome {
    let words: Vec<String> = [
        "plain",
        "two words",
        "final;",
        ";",
        ";;",
        "\\;",
        "-dash",
        "$HOME",
        "#{pid}",
        "#(id)",
        "it's",
        "\"quoted\"",
        "back\\slash",
        "%Y",
        "~",
        "日本語",
        "{",
        "kill-server",
        "",
    ]
    .map(str::to_owned)
    .to_vec();
    let session = name("words")?;
    let argv = bench.words(&session, Actor::Prints(words.clone()));
    let log = bench.folder("logs").join("words.log");
    let start = crate::StartSession { log: Some(log.clone()), ..start_of(&session, argv) };
    changed(bench, &TmuxOp::Start(start)).await?;
    // The terminal writes a line feed as CR LF.
    let printed = format!("{}\n", words.join("\n"));
    let mut last = String::new();
    for _ in 0..LOOKS {
        last = bench.log(&log).replace('\r', "");
        if last.trim_end() == printed.trim_end() {
            return Ok(());
        }
        bench.pause().await;
    }
    Err(format!("the program printed {last:?}"))
}

pub(super) async fn t42_the_first_output_is_logged<B: Bench>(bench: &mut B) -> Outcome {
    let folder = bench.folder("logs");
    for n in 0..20 {
        let session = name(&format!("brief{n}"))?;
        let first = format!("the first line of {n}");
        let argv = bench.words(&session, Actor::Prints(vec![first]));
        let log = folder.join(format!("{n}.log"));
        let start = crate::StartSession { log: Some(log), ..start_of(&session, argv) };
        changed(bench, &TmuxOp::Start(start)).await?;
    }
    for n in 0..20 {
        logs(bench, &folder.join(format!("{n}.log")), &format!("the first line of {n}")).await?;
    }
    Ok(())
}

pub(super) async fn t43_a_second_log_pipe_changes_nothing<B: Bench>(bench: &mut B) -> Outcome {
    let (_, id) = sink(bench, "talker").await?;
    let folder = bench.folder("logs");
    let (first, second) = (folder.join("first.log"), folder.join("second.log"));
    that(!pane(bench, "talker").await?.logged, || "a log that nobody asked for".to_owned())?;
    changed(bench, &TmuxOp::AttachLog { pane: id, log: first.clone(), anew: false }).await?;
    for log in [&first, &second] {
        let attach = TmuxOp::AttachLog { pane: id, log: log.clone(), anew: false };
        expect(bench, &attach, Ok(Done::Already)).await?;
    }
    that(pane(bench, "talker").await?.logged, || "the second call ended the log".to_owned())
}

pub(super) async fn a_log_pipe_made_anew_takes_the_place_of_the_first<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (_, id) = sink(bench, "talker").await?;
    let folder = bench.folder("logs");
    let (first, second) = (folder.join("first.log"), folder.join("second.log"));
    let attach = |log: &Path, anew| TmuxOp::AttachLog { pane: id, log: log.to_owned(), anew };
    changed(bench, &attach(&first, true)).await?;
    changed(bench, &attach(&second, true)).await?;
    that(pane(bench, "talker").await?.logged, || "it ended the log".to_owned())?;
    expect(bench, &attach(&first, false), Ok(Done::Already)).await?;
    changed(bench, &attach(&second, true)).await?;
    that(pane(bench, "talker").await?.logged, || "the third call ended the log".to_owned())
}

pub(super) async fn s1_a_log_path_is_only_a_path<B: Bench>(bench: &mut B) -> Outcome {
    let canary = bench.folder("canary").join("sang");
    let song = format!("touch {}", canary.display()).replace('/', "${PWD%%[!/]*}");
    let names = [
        "plain".to_owned(),
        "it's; \"quoted\" \\ back".to_owned(),
        format!("$({song}) `{song}`"),
        format!("#({song}) #{{pid}} #S ## %Y %% %d"),
        "a\nb".to_owned(),
        "~ -x ;".to_owned(),
        "日本語".to_owned(),
        format!("';{song};'"),
    ];
    for (n, name_of_folder) in names.iter().enumerate() {
        let log = bench.folder(name_of_folder).join("a.log;");
        let session = name(&format!("log{n}"))?;
        let argv = bench.words(&session, Actor::Prints(vec!["written".to_owned()]));
        let start = crate::StartSession { log: Some(log.clone()), ..start_of(&session, argv) };
        changed(bench, &TmuxOp::Start(start)).await?;
        logs(bench, &log, "written").await?;
        let (_, id) = started(bench, &format!("late{n}"), Actor::Shows("x".to_owned())).await?;
        changed(bench, &TmuxOp::AttachLog { pane: id, log, anew: false }).await?;
    }
    that(!exists(&canary), || "a part of a log path was executed".to_owned())
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

pub(super) async fn s5_a_kill_needs_the_tag<B: Bench>(bench: &mut B) -> Outcome {
    let (mine, _) = started(bench, "mine", Actor::Shows("x".to_owned())).await?;
    let strange = name("strange")?;
    bench.disturb(Disturbance::Stranger(strange.clone())).await?;
    refused(bench, &kill(&mine, "other"), "belongs to `mine`").await?;
    refused(bench, &kill(&strange, "strange"), "no tag").await?;
    pane(bench, "mine").await?;
    pane(bench, "strange").await?;
    let untagged_too = TmuxOp::Kill {
        session: strange.clone(),
        pane: None,
        agent_id: "x".to_owned(),
        untagged_too: true,
    };
    changed(bench, &untagged_too).await?;
    vanishes(bench, &strange).await?;
    changed(bench, &kill(&mine, "mine")).await?;
    vanishes(bench, &mine).await?;
    expect(bench, &kill(&mine, "mine"), Ok(Done::Already)).await
}

pub(super) async fn t26_a_tag_may_hold_any_text<B: Bench>(bench: &mut B) -> Outcome {
    let tags = ["a,b}#{pid},c", "#(id) ##", "x;", "-d", "$HOME ~ \"'\\", "é 日本語", "1", "%Y ="];
    for (n, tag) in tags.into_iter().enumerate() {
        let session = name(&format!("tagged{n}"))?;
        let argv = bench.words(&session, Actor::Shows("x".to_owned()));
        let start = crate::StartSession {
            agent_id: tag.to_owned(),
            run: tag.to_owned(),
            ..start_of(&session, argv)
        };
        changed(bench, &TmuxOp::Start(start)).await?;
        let seen = pane(bench, session.as_str()).await?;
        let found = (seen.agent_id.as_deref(), seen.run.as_deref());
        that(found == (Some(tag), Some(tag)), || format!("{tag:?} is listed as {found:?}"))?;
        refused(bench, &kill(&session, &format!("{tag}x")), "belongs to").await?;
        changed(bench, &kill(&session, tag)).await?;
    }
    let listing = bench.driver().list().await.map_err(|error| error.to_string())?;
    that(listing.panes.iter().all(|pane| !pane.session.starts_with("tagged")), || {
        format!("{listing:?}")
    })
}
