//! Sprints: the time boxes of a project.

mod add;
mod add_items;
mod burndown;
mod edit;
mod find;
mod list;
mod load;
mod move_item;
mod remove_items;
mod rows;
mod rules;
mod show;
pub mod state;

pub use add::AddSprint;
pub use add_items::{AddSprintItems, SprintItemsChanged};
pub use burndown::{BurnDown, Day, SprintBurnDown};
pub use edit::EditSprint;
pub(crate) use find::find;
pub use find::normal_code;
pub use list::{ListSprints, ListedSprint};
pub use load::{Load, LoadOfSprint, SprintLoad};
pub use move_item::MoveSprintItem;
pub use remove_items::RemoveSprintItems;
pub use show::{PlannedItem, ShowSprint, SprintDetails};
