use super::*;
use crate::progress::Now;
use crate::{Format, load};

/// Done from 0 to 40 s, at work since 40 s, and not begun.
fn three() -> (Manifest, Work) {
    let text = "[[task]]\nid = \"first\"\ntitle = \"<b> & co\"\n[[task]]\nid = \"b\"\n[[task]]\nid = \"c\"\n";
    let manifest = load(text, Format::Toml).unwrap();
    let mut work = Work::begin(&manifest, Now::default());
    work.tasks[0].state = TaskState::PrOpen;
    (work.tasks[0].started_ms, work.tasks[0].ended_ms) = (Some(1_000), Some(41_000));
    work.tasks[1].state = TaskState::Running;
    work.tasks[1].started_ms = Some(41_000);
    (manifest, work)
}

#[test]
fn a_bar_is_full_at_the_end_and_never_before() {
    assert_eq!(bar(0, 3, 6), "[------]");
    assert_eq!(bar(1, 3, 6), "[##----]");
    assert_eq!(bar(99, 100, 20), "[###################-]");
    assert_eq!(bar(3, 3, 6), "[######]");
    assert_eq!(bar(0, 0, 6), "[######]");
}

#[test]
fn each_task_has_a_row_from_its_start_to_its_end() {
    let (manifest, work) = three();
    assert_eq!(
        rows(&manifest, &work, 61_000, 12),
        [
            "      |0           | 60 s",
            "first |########    | 40 s, pr_open",
            "b     |        ====| 20 s, running",
            "c     |            | pending",
        ]
    );
    let nothing = Work::begin(&manifest, Now::default());
    assert_eq!(rows(&manifest, &nothing, 61_000, 12), Vec::<String>::new());
}

#[test]
fn what_took_no_time_is_seen_and_stays_inside() {
    let (manifest, mut work) = three();
    (work.tasks[2].state, work.tasks[2].started_ms) = (TaskState::Error, Some(61_000));
    work.tasks[2].ended_ms = Some(61_000);
    let drawn = rows(&manifest, &work, 61_000, 12);
    assert_eq!(drawn[3], "c     |           !| 0 s, error");
}

#[test]
fn the_picture_is_xml_whatever_a_task_is_called() {
    let (manifest, work) = three();
    let svg = svg("a <fleet>", &manifest, &work, (61_000, &|ms| format!("at {ms}")));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{svg}");
    assert!(svg.contains("<title>a &lt;fleet&gt;</title>"), "{svg}");
    assert!(svg.contains("&lt;b&gt; &amp; co: pr_open, 40 s, attempts: 0"), "{svg}");
    assert!(svg.contains("<rect x=\"190\" y=\"30\" width=\"480\""), "{svg}");
    assert!(svg.contains("<rect x=\"670\" y=\"54\" width=\"240\""), "{svg}");
    assert!(svg.contains(">at 1000<") && svg.contains(">at 61000<"), "{svg}");
}

#[test]
fn a_phase_says_how_far_it_is_and_how_much_longer_it_may_take() {
    let (manifest, work) = three();
    let phases = crate::report::phases(&manifest, &work, 61_000);
    assert_eq!(
        progress_row(&phases[0]),
        "all: [######--------------] 1 of 3, 60 s, about 80 s left"
    );
}
