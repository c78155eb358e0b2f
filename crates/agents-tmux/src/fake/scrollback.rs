//! How much is kept of a text that only grows? Its end, so that hours of it cost no more than minutes.

/// Forgets the first rows of a text that has grown to twice what is kept; what stays begins with a whole row.
pub(crate) fn forget(text: &mut String, kept: usize) {
    if text.len() <= 2 * kept {
        return;
    }
    let from = text.len() - kept;
    let row = text.as_bytes()[from..].iter().position(|byte| *byte == b'\n');
    text.drain(..row.map_or(0, |row| from + row + 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_stays_in_whole_rows() {
        let mut text = "aaa\nbbb\nccc\n".to_owned();
        forget(&mut text, 6);
        assert_eq!(text, "aaa\nbbb\nccc\n");
        text.push_str("é\n");
        forget(&mut text, 6);
        assert_eq!(text, "é\n");
    }
}
