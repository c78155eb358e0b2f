use agents_config::{Fleet, OneOff};
use agents_names::{BackendName, PhaseId};

use super::{Program, judged, running, shown};
use crate::activity::fixture::{ann, fleet_of, now};
use crate::{FleetState, Life, Member, Opening, RunId, StopStage, Why};

fn fleet() -> Fleet {
    fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"c\"\nmodel = \"small\"\n\
         [backend.c]\nbin = \"c\"\nmodel_flag = \"-m\"\n[backend.d]\nbin = \"d\"\nmodel_flag = \"-m\"\n\
         [[agent]]\nname = \"ann\"\nkind = \"loop\"\nrole = \"builder\"\n\
         [loop]\nphases = [{ id = \"1\", status = \"S1.md\" }]\n",
    )
}

/// Under a one-off override her next start takes `d`; run 7 was begun under another one, with `d` and a large model.
fn member(life: Life) -> Member {
    let backend = BackendName::new("d").unwrap();
    let one_off = OneOff { backend: Some(backend.clone()), ..OneOff::default() };
    let (run, model) = (RunId(7), Some("large".to_owned()));
    let (begun, opening) = (one_off.clone(), Opening::Unnamed);
    let program = Program { run, backend, model, one_off: begun, opening };
    Member { life, one_off, program: Some(program), ..Member::default() }
}

fn lives(run: Option<RunId>) -> Vec<(Life, bool)> {
    let (since, sent_at, why) = (now(10).at, now(10).at, || Why::New);
    let (stage, then, reason) = (StopStage::Kill, None, "too often".to_owned());
    let mut lives = vec![
        (Life::Up { since, run }, true),
        (Life::Missing { since, up_since: since, run }, true),
        (Life::Stopping { since, sent_at, run, stage, why: why(), then }, true),
        (Life::default(), false),
        (Life::Due { at: since, why: why() }, false),
        (Life::Parked { since, retry_at: since, reason }, false),
    ];
    lives.extend(run.map(|run| (Life::Starting { since, sent_at, run, why: why() }, true)));
    lives
}

#[test]
fn a_program_runs_from_its_start_to_the_end_of_its_own_run() {
    for (life, runs) in lives(Some(RunId(7))) {
        assert_eq!(running(&member(life.clone())).is_some(), runs, "{life:?}");
    }
    for other in [Some(RunId(8)), None] {
        for (life, _) in lives(other) {
            assert_eq!(running(&member(life.clone())), None, "{life:?}");
        }
    }
}

#[test]
fn a_person_reads_what_runs_and_else_what_the_next_start_takes() {
    let fleet = fleet();
    let ann = &fleet.agents[0];
    let (since, run) = (now(10).at, Some(RunId(7)));
    let phase = PhaseId::new("1").unwrap();
    let said = |member: &Member| {
        let (backend, model) = shown(&fleet, ann, Some(&phase), member);
        (backend.to_string(), model.map(str::to_owned))
    };
    let words = |backend: &str, model: &str| (backend.to_owned(), Some(model.to_owned()));
    assert_eq!(said(&member(Life::Up { since, run })), words("d", "large"));
    assert_eq!(said(&member(Life::default())).0, "d");
    let plain = Member { one_off: OneOff::default(), ..member(Life::default()) };
    assert_eq!(said(&plain), words("c", "small"));
}

#[test]
fn whoever_runs_is_judged_by_what_it_was_started_with() {
    let fleet = fleet();
    let backend_of = |member: Member| {
        let mut state = FleetState::default();
        state.members.insert(ann(), member);
        judged(&fleet, &state).agents[0].backend.to_string()
    };
    for (life, runs) in lives(Some(RunId(7))) {
        // The operator took the override back since it was started.
        let member = Member { one_off: OneOff::default(), ..member(life.clone()) };
        assert_eq!(backend_of(member), if runs { "d" } else { "c" }, "{life:?}");
    }
    assert_eq!(backend_of(member(Life::default())), "d");
}
