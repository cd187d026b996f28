//! Reviews for people.

use callboard_service::entity::ReviewVerdict;
use callboard_service::review::{GivenReview, Reviews};

use super::{Cell, Style, Table, Text, words};

/// Reviews that were given, newest first.
pub fn given(reviews: &[GivenReview]) -> Table {
    let mut table = Table::new(["WHEN", "VERDICT", "REVIEWER", "WHY"]);
    for review in reviews {
        table.row([
            Cell::new(words::time(review.at)),
            Cell::styled(verdict_style(review.verdict), review.verdict),
            Cell::new(&review.reviewer),
            Cell::optional(review.reason.as_ref()),
        ]);
    }
    table
}

pub fn verdict_style(verdict: ReviewVerdict) -> Style {
    match verdict {
        ReviewVerdict::Accepted => Style::Good,
        ReviewVerdict::Rejected => Style::Bad,
    }
}

/// What waits for a review, and the reviews of the item that was named.
pub fn list(text: &mut Text, found: &Reviews, of_item: bool) {
    let mut table = Table::new(["KEY", "PRI", "SINCE", "DONE BY", "TITLE"]);
    for waiting in &found.waiting.rows {
        table.row([
            Cell::new(&waiting.item.key),
            words::priority(waiting.item.priority),
            Cell::new(words::time(waiting.since)),
            Cell::new(waiting.completers.join(", ")),
            Cell::new(&waiting.item.title),
        ]);
    }
    if !of_item {
        text.table(&table, "Nothing waits for a review.");
        return;
    }
    if !found.waiting.rows.is_empty() {
        text.table(&table, "");
    }
    text.heading("Reviews").table(&given(&found.reviews), "None was given.");
}
