use proptest::prelude::*;

use super::*;

fn problems(text: &str) -> Vec<String> {
    match load(text, Format::Toml) {
        Ok(manifest) => panic!("is sound: {manifest:?}"),
        Err(error) => error.to_string().lines().map(str::to_owned).collect(),
    }
}

#[test]
fn the_shared_form_loads_with_all_its_keys() {
    let text = r#"{"project":"p","repo":"o/r","workdir":"/w","socket":"/s","created":"2026-01-17T00:00:00Z",
        "model":"m","modelTier":"high","phases":[{"name":"Phase 1","tasks":[{"id":"t1","issue":1,"title":"Fix X",
        "files":["src/foo.js"],"dependsOn":[],"status":"pr_open","worktree":null,"tmuxSession":null,
        "startedAt":null,"lastProgress":null,"completedAt":null,"prNumber":null}]}]}"#;
    let manifest = load(text, Format::Json).expect("is sound");
    let task = &manifest.tasks[0];
    assert_eq!(
        (task.id.as_str(), task.issue, task.state),
        ("t1", Some(1), crate::TaskState::PrOpen)
    );
    assert_eq!((task.branch.as_str(), manifest.base.as_str()), ("fix/issue-1", "main"));
}

#[test]
fn both_spellings_and_both_places_of_tasks_mean_the_same() {
    let nested = "max_parallel = 3\n[[phase]]\nname = \"one\"\n[[phase.task]]\nid = \"a\"\n\
                  [[phase.task]]\nid = \"b\"\ndepends_on = [\"a\"]\n";
    let flat = "maxParallel = 3\n[[phases]]\nname = \"one\"\n[[tasks]]\nid = \"a\"\nphase = \"one\"\n\
                [[tasks]]\nid = \"b\"\nphase = \"one\"\ndependsOn = [\"a\"]\n";
    let both = [nested, flat].map(|text| load(text, Format::Toml).expect("is sound"));
    assert_eq!(both[0], both[1]);
}

#[test]
fn every_problem_is_told_at_once_with_its_way_out() {
    let told = problems(
        "maxParallel = 0\nbranch = \"work\"\n[[phase]]\nname = \"one\"\n[[task]]\nid = \"a\"\nphase = \"onne\"\n\
         files = [\"/etc\"]\ndependsOn = [\"a\", \"B\"]\n[[task]]\nid = \"b\"\n[[task]]\nid = \"c c\"\n",
    );
    let expected = [
        "`maxParallel` is 0, so nothing would ever start: leave it out, or give at least 1",
        "a: there is no phase `onne`; the phases are `one`",
        "a: it depends on itself",
        "a: `dependsOn` names `B`, which no task is called; did you mean `a`, `b`",
        "a: `files`: `/etc` is absolute: write it relative to the root of the repository",
        "`c c`: ` ` is not allowed in the task id `c c`: use letters a-z A-Z, digits, `-` and `_`",
        "`a` and `b` would share the branch `work`: give one of them another `branch`",
    ];
    assert_eq!(told, expected);
    assert_eq!(
        problems(""),
        ["it has no task: list some under `[[task]]`, or under `tasks` of a phase"]
    );
}

#[test]
fn a_circle_is_told_with_its_way() {
    let task = |id: &str, on: &str| format!("[[task]]\nid = \"{id}\"\ndependsOn = [\"{on}\"]\n");
    let text = [task("x", "a"), task("a", "b"), task("b", "c"), task("c", "a")].concat();
    assert_eq!(problems(&text), ["a circle of tasks that wait for each other: a → b → c → a"]);
}

#[test]
fn a_dependency_on_a_later_phase_is_told_with_its_way() {
    let text = "[[phase]]\nname = \"one\"\n[[phase]]\nname = \"two\"\n[[task]]\nid = \"a\"\nphase = \"one\"\n\
                dependsOn = [\"b\"]\n[[task]]\nid = \"b\"\nphase = \"two\"\n";
    let told = problems(text);
    assert!(told.len() == 1 && told[0].contains("a → b → the end of `one` → a"), "{told:?}");
}

#[test]
fn an_unknown_key_is_told_with_its_line() {
    let told = problems("[[task]]\nid = \"a\"\nfile = [\"x\"]\n").join("\n");
    assert!(told.contains("line 3") && told.contains("unknown field `file`"), "{told}");
    let json =
        load("{\n\"phases\": [],\n\"taks\": []}", Format::Json).expect_err("has a wrong key");
    assert!(json.to_string().contains("unknown field `taks`"), "{json}");
    assert!(json.to_string().contains("line 3"), "{json}");
}

#[test]
fn a_branch_that_git_refuses_is_refused() {
    for branch in ["HEAD", "a b", "a..b", "-a", "a.lock", "a/.b", "a//b", "@", "a@{b", "x\\u0007"] {
        let told = problems(&format!("[[task]]\nid = \"a\"\nbranch = \"{branch}\"\n"));
        assert!(told[0].contains("cannot name a branch"), "{branch}: {told:?}");
    }
}

#[test]
fn a_branch_that_is_the_base_or_cannot_stand_beside_another_is_refused_and_so_are_the_watchdogs_names()
 {
    let task = |id: &str, branch: &str| format!("[[task]]\nid = \"{id}\"\nbranch = \"{branch}\"\n");
    let text = [
        task("a", "main"),
        task("b", "x"),
        task("c", "x/y"),
        task("d", "xy"),
        task("e", "z/1"),
        task("f", "z"),
    ]
    .concat();
    assert_eq!(
        problems(&text),
        [
            "a: its branch `main` is the base, which nothing is pushed to: give it another `branch`",
            "`b` and `c`: git cannot have the branch `x` beside `x/y`: give one of them another `branch`",
            "`e` and `f`: git cannot have the branch `z` beside `z/1`: give one of them another `branch`",
        ]
    );
    // What an earlier version has begun goes on.
    assert!(crate::load_stored(&text, Format::Toml).is_ok());
    for id in crate::RESERVED {
        let told = problems(&format!("[[task]]\nid = \"{id}\"\n"));
        assert_eq!(
            told,
            [format!("`{id}`: the name is reserved for the watchdog: choose another")]
        );
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in any::<String>(), json in any::<bool>()) {
        let format = if json { Format::Json } else { Format::Toml };
        let _ = load(&text, format);
    }

    /// Whatever depends on whatever: it is sound, or a circle is told that is one.
    #[test]
    fn every_told_circle_is_one(edges in proptest::collection::vec((0_usize..7, 0_usize..7), 0..12)) {
        let text: String = (0..7)
            .map(|at| {
                let on = edges.iter().filter(|(from, to)| *from == at && to != from);
                let on: Vec<String> = on.map(|(_, to)| format!("t{to}")).collect();
                format!("[[task]]\nid = \"t{at}\"\ndependsOn = {on:?}\n")
            })
            .collect();
        match load(&text, Format::Toml) {
            Ok(manifest) => {
                // Whatever is sound has an order: take out, again and again, what depends on nothing that is left.
                let mut left: Vec<usize> = (0..manifest.tasks.len()).collect();
                while !left.is_empty() {
                    let before = left.len();
                    let now = left.clone();
                    left.retain(|at| manifest.tasks[*at].depends_on.iter().any(|on| now.contains(on)));
                    prop_assert!(left.len() < before, "a circle was not told");
                }
            }
            Err(LoadError::Problems(problems)) => {
                for problem in problems {
                    let Problem::Circle { path } = problem else { panic!("{problem}") };
                    prop_assert_eq!(path.first(), path.last());
                    for pair in path.windows(2) {
                        let place = |id: &String| id[1..].parse::<usize>().expect("a number");
                        prop_assert!(edges.contains(&(place(&pair[0]), place(&pair[1]))));
                    }
                }
            }
            Err(LoadError::Form(text)) => panic!("{text}"),
        }
    }
}
