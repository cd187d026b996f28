//! Bars of text.

/// What is left of a whole, as a bar: `██░░` is half; `most` is what a bar of `width` cells stands for.
///
/// Whatever is left has at least one cell, so that nothing but nothing looks like it.
pub fn bar(left: u64, whole: u64, most: u64, width: u16) -> String {
    let cells = |n: u64| usize::try_from((n * u64::from(width)).div_ceil(most.max(1))).unwrap_or(0);
    let left = cells(left.min(whole));
    "█".repeat(left) + &"░".repeat(cells(whole).saturating_sub(left))
}

#[cfg(test)]
mod tests {
    use super::bar;

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
