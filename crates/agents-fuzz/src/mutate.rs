//! Which input comes of another one by small changes?

use crate::dice::Dice;

/// No input grows longer, in bytes. A screen, a hook's report and a record fit many times.
pub(crate) const LONGEST: usize = 1 << 16;

/// Bytes and texts at which readers of text err.
const NASTY: [&[u8]; 24] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"\x1b[2J",
    b"\x1b]0;",
    b"\x07",
    b"\x7f",
    b"\xff",
    b"\xc3",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    "é".as_bytes(),
    "👩‍👩‍👧".as_bytes(),
    "日本".as_bytes(),
    "\u{a0}".as_bytes(),
    "٣".as_bytes(),
    b"-1",
    b"18446744073709551615",
    b"9223372036854775807",
    b"1e999",
    b"\"",
    b"\\",
];

/// Numbers at which arithmetic ends.
const NUMBERS: [&[u8]; 10] = [
    b"0",
    b"1",
    b"59",
    b"60",
    b"2147483647",
    b"4294967295",
    b"253402300800",
    b"9223372036854775807",
    b"18446744073709551614",
    b"18446744073709551615",
];

/// `input` with one to six changes; pieces may come from `other` and from `words`.
pub(crate) fn mutated(input: &[u8], other: &[u8], words: &[&str], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=dice.below(6) {
        change(&mut bytes, other, words, dice);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], words: &[&str], dice: &mut Dice) {
    let at = dice.below(bytes.len() + 1);
    let span = at..(at + dice.below(32)).min(bytes.len());
    match dice.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << dice.below(8);
            }
        }
        1 => drop(bytes.drain(span)),
        2 | 3 => {
            let word = dice.pick(words).copied().unwrap_or_default();
            bytes.splice(span.start..span.start, word.bytes());
        }
        4 => {
            let nasty = dice.pick(&NASTY).copied().unwrap_or_default();
            bytes.splice(span, nasty.iter().copied());
        }
        5 => {
            // The same again and again is what makes a slow reader slow.
            let piece = bytes[span.clone()].repeat(1 << dice.below(9));
            bytes.splice(span.end..span.end, piece);
        }
        6 => {
            let from = dice.below(other.len() + 1);
            let to = (from + dice.below(200)).min(other.len());
            bytes.splice(span, other[from..to].iter().copied());
        }
        7 => number(bytes, dice),
        _ => {
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
            let (one, two) = (dice.below(lines.len()), dice.below(lines.len()));
            if !lines.is_empty() {
                lines.swap(one, two);
            }
            *bytes = lines.concat();
        }
    }
}

/// Puts another number in the place of one, or another digit in the place of its first.
fn number(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[*at - 1].is_ascii_digit()))
        .collect();
    let Some(start) = dice.pick(&starts).copied() else { return };
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    match dice.pick(&NUMBERS) {
        Some(edge) if dice.below(2) == 0 => {
            bytes.splice(start..start + digits, edge.iter().copied());
        }
        Some(_) | None => bytes[start] = b'0' + u8::try_from(dice.below(10)).unwrap_or(0),
    }
}
