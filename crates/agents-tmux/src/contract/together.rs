//! Several changes at once: each has its own outcome, and a server that hangs costs them one limit together.

use std::time::{Duration, Instant};

use super::bench::{
    Actor, Bench, Disturbance, Outcome, kill, name, pane, sink, start_of, started, that, typing,
    vanishes,
};
use crate::{Done, Driver, TmuxError, TmuxOp};

/// Starts and ends, some of which cannot be.
pub(super) async fn changes_made_together_have_their_own_outcomes<B: Bench>(
    bench: &mut B,
) -> Outcome {
    started(bench, "there", Actor::Shows("x".to_owned())).await?;
    let (ending, _) = started(bench, "ending", Actor::Shows("x".to_owned())).await?;
    let mut start = |session: &str| -> Result<TmuxOp, String> {
        let session = name(session)?;
        let argv = bench.words(&session, Actor::Shows(session.to_string()));
        Ok(TmuxOp::Start(start_of(&session, argv)))
    };
    let wordless = start_of(&name("wordless")?, vec!["one-word".to_owned()]);
    let ops = [
        start("one")?,
        start("there")?,
        kill(&ending, "somebody else"),
        TmuxOp::Start(wordless),
        start("two")?,
        kill(&ending, "ending"),
        kill(&name("never")?, "never"),
        start("three")?,
    ];
    let outcomes = bench.driver().apply_all(&ops).await;
    that(outcomes.len() == ops.len(), || format!("{outcomes:?}"))?;
    let is_refused = |at: usize| matches!(outcomes[at], Err(TmuxError::Refused { .. }));
    let expected = [
        outcomes[0] == Ok(Done::Changed),
        outcomes[1] == Ok(Done::Already),
        is_refused(2),
        is_refused(3),
        outcomes[4] == Ok(Done::Changed),
        outcomes[5] == Ok(Done::Changed),
        matches!(outcomes[6], Ok(Done::Already) | Err(TmuxError::Missing { .. })),
        outcomes[7] == Ok(Done::Changed),
    ];
    that(expected == [true; 8], || format!("{outcomes:?}"))?;
    for session in ["one", "two", "three", "there"] {
        let pane = pane(bench, session).await?;
        that(pane.agent_id.as_deref() == Some(session), || format!("{pane:?}"))?;
    }
    vanishes(bench, &ending).await
}

pub(super) async fn t54_changes_to_a_stopped_server_cost_one_limit<B: Bench>(
    bench: &mut B,
) -> Outcome {
    let (session, id) = sink(bench, "a").await?;
    let mut ops = Vec::new();
    for session in ["one", "two", "three"] {
        let session = name(session)?;
        let argv = bench.words(&session, Actor::Shows("x".to_owned()));
        ops.push(TmuxOp::Start(start_of(&session, argv)));
    }
    ops.extend([typing(id, "x", "m1"), kill(&session, "a"), kill(&name("b")?, "b")]);
    bench.disturb(Disturbance::ShortLimit).await?;
    bench.driver().list().await.map_err(|error| error.to_string())?;
    bench.disturb(Disturbance::StopServer).await?;
    let begun = Instant::now();
    let outcomes = bench.driver().apply_all(&ops).await;
    let took = begun.elapsed();
    bench.disturb(Disturbance::ResumeServer).await?;
    let all_timed_out =
        outcomes.iter().all(|outcome| outcome.as_ref().is_err_and(TmuxError::is_time_out));
    // What is sent together is unknown together; what comes after it is not attempted.
    let are_few = (1..=3).contains(&outcomes.len());
    that(all_timed_out && are_few, || format!("{outcomes:?}"))?;
    that(took < Duration::from_secs(3), || format!("it took {took:?}"))?;
    pane(bench, session.as_str()).await.map(|_| ())
}
