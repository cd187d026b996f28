//! Bars and lines of text.

/// What is left of a whole, as a bar: `██░░` is half; `most` is what a bar of `width` cells stands for.
///
/// Whatever is left has at least one cell, so that nothing but nothing looks like it.
pub fn bar(left: u64, whole: u64, most: u64, width: u16) -> String {
    let cells = |n: u64| usize::try_from((n * u64::from(width)).div_ceil(most.max(1))).unwrap_or(0);
    let left = cells(left.min(whole));
    "█".repeat(left) + &"░".repeat(cells(whole).saturating_sub(left))
}

/// A part of a stretch of time as a bar of `width` cells, placed where it was: `··██····`. No part: no bar.
///
/// Any part has at least one cell, and what lies outside of the whole is shown at its edge.
pub fn span(part: Option<(i64, i64)>, whole: i64, width: u16) -> String {
    let width = i128::from(width.max(1));
    let place = |at: i64| i128::from(at) * width;
    let whole = i128::from(whole.max(1));
    let (begin, end) = match part {
        None => (0, 0),
        Some((begin, end)) => {
            let begin = (place(begin) / whole).clamp(0, width - 1);
            (begin, ((place(end) + whole - 1) / whole).clamp(begin + 1, width))
        }
    };
    let cells = |n: i128| usize::try_from(n).unwrap_or(0);
    "·".repeat(cells(begin)) + &"█".repeat(cells(end - begin)) + &"·".repeat(cells(width - end))
}

/// Values in the order of time as a line of small bars, from the least of them to the most: `▁▅█`. Equal ones are low.
pub fn spark(values: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let place = |value: f64| {
        BARS.iter().rev().zip((0..BARS.len()).rev()).find(|(_, n)| {
            let from = least + (most - least) * f64::from(u8::try_from(*n).unwrap_or(0)) / 8.0;
            *n == 0 || (most > least && value > from)
        })
    };
    values.iter().filter_map(|value| place(*value)).map(|(bar, _)| *bar).collect()
}

#[cfg(test)]
mod tests {
    use super::{bar, span, spark};

    #[test]
    fn a_line_rises_and_falls_with_its_values() {
        assert_eq!(spark(&[0.0, 1.0, 0.5, 1.0]), "▁█▄█");
        assert_eq!(spark(&[3.0, 3.0]), "▁▁");
        assert_eq!(spark(&[-1.0, 7.0]), "▁█");
        assert_eq!(spark(&[]), "");
    }

    #[test]
    fn a_span_stands_where_it_was() {
        assert_eq!(span(Some((0, 50)), 100, 8), "████····");
        assert_eq!(span(Some((50, 100)), 100, 8), "····████");
        assert_eq!(span(Some((25, 26)), 100, 8), "··█·····");
        assert_eq!(span(None, 100, 4), "····");
    }

    #[test]
    fn a_span_outside_of_the_whole_is_shown_at_its_edge() {
        assert_eq!(span(Some((100, 100)), 100, 4), "···█");
        assert_eq!(span(Some((-5, i64::MAX)), 100, 4), "████");
        assert_eq!(span(Some((200, 300)), 100, 4), "···█");
        assert_eq!(span(Some((0, 0)), 0, 4), "█···");
    }

    #[test]
    fn a_bar_shows_what_is_left_of_the_whole() {
        assert_eq!(bar(2, 4, 4, 8), "████░░░░");
        assert_eq!(bar(4, 4, 8, 8), "████");
        assert_eq!(bar(0, 3, 3, 6), "░░░░░░");
        assert_eq!(bar(0, 0, 0, 6), "");
    }

    #[test]
    fn little_is_more_than_nothing_and_no_bar_is_too_wide() {
        assert_eq!(bar(1, 1000, 1000, 5), "█░░░░");
        assert_eq!(bar(1000, 1000, 1000, 5), "█████");
        assert_eq!(bar(9, 3, 3, 3), "███");
    }
}
