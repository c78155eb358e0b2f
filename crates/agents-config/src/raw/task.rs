//! The keys of `[tasks]` and `[[task]]`: those of a manifest.

use agents_names::{AgentName, BackendName};
use agents_tasks::{Forge, NoChange, TaskState};

use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::{CommandWords, Count, Filled, GitName, Interval, Seconds, Whole};

table! {
    /// By which rules the `[[task]]` of this file are carried out.
    RawTasks {
        /// The git repository, relative to the project root. Default: the project root.
        "repository" => repository: Field<String>,
        /// The repository at the forge, `owner/name`, where its program does not find it by itself. Default: none.
        "repo" => repo: Field<String>,
        /// The branch from which every task's branch begins, as the remote has it where there is one. Default `main`.
        "base" => base: Field<GitName>,
        /// How branches are called, with `{issue}` and `{id}`. Default: `fix/issue-N`, or `task/ID` for a task without an issue.
        "branch" => branch: Field<Filled>,
        /// The phases, in order; one begins when every task of the one before is at its end. Default: one phase with all tasks.
        "phases" => phases: Field<Vec<String>>,
        /// How many tasks may run at once. Default: as many as the order allows.
        "max_parallel" => max_parallel: Field<Count>,
        /// The backend that runs tasks that name none. Default: that of `[defaults]`, or else the only one.
        "backend" => backend: Field<BackendName>,
        /// The model handed to the backend. Default: that of `[defaults]`, or else the backend's own.
        "model" => model: Field<String>,
        /// How often a task may fail before a person has to look. Default `3`.
        "attempts" => attempts: Field<Count>,
        /// How long an attempt may go on without output, commit or change in its worktree. Default `20m`.
        "stall" => stall: Field<Interval>,
        /// Before the second attempt; doubles with each further one. Default `10s`.
        "retry_delay" => retry_delay: Field<Seconds>,
        /// How long one attempt may run; what it waits for usage windows does not count. Default `5h`.
        "max_runtime" => max_runtime: Field<Interval>,
        /// A shell command that makes a new worktree ready, with `AGENTS_TASK` and `AGENTS_BRANCH`. Default: none.
        "set_up" => set_up: Field<String>,
        /// How long it may take. Default `15m`.
        "set_up_limit" => set_up_limit: Field<Interval>,
        /// Files and folders that git does not have and each worktree gets a copy of. Default `[]`.
        "copy" => copy: Field<Vec<String>>,
        /// Where branches are pushed to. Default `origin`.
        "remote" => remote: Field<GitName>,
        /// The program that opens pull requests; with `none` branches are pushed, and that is all. Default `none`.
        "forge" => forge: Field<Forge>,
        /// A program and its arguments, run when a task is done, with `AGENTS_TASK`, `AGENTS_STATE`, `AGENTS_SUMMARY` and more; 60 s at the longest. Default: none.
        "on_done" => on_done: Field<CommandWords>,
        /// The same when a task has used up its attempts. Default: none.
        "on_error" => on_error: Field<CommandWords>,
        /// What a program that ends well without a commit or change has done: `error` or `complete`. Default `error`.
        "no_change" => no_change: Field<NoChange>,
        /// The frame of the prompts, with the slots that docs/tasks.md lists. Default: one that says what to do and how to end.
        "prompt" => prompt: Field<String>,
        /// Further rows for the checklist of pull requests. Default `[]`.
        "checklist" => checklist: Field<Vec<String>>,
    }
}

table! {
    /// One thing to do, in a worktree, branch and session of its own.
    RawTask {
        /// Its name: letters, digits, `-` and `_`. Agents, services and tasks share one name space.
        required "id" => id: Field<AgentName>,
        /// The phase of `tasks.phases` that it belongs to. Default: the first.
        "phase" => phase: Field<String>,
        /// The number of the issue that it closes.
        "issue" => issue: Field<Whole>,
        /// What it is about, in a line.
        "title" => title: Field<String>,
        /// What is to be done.
        "body" => body: Field<String>,
        /// What it writes to: files, folders and globs, relative to the root of the repository. Tasks that share none run side by side. Default `[]`.
        "files" => files: Field<Vec<String>>,
        /// Ids of tasks that must be done before. Default `[]`.
        "depends_on" => depends_on: Field<Vec<String>>,
        /// Of two that may start, the one with the larger number starts first. Default `0`.
        "priority" => priority: Field<Whole>,
        /// Whose usage limit it shares; see `agent.account`. Default: that of its backend.
        "account" => account: Field<Filled>,
        /// The backend that runs it. Default: that of `[tasks]`.
        "backend" => backend: Field<BackendName>,
        /// Its branch. Default: after `tasks.branch`.
        "branch" => branch: Field<Filled>,
        /// What is known of it already: what is `complete`, `pr_open`, `merged` or `cancelled` is not run. Default `pending`.
        "status" => status: Field<TaskState>,
    }
}
