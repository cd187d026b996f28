//! What an update has to write.

use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait};

/// Only the columns that differ between two states of a row: SQLite rewrites the entries of every index that a SET list
/// names.
pub(crate) fn changed<M, A>(before: &M, after: &M) -> A
where
    M: ModelTrait + IntoActiveModel<A> + Clone,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    let old = before.clone().into_active_model();
    let mut new = after.clone().into_active_model();
    for column in <M::Entity as EntityTrait>::Column::iter() {
        let value = old.get(column).into_value();
        match new.get(column).into_value() {
            Some(written) if value.as_ref() != Some(&written) => new.set(column, written),
            _ => new.not_set(column),
        }
    }
    new
}
