//! The statements of `ready`: as a claim, they look at the head of the queue for each requirement key, and so at nothing that
//! is done.
//!
//! Along the index of all items they would walk over what is done first, and a sort of all that is ready grows with it.

use callboard_entity::work_items;

use super::Dialect;
use super::claim::{Limits, filters, keys, queue, ready_index};
use super::ready::READY;
use crate::db::listed::columns;

impl Dialect {
    /// The requirement keys of what is ready, as `k`. `$1` the project, where one is named.
    pub fn ready_keys(self, in_project: bool) -> String {
        let limits = Limits { project: in_project, ..Limits::default() };
        format!("WITH RECURSIVE {} SELECT k FROM keys WHERE k IS NOT NULL", keys(self, limits, "$1"))
    }

    /// The first so many items that are ready, in any order: all of them or, where `some`, those that ask for one of these
    /// keys. `$1` the keys as a JSON array, 2 is not used; the others are those of [`Dialect::claim`]: 3 project, 4 sprint,
    /// 5 type, 6 tag.
    ///
    /// The number is part of the text, so that PostgreSQL need not plan for any number.
    pub fn ready_heads(self, limits: Limits, most: u64, some: bool) -> String {
        let filters = filters(self, limits, "$3");
        let keys = match (self, some) {
            (Self::Sqlite, true) => "k(k) AS (SELECT value FROM json_each($1))".to_owned(),
            (Self::Postgres, true) => "k(k) AS (SELECT jsonb_array_elements_text($1::jsonb))".to_owned(),
            (_, false) => format!("{}, k(k) AS (SELECT k FROM keys WHERE k IS NOT NULL)", keys(self, limits, "$3")),
        };
        let heads = match self {
            Self::Sqlite => format!(
                "k CROSS JOIN work_items h ON h.id IN (SELECT w.id FROM work_items w INDEXED BY {} \
                 WHERE {READY} AND w.requirement_key = k.k{filters} ORDER BY w.priority, w.id LIMIT {most})",
                ready_index(limits)
            ),
            Self::Postgres => format!(
                "k CROSS JOIN LATERAL (SELECT w.priority, w.id FROM work_items w \
                 WHERE {READY}{filters} AND {} LIMIT {most}) h",
                queue("k.k")
            ),
        };
        format!(
            "WITH RECURSIVE {keys}, heads(id) AS MATERIALIZED (SELECT h.id FROM {heads} \
             ORDER BY h.priority, h.id LIMIT {most}) \
             SELECT {} FROM heads CROSS JOIN work_items i WHERE i.id = heads.id",
            columns::<work_items::Model>("i")
        )
    }
}
