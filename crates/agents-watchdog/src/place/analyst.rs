//! What do analyzers say of idle agents? Each is asked beside the ticks, and a later look finds its answer.

mod child;
mod command;
mod question;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agents_config::{Analyzer, Fleet};
use agents_decide::{Analysis, AnalysisSeen};
use agents_names::AgentName;
use agents_records::{Judged, Judgement};
use agents_tmux::{OneShot, PaneId};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::Question;

/// One job for an agent at most.
pub(crate) struct Analysts {
    jobs: HashMap<AgentName, Job>,
    /// Told when an answer is there.
    ended: Arc<Notify>,
}

/// A job; dropped, it ends with all its processes.
struct Job {
    id: u64,
    task: JoinHandle<()>,
    result: oneshot::Receiver<Judged>,
    answer: Option<(Option<String>, Analysis)>,
}

impl Drop for Job {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What one job needs.
struct Asked {
    tmux: agents_tmux::Place,
    pane: PaneId,
    rows: u32,
    dir: PathBuf,
    analyzer: Analyzer,
    resume: Option<String>,
    limit: Duration,
}

impl Analysts {
    pub(super) fn over(ended: &Arc<Notify>) -> Self {
        Self { jobs: HashMap::new(), ended: Arc::clone(ended) }
    }

    /// Begins a job; an earlier one of the agent is ended.
    pub(super) fn begin(
        &mut self,
        fleet: &Fleet,
        question: &Question<'_>,
        tmux: &agents_tmux::Place,
    ) -> Result<(), String> {
        let agent = fleet.agent(question.name);
        let pilot = agent.and_then(|agent| Some((agent, agent.pilot.as_ref()?)));
        let (agent, pilot) = pilot.ok_or_else(|| "the config gives it no pilot".to_owned())?;
        let asked = Asked {
            tmux: tmux.clone(),
            pane: PaneId(question.pane),
            rows: pilot.history_lines,
            dir: agent.dir.clone(),
            analyzer: pilot.analyzer.clone(),
            resume: question.resume.map(str::to_owned),
            limit: pilot.timeout,
        };
        let (tell, result) = oneshot::channel();
        let ended = Arc::clone(&self.ended);
        let task = tokio::spawn(async move {
            let judged = judge(asked).await;
            // Nobody waits for the answer of a job that was called off.
            drop(tell.send(judged));
            ended.notify_one();
        });
        let job = Job { id: question.job, task, result, answer: None };
        self.jobs.insert(question.name.clone(), job);
        Ok(())
    }

    pub(super) fn end(&mut self, name: &AgentName) {
        self.jobs.remove(name);
    }

    /// How far the agent's last job is.
    pub(super) fn seen(&mut self, name: &AgentName) -> Option<AnalysisSeen> {
        let job = self.jobs.get_mut(name)?;
        if job.answer.is_none() {
            job.answer = match job.result.try_recv() {
                Ok(judged) => Some(answer(judged)),
                Err(oneshot::error::TryRecvError::Empty) => None,
                Err(oneshot::error::TryRecvError::Closed) => {
                    let reason = "it ended early".to_owned();
                    Some((None, Analysis::Failed { reason }))
                }
            };
        }
        let (conversation, answer) = job.answer.clone().unzip();
        Some(AnalysisSeen { job: job.id, conversation: conversation.flatten(), answer })
    }
}

fn answer(judged: Judged) -> (Option<String>, Analysis) {
    let analysis = match judged.judgement {
        Ok(Judgement::Continue { prompt }) => Analysis::Continue { prompt },
        Ok(Judgement::Wait { reason }) => Analysis::Wait { reason },
        Err(error) => Analysis::Failed { reason: error.to_string() },
    };
    (judged.conversation, analysis)
}

/// Looks, asks, and reads the answer.
async fn judge(asked: Asked) -> Judged {
    let screen = match OneShot::new(asked.tmux).history(asked.pane, asked.rows).await {
        Ok(screen) => screen,
        Err(error) => return failed(format!("its screen cannot be seen: {error}")),
    };
    let question = question::about(&screen.rows, asked.rows);
    let command = command::of(&asked.analyzer, asked.resume.as_deref());
    match child::run(&command.words, &asked.dir, &question, asked.limit).await {
        Ok(output) => Judged::of(command.written, &output),
        Err(reason) => failed(reason),
    }
}

fn failed(told: String) -> Judged {
    let judgement = Err(agents_records::NoJudgement::Failed { told });
    Judged { conversation: None, judgement }
}

#[cfg(test)]
mod tests;
