//! Which texts is everything tried with? Those of `corpus/`, one a line.

use std::path::Path;

const INJECTIONS: &str = include_str!("corpus/injections.txt");
const ESCAPES: &str = include_str!("corpus/escapes.txt");

/// Texts that something once took for code; who runs one makes the file `canary`.
pub fn injections(canary: &Path) -> Vec<String> {
    let canary = canary.to_str().unwrap();
    let texts: Vec<String> =
        lines(INJECTIONS).map(|line| unescaped(line).replace("CANARY", canary)).collect();
    assert!(texts.len() >= 300, "{}", texts.len());
    texts
}

/// What a terminal obeys, as a program prints it.
pub fn escapes() -> Vec<Vec<u8>> {
    let sequences: Vec<Vec<u8>> = lines(ESCAPES)
        .map(|line| match line.strip_prefix("BYTES ") {
            Some(bytes) => unescaped(bytes).chars().map(|c| u8::try_from(c).unwrap()).collect(),
            None => unescaped(line).into_bytes(),
        })
        .collect();
    assert!(sequences.len() >= 200, "{}", sequences.len());
    sequences
}

fn lines(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter(|line| !line.is_empty() && !line.starts_with("# "))
}

/// The text with `\n`, `\r`, `\t`, `\"`, `\\`, `\xHH` and `\u{H…}` replaced.
fn unescaped(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let code = match rest.next().unwrap() {
            'n' => u32::from('\n'),
            'r' => u32::from('\r'),
            't' => u32::from('\t'),
            'x' => hexadecimal(&rest.by_ref().take(2).collect::<String>()),
            'u' => hexadecimal(
                rest.by_ref().skip(1).take_while(|c| *c != '}').collect::<String>().as_str(),
            ),
            itself => u32::from(itself),
        };
        text.push(char::from_u32(code).unwrap());
    }
    text
}

fn hexadecimal(digits: &str) -> u32 {
    u32::from_str_radix(digits, 16).unwrap()
}

/// What a terminal could obey in `shown`: C0 but line feed and tab, DEL, C1 in either spelling, marks that turn text.
pub fn obeyed(shown: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(shown) {
        Ok(text) => text,
        Err(error) => return Some(format!("no UTF-8 at byte {}", error.valid_up_to())),
    };
    let is_bad = |c: &char| {
        let turns = matches!(
            c,
            '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        (c.is_control() && !matches!(c, '\n' | '\t')) || turns
    };
    let bad = text.chars().find(is_bad)?;
    let row = text.lines().find(|row| row.contains(bad)).unwrap_or_default();
    Some(format!("{bad:?} in {row:?}"))
}

#[test]
fn the_corpora_say_what_they_mean() {
    assert_eq!(unescaped(r#"a\n\x1b\u{9b}\"\\ #"#), "a\n\u{1b}\u{9b}\"\\ #");
    let canary = Path::new("/c");
    assert!(injections(canary).iter().any(|text| text == "$(touch /c)"));
    assert!(escapes().contains(&b"\x9b31m".to_vec()) && escapes().contains(&b"\x1b[3A".to_vec()));
    for bad in [&b"\x1b"[..], b"\x9b", b"\xc2\x9b", b"\r", b"\x7f", "\u{202e}".as_bytes()] {
        assert!(obeyed(bad).is_some(), "{bad:?}");
    }
    assert_eq!(obeyed("a\tb\né".as_bytes()), None);
}
