//! Searching, and the index that it asks.

mod alike;
mod filters;
mod find;
mod index;

use callboard_service::Ref;
use callboard_service::item::{CommentOnItem, NewItem};
use callboard_service::search::{Found, Hit, Search};
use callboard_service::session::NoteInSession;
use support::Seed;

/// An item of that title and description.
fn item(title: &str, description: &str) -> NewItem {
    NewItem { description: Some(description.to_owned()), ..NewItem::titled(title) }
}

fn comment(item: &str, text: &str) -> CommentOnItem {
    CommentOnItem { item: Ref::from(item), text: text.to_owned() }
}

/// A note of a session.
fn note(session: &str, text: &str) -> NoteInSession {
    NoteInSession { session: Some(Ref::from(session)), text: text.to_owned(), item: None }
}

/// What a search finds; it must be allowed.
async fn found(seed: &Seed, search: &Search) -> Found {
    seed.board.read(search).await.unwrap_or_else(|error| panic!("{search:?}: {error}"))
}

/// Kind and key of each hit of these words, the best first.
async fn keys(seed: &Seed, search: &Search) -> Vec<String> {
    let found = found(seed, search).await;
    assert!((search.offset + 1..).zip(&found.hits).all(|(rank, hit)| hit.rank == rank), "{found:?}");
    found.hits.iter().map(named).collect()
}

/// `item CB-1`.
fn named(hit: &Hit) -> String {
    format!("{} {}", hit.kind, hit.key)
}
