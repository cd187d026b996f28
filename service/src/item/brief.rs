//! An item in one line, for answers about something else: an agent, a sprint, the board.

use callboard_entity::{WorkItemDelegationStatus, WorkItemStatus, WorkItemType, work_items};
use sea_orm::DerivePartialModel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What names an item and says where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DerivePartialModel)]
#[sea_orm(entity = "work_items::Entity")]
pub struct ItemBrief {
    /// For links: it never changes.
    pub id: Uuid,
    /// For people, such as `CB-42`: it never changes either.
    pub key: String,
    /// What kind of work it is.
    pub r#type: WorkItemType,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub status: WorkItemStatus,
    /// How far whoever is to do it has come.
    pub delegation_status: WorkItemDelegationStatus,
    /// 0, the most urgent, to 4.
    pub priority: i64,
}

impl From<work_items::Model> for ItemBrief {
    fn from(item: work_items::Model) -> Self {
        Self {
            id: item.id,
            key: item.key,
            r#type: item.r#type,
            title: item.title,
            status: item.status,
            delegation_status: item.delegation_status,
            priority: item.priority,
        }
    }
}
