//! The app's own table of orders, as a SeaORM entity.

use sea_orm::entity::prelude::*;

/// An order of one of the shop's projects.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub struct Model {
    /// Made by the app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// A row of the app's own `projects`, not of the board's.
    pub project_id: i64,
    /// What is ordered.
    pub what: String,
    /// `new`, `taken` or `delivered`.
    pub status: String,
    /// The board's item for it, such as `SHOP-1`.
    pub item_key: Option<String>,
    /// Why it could not be taken last time.
    pub note: Option<String>,
}

/// The app's relations; the example needs none.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
