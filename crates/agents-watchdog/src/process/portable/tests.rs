use super::*;

#[test]
fn lines_of_every_system_are_read() {
    let cases = [
        // procps
        ("   42     7    40 Ss   00:00:08 Sat Nov 21 12:51:45 2026", 8_000),
        ("   42     7    40 R+ 1-02:03:04 Sat Nov  1 12:51:45 2026", 93_784_000),
        // macOS and BSD
        ("42 7 40 S+     0:00.05 Sat Nov 21 12:51:45 2026", 50),
        ("42 7 40 SN   123:04.5 Sat Nov 21 12:51:45 2026", 7_384_500),
    ];
    for (line, milliseconds) in cases {
        let row = parse_line(line).unwrap();
        assert_eq!((row.pid, row.parent, row.group), (42, 7, 40), "{line}");
        assert_eq!(row.cpu, Duration::from_millis(milliseconds), "{line}");
        assert!(!row.ended);
    }
    let row = parse_line("1 0 0 Z 00:00:00 Sat Nov  1 12:51:45 2026").unwrap();
    assert!(row.ended);
    assert_eq!(row.start, StartMark::Date("Sat Nov 1 12:51:45 2026".to_owned()));
}

#[test]
fn a_line_that_is_not_understood_spoils_the_look() {
    let good = "42 7 40 S 00:00:08 Sat Nov 21 12:51:45 2026";
    assert_eq!(parse(&format!("{good}\n\n{good}\n")).unwrap().len(), 2);
    for bad in [
        "42 7 S 00:00:08 Sat Nov 21 12:51:45 2026",
        "42 7 40 S 8 Sat Nov 21 12:51:45 2026",
        "42 7 40 S 00:00:08 Nov 21",
        "42 7 40 S",
        "ps: unknown option",
    ] {
        let refused = parse(&format!("{good}\n{bad}\n"));
        assert!(matches!(refused, Err(ProcessError::NotUnderstood { .. })), "{bad}");
    }
}

#[test]
fn the_program_agrees_with_what_we_know_of_ourselves() {
    let us = std::process::id();
    match rows() {
        Ok(rows) => {
            let listed = rows.iter().find(|row| row.pid == us).unwrap();
            assert_eq!(listed.parent, std::os::unix::process::parent_id());
            let alone = row(us).unwrap().unwrap();
            assert_eq!((alone.parent, alone.group), (listed.parent, listed.group));
            assert_eq!(row(i32::MAX.unsigned_abs()).unwrap(), None);
        }
        Err(error) => {
            let missing = std::process::Command::new("ps").output().is_err();
            assert!(missing, "`ps` is here and gave no answer: {error}");
        }
    }
}
