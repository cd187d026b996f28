//! Reviews: what somebody else says of finished work, which a strict gate asks for.

mod accept;
mod completers;
mod judge;
mod list;
mod reject;

pub use accept::AcceptReview;
pub use judge::Reviewed;
pub(crate) use judge::judge;
pub use list::{GivenReview, ListReviews, Reviews, WaitingReview};
pub(crate) use list::{given, newest_rejection};
pub use reject::RejectReview;
