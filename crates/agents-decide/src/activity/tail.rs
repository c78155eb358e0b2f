//! Which rows of a screen are the end of it?

/// The last `count` rows that say something, top to bottom.
///
/// Full-screen programs draw from the top and frame their text, so counting raw rows from the bottom finds mostly
/// empty ones.
pub(crate) fn tail(rows: &[String], count: usize) -> Vec<&str> {
    numbered_tail(rows, count).into_iter().map(|(_, row)| row).collect()
}

/// The same, with the number of each row.
pub(crate) fn numbered_tail(rows: &[String], count: usize) -> Vec<(usize, &str)> {
    let mut last: Vec<(usize, &str)> = rows
        .iter()
        .enumerate()
        .rev()
        .map(|(at, row)| (at, row.trim_end()))
        .filter(|(_, row)| !is_blank(row))
        .take(count)
        .collect();
    last.reverse();
    last
}

/// Whether a row holds nothing but spaces and frames.
fn is_blank(row: &str) -> bool {
    row.chars().all(is_filler)
}

/// A space, or a sign of the box-drawing and block ranges, which draw borders and rules.
pub(crate) fn is_filler(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '\u{2500}'..='\u{259f}')
}
