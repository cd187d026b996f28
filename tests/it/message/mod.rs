//! Tests of messages.

mod acknowledge;
mod inbox;
mod read;
mod send;
mod show;

use callboard_service::entity::{agent_profiles, board_messages as messages};
use callboard_service::message::{Inbox, InboxPage, SendMessage, SentMessage};
use callboard_service::{Actor, Ref};
use sea_orm::{EntityTrait, QueryOrder};
use support::Seed;

/// Every message, in the order of their ids.
async fn rows(seed: &Seed) -> Vec<messages::Model> {
    messages::Entity::find().order_by_asc(messages::Column::Id).all(&seed.raw).await.expect("read the messages")
}

/// A message to an agent.
fn to(agent: &agent_profiles::Model, text: &str) -> SendMessage {
    SendMessage { to: Some(Ref::Id(agent.id)), text: text.to_owned(), ..SendMessage::default() }
}

/// Sends as an agent.
async fn send(seed: &Seed, from: &agent_profiles::Model, message: &SendMessage) -> SentMessage {
    seed.board.run(Actor::agent(from.id), message).await.unwrap_or_else(|error| panic!("refused: {error}"))
}

async fn inbox(seed: &Seed, agent: &agent_profiles::Model) -> InboxPage {
    seed.board.read(&Inbox::of(Ref::Id(agent.id))).await.expect("the inbox")
}

fn texts(page: &InboxPage) -> Vec<&str> {
    page.messages.iter().map(|message| message.text.as_str()).collect()
}
