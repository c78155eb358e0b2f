use super::of;
use crate::activity::fixture::screen;

#[test]
fn our_text_is_known_however_it_is_broken() {
    let shown = |screen_text: &str| {
        of(
            &screen(screen_text).rows,
            "go on with the phase, and report to the board when all of it is done",
        )
    };
    assert_eq!(
        shown("x / ❯ go on with the phase, and report to the board when all of it is done / y"),
        [1]
    );
    assert_eq!(
        shown(
            "│ > go on with the   │ / │   phase, and report to the board when   │ /  / │   all of it is done │ / y"
        ),
        [0, 1, 3]
    );
    assert_eq!(
        shown("go on with the pha / se, and report / to the board / go on with the phase,"),
        [0, 1, 2, 3]
    );
    // The beginning has scrolled away.
    assert_eq!(shown("and report to the board when all of / it is done / x"), [0, 1]);
    for chance in [
        "x / and report to the board when all of",
        "report to the board",
        "go on / with",
        "report on the phase",
        "",
    ] {
        assert_eq!(shown(chance), Vec::<usize>::new(), "{chance:?}");
    }
}
