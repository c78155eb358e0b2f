use super::world::World;
use super::*;

fn branch(pushed: Result<Pushed, GitError>) -> GitLook {
    match pushed.unwrap() {
        Pushed::Branch(look) => look,
        Pushed::Nothing => panic!("nothing was pushed"),
    }
}

fn subjects(look: &GitLook) -> Vec<&str> {
    match &look.news {
        News::Commits(commits) => commits.iter().map(|commit| commit.subject.as_str()).collect(),
        News::First | News::BaseUnknown => panic!("{:?}", look.news),
    }
}

#[tokio::test]
async fn the_first_look_takes_the_head_and_tells_no_news() {
    let world = World::new();
    let head = world.commit("one");
    world.push("main");
    let look = branch(world.look(None).await);
    assert_eq!((look.head, look.branch.as_str(), look.news), (head, "main", News::First));
}

#[tokio::test]
async fn commits_after_the_base_come_oldest_first_as_one_line_each() {
    let world = World::new();
    let base = world.commit("one");
    world.push("main");
    assert_eq!(subjects(&branch(world.look(Some(&base)).await)), [""; 0]);
    let second = world.commit("two\nlines of subject\n\nand a body");
    world.commit("three: ünï");
    world.push("main");
    let look = branch(world.look(Some(&base)).await);
    assert_eq!(subjects(&look), ["two lines of subject", "three: ünï"]);
    let News::Commits(commits) = &look.news else { unreachable!() };
    assert_eq!(commits[0].id, second);
    assert_eq!(commits[1].id, look.head);
}

#[tokio::test]
async fn without_a_base_the_whole_history_is_news() {
    let world = World::new();
    world.commit("one");
    world.commit("claim: P1");
    world.push("main");
    let found = look(&world.source("ours"), &Since::Ever, world::LIMIT).await;
    assert_eq!(subjects(&branch(found)), ["one", "claim: P1"]);
}

#[tokio::test]
async fn a_merge_brings_the_commits_of_both_sides() {
    let world = World::new();
    let base = world.commit("one");
    world.git("pusher", ["switch", "--quiet", "-c", "side"]);
    world.commit("on the side");
    world.git("pusher", ["switch", "--quiet", "main"]);
    world.commit("on main");
    world.git("pusher", ["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    world.push("main");
    let look = branch(world.look(Some(&base)).await);
    let mut found = subjects(&look);
    assert_eq!(found.pop(), Some("merge"));
    found.sort_unstable();
    assert_eq!(found, ["on main", "on the side"]);
}

#[tokio::test]
async fn the_configured_branch_is_read_and_no_other() {
    let world = World::new();
    let base = world.commit("one");
    world.push("main");
    world.push("work/handoff");
    world.commit("claim: P1");
    world.push("work/handoff");
    let mut source = world.source("ours");
    source.branch = Some("work/handoff".to_owned());
    let look = branch(look(&source, &Since::Commit(base.clone()), world::LIMIT).await);
    assert_eq!((look.branch.as_str(), subjects(&look)), ("work/handoff", vec!["claim: P1"]));
    assert_eq!(subjects(&branch(world.look(Some(&base)).await)), [""; 0]);
}

#[tokio::test]
async fn the_default_branch_is_the_one_of_the_remote_then_main_then_master() {
    let world = World::new();
    world.commit("one");
    world.push("master");
    assert_eq!(branch(world.look(None).await).branch, "master");
    world.push("trunk");
    world.push("main");
    world.git("ours", ["fetch", "--quiet"]);
    assert_eq!(branch(world.look(None).await).branch, "main");
    world.git("ours", ["remote", "set-head", "origin", "trunk"]);
    assert_eq!(branch(world.look(None).await).branch, "trunk");
}

#[tokio::test]
async fn f38_a_rewritten_history_shows_its_own_commits() {
    let world = World::new();
    let first = world.commit("one");
    let base = world.commit("two");
    world.push("main");
    branch(world.look(None).await);
    world.git("pusher", ["commit", "--quiet", "--allow-empty", "--amend", "-m", "two, amended"]);
    world.push("main");
    assert_eq!(subjects(&branch(world.look(Some(&base)).await)), ["two, amended"]);
    world.git("pusher", ["reset", "--quiet", "--hard", &first]);
    world.commit("another two");
    world.commit("claim: P1");
    world.push("main");
    let look = branch(world.look(Some(&base)).await);
    assert_eq!(subjects(&look), ["another two", "claim: P1"]);
    world.git("pusher", ["reset", "--quiet", "--hard", &first]);
    world.push("main");
    let look = branch(world.look(Some(&base)).await);
    assert_eq!((look.head.as_str(), subjects(&look).len()), (first.as_str(), 0));
}

#[tokio::test]
async fn a_base_that_is_not_stored_here_is_unknown_and_not_no_news() {
    let world = World::new();
    let first = world.commit("one");
    let base = world.commit("two");
    world.push("main");
    world.git("pusher", ["reset", "--quiet", "--hard", &first]);
    world.commit("another two");
    world.push("main");
    // Our copy is younger than the rewriting.
    let zeros = "0".repeat(40);
    let tree = world.git("pusher", ["rev-parse", "HEAD^{tree}"]);
    for unknown in [base.as_str(), &zeros, &tree, &first[..10], "", "HEAD", "--all"] {
        let look = branch(world.look(Some(unknown)).await);
        assert_eq!(look.news, News::BaseUnknown, "{unknown:?}");
    }
    assert_eq!(subjects(&branch(world.look(Some(&first)).await)), ["another two"]);
}

#[tokio::test]
async fn f38_a_base_that_was_collected_is_unknown() {
    let world = World::new();
    let first = world.commit("one");
    let base = world.commit("two");
    world.push("main");
    branch(world.look(None).await);
    world.git("pusher", ["reset", "--quiet", "--hard", &first]);
    world.commit("another two");
    world.push("main");
    branch(world.look(None).await);
    world.git(
        "mirror.git",
        ["reflog", "expire", "--expire=all", "--expire-unreachable=all", "--all"],
    );
    world.git("mirror.git", ["gc", "--quiet", "--prune=now"]);
    assert_eq!(branch(world.look(Some(&base)).await).news, News::BaseUnknown);
    assert_eq!(subjects(&branch(world.look(Some(&first)).await)), ["another two"]);
}

#[tokio::test]
async fn inboxes_are_looked_for_in_the_subfolder_and_then_at_the_root() {
    let world = World::new();
    world.commit_file("state/a.md", "in the folder");
    world.commit_file("a.md", "at the root");
    world.commit_file("b.md", "at the root");
    world.commit_file("empty.md", "");
    world.commit_file("folder.md/inner", "");
    world.push("main");
    let mut source = world.source("ours");
    let asked = ["a.md", "b.md", "empty.md", "none.md", "folder.md", "../a.md", "*.md"];
    source.inboxes = asked.map(str::to_owned).to_vec();
    let look = branch(look(&source, &Since::Head, world::LIMIT).await);
    let digests: Vec<Option<&str>> =
        look.inboxes.iter().map(|inbox| inbox.digest.as_deref()).collect();
    assert!(look.inboxes.iter().map(|inbox| inbox.file.as_str()).eq(asked));
    // As `md5sum` prints them.
    let expected = [
        Some("59ee0e3693a40f48d06d4740ac754984"),
        Some("236ed6679a19a7bd9e75478cc3a777ab"),
        Some("d41d8cd98f00b204e9800998ecf8427e"),
        None,
        None,
        None,
        None,
    ];
    assert_eq!(digests, expected);
    source.state_subdir = "./".to_owned();
    let look = branch(read(&source, &Since::Head).await);
    assert_eq!(look.inboxes[0].digest, look.inboxes[1].digest);
}

#[tokio::test]
async fn reading_looks_at_what_was_fetched_and_at_nothing_else() {
    let world = World::new();
    let base = world.commit("one");
    world.push("main");
    branch(world.look(None).await);
    world.commit("two");
    world.push("main");
    assert_eq!(branch(read(&world.source("ours"), &Since::Head).await).head, base);
}

#[tokio::test]
async fn a_remote_with_nothing_in_it_is_no_error() {
    let world = World::new();
    assert_eq!(world.look(None).await.unwrap(), Pushed::Nothing);
    let mut source = world.source("ours");
    source.branch = Some("work".to_owned());
    assert_eq!(look(&source, &Since::Head, world::LIMIT).await.unwrap(), Pushed::Nothing);
}

#[tokio::test]
async fn f38_a_branch_that_the_remote_no_longer_has_is_gone_and_not_unchanged() {
    let world = World::new();
    world.commit("one");
    world.push("main");
    branch(world.look(None).await);
    world.push("renamed");
    world.git("remote.git", ["symbolic-ref", "HEAD", "refs/heads/renamed"]);
    world.git("remote.git", ["branch", "-D", "main"]);
    assert_eq!(world.look(None).await.unwrap(), Pushed::Nothing);
}

#[tokio::test]
async fn wrong_settings_are_definite() {
    let world = World::new();
    world.commit("one");
    world.push("main");
    std::fs::create_dir(world.path("plain")).unwrap();
    for name in ["plain", "nowhere"] {
        let error = look(&world.source(name), &Since::Head, world::LIMIT).await.unwrap_err();
        assert!(matches!(error, GitError::NoRepository { .. }), "{name}: {error}");
        assert!(error.is_definite() && error.to_string().contains(name), "{error}");
    }
    let mut source = world.source("ours");
    source.remote = "upstream".to_owned();
    for answer in
        [read(&source, &Since::Head).await, look(&source, &Since::Head, world::LIMIT).await]
    {
        let error = answer.unwrap_err();
        assert!(matches!(error, GitError::NoRemote { .. }), "{error}");
        assert!(error.is_definite() && error.to_string().contains("upstream"));
    }
    for name in ["", "-x", "--upload-pack=touch x", "a b", "a:b", "a*", "a..b", "a\0b", "a\nb"] {
        for of_branch in [true, false] {
            let mut source = world.source("ours");
            if of_branch {
                source.branch = Some(name.to_owned());
            } else {
                source.remote = name.to_owned();
            }
            let error = look(&source, &Since::Head, world::LIMIT).await.unwrap_err();
            assert!(matches!(error, GitError::BadName { .. }), "{name:?}: {error}");
            assert!(error.is_definite());
        }
    }
}

#[tokio::test]
async fn a_damaged_repository_is_not_known_to_be_anything() {
    let world = World::new();
    let base = world.commit("one");
    world.commit("two");
    world.push("main");
    branch(world.look(None).await);
    std::fs::remove_dir_all(world.path("mirror.git/objects")).unwrap();
    std::fs::create_dir(world.path("mirror.git/objects")).unwrap();
    let error = read(&world.source("ours"), &Since::Commit(base.clone())).await.unwrap_err();
    assert!(matches!(error, GitError::Failed { .. }), "{error}");
    assert!(!error.is_definite());
}

/// Runs through all that a look can answer, in a repository of another format.
async fn answers_are_the_same_in(format: &str) {
    let world = World::with("ours", &[format]);
    assert_eq!(world.look(None).await.unwrap(), Pushed::Nothing);
    let base = world.commit("one");
    world.commit_file("state/in box.md", "letter");
    world.commit("claim: P1 \"$(touch canary)\"");
    world.push("main");
    let mut source = world.source("ours");
    source.inboxes = ["in box.md", "none.md"].map(str::to_owned).to_vec();
    let found = branch(look(&source, &Since::Commit(base.clone()), world::LIMIT).await);
    assert!(Local::open(&source.repo).is_err(), "libgit2 reads {format} now");
    assert_eq!(subjects(&found), ["write state/in box.md", "claim: P1 \"$(touch canary)\""]);
    assert_eq!(found.head, world.git("pusher", ["rev-parse", "HEAD"]));
    assert!(found.inboxes[0].digest.is_some() && found.inboxes[1].digest.is_none());
    let zeros = "0".repeat(base.len());
    assert_eq!(branch(read(&source, &Since::Commit(zeros.clone())).await).news, News::BaseUnknown);
    world.git("ours", ["fetch", "--quiet"]);
    world.git("ours", ["remote", "set-head", "origin", "main"]);
    assert_eq!(branch(read(&source, &Since::Head).await).branch, "main");
    source.branch = Some("other".to_owned());
    assert_eq!(read(&source, &Since::Head).await.unwrap(), Pushed::Nothing);
    source.remote = "upstream".to_owned();
    assert!(read(&source, &Since::Head).await.unwrap_err().is_definite());
}

#[tokio::test]
async fn f38_a_reftable_repository_is_read_by_the_program() {
    answers_are_the_same_in("--ref-format=reftable").await;
}

#[tokio::test]
async fn f38_a_sha256_repository_is_read_by_the_program() {
    answers_are_the_same_in("--object-format=sha256").await;
}

#[tokio::test]
async fn library_and_program_give_the_same_answers() {
    let world = World::new();
    let base = world.commit("one");
    world.commit_file("state/a.md", "text");
    world.commit("two\nlines\n\nbody");
    world.push("main");
    world.git("ours", ["fetch", "--quiet"]);
    world.git("ours", ["remote", "set-head", "origin", "main"]);
    let mut source = world.source("ours");
    source.inboxes = ["a.md", "none.md", "state"].map(str::to_owned).to_vec();
    let runtime = Handle::current();
    let asking = tokio::task::spawn_blocking(move || {
        let library = Local::open(&source.repo).unwrap();
        let program = Program::new(&source.repo, runtime);
        let unknown = Since::Commit("1".repeat(40));
        for since in [Since::Head, Since::Ever, Since::Commit(base.clone()), unknown] {
            let main = ["main".to_owned()];
            let ask = |repository: &dyn Repository| {
                read_in(repository, &source, (&main, &since)).unwrap()
            };
            assert_eq!(ask(&library), ask(&program), "{since:?}");
        }
        for repository in [&library as &dyn Repository, &program] {
            let url = source.repo.with_file_name("remote.git").display().to_string();
            let remote = repository.remote("origin").unwrap();
            assert_eq!(remote, Some(Remote { url, format: None }));
            assert_eq!(repository.remote("orig").unwrap(), None);
            assert_eq!(repository.remote_head("origin").unwrap().as_deref(), Some("main"));
            assert_eq!(repository.remote_head("other").unwrap(), None);
            assert_eq!(repository.tip("refs/remotes/origin/other").unwrap(), None);
        }
    });
    asking.await.unwrap();
}

#[tokio::test]
async fn a_remote_that_is_a_path_is_read_from_where_the_repository_lies() {
    let world = World::new();
    let head = world.commit("one");
    world.push("main");
    world.git("ours", ["remote", "set-url", "origin", "../remote.git"]);
    std::fs::create_dir(world.path("ours/folder")).unwrap();
    let mut source = world.source("ours");
    source.repo = world.path("ours/folder");
    assert_eq!(branch(look(&source, &Since::Head, world::LIMIT).await).head, head);
    let root = std::path::Path::new("/r");
    for (url, meant) in [
        ("../x.git", "/r/../x.git"),
        ("./a:b", "/r/./a:b"),
        ("/abs", "/abs"),
        ("host:path", "host:path"),
        ("git@host:a/b.git", "git@host:a/b.git"),
        ("ssh://host/x", "ssh://host/x"),
        ("https://h/x", "https://h/x"),
    ] {
        assert_eq!(Remote::new(url, root, None).url, meant);
    }
}

#[tokio::test]
async fn the_copy_of_somebody_else_is_read_where_it_is() {
    let world = World::new();
    let head = world.commit("one");
    world.push("main");
    let source = world.source("ours");
    assert_eq!(read_copy(&source).await.unwrap(), None);
    world.git("ours", ["fetch", "--quiet"]);
    assert_eq!(read_copy(&source).await.unwrap(), Some(head));
    assert_eq!(read(&source, &Since::Head).await.unwrap(), Pushed::Nothing);
}

#[tokio::test]
async fn the_mirror_begins_with_what_the_repository_has() {
    let world = World::new();
    let base = world.commit("one");
    world.push("main");
    world.git("ours", ["fetch", "--quiet"]);
    world.commit("two");
    std::fs::rename(world.path("remote.git"), world.path("away.git")).unwrap();
    world.look(None).await.unwrap_err();
    // Without the remote: what it holds came from the repository.
    assert_eq!(branch(read(&world.source("ours"), &Since::Head).await).head, base);
    assert_eq!(world.git("mirror.git", ["fsck", "--full"]), "");
}
