//! How is a row written so that variants of one glyph look alike?

/// Writes `text` with one spelling per family of glyphs, so that patterns need not list variants: typographic quotes
/// become ASCII, `…` becomes `...`, no-break spaces become spaces, any braille pattern becomes `⠿`, the growing stars
/// of a spinner become `✻`, quarter and half circles become `◐`, record dots become `●`; marks without width vanish.
pub(crate) fn fold(text: &str, into: &mut String) {
    // Most rows are plain, and most of the others have plain stretches.
    let plain = |byte: &u8| matches!(byte, b' '..=b'~');
    let mut rest = text;
    loop {
        let count = rest.as_bytes().iter().take_while(|byte| plain(byte)).count();
        let (stretch, other) = rest.split_at(count);
        into.push_str(stretch);
        let Some(c) = other.chars().next() else { return };
        rest = &other[c.len_utf8()..];
        match c {
            '\u{2018}' | '\u{2019}' | '\u{02bc}' => into.push('\''),
            '\u{201c}' | '\u{201d}' => into.push('"'),
            '…' => into.push_str("..."),
            '\t' | '\u{a0}' | '\u{202f}' | '\u{2007}' => into.push(' '),
            '\u{fe0e}' | '\u{fe0f}' | '\u{200b}' | '\u{200d}' | '\u{feff}' | '\r' => {}
            '\u{2800}'..='\u{28ff}' => into.push('⠿'),
            '✢' | '✳' | '✶' | '✷' | '✸' | '✹' | '✺' | '✻' | '✽' | '❋' => {
                into.push('✻')
            }
            '◐'..='◕' | '◴'..='◷' => into.push('◐'),
            '⏺' | '⬤' => into.push('●'),
            _ => into.push(c),
        }
    }
}

/// Writes a pattern with the spellings that rows have after [`fold`].
pub(crate) fn fold_pattern(pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '\u{2018}' | '\u{2019}' => folded.push('\''),
            '\u{201c}' | '\u{201d}' => folded.push('"'),
            '…' => folded.push_str(r"\.\.\."),
            '\u{a0}' => folded.push(' '),
            _ => folded.push(c),
        }
    }
    folded
}

/// The columns that `text` takes on a terminal, near enough to tell a full row from a short one.
pub(crate) fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(columns).sum() }
}

/// The columns of one character: two for the scripts and pictures that terminals draw wide.
pub(crate) fn columns(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        '\u{0300}'..='\u{036f}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
