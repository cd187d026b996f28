//! Values that the two databases compute differently, for what is measured and checked over many rows.

use super::Dialect;

impl Dialect {
    /// Milliseconds since 1970 of a point in time, a whole number; SQLite keeps no finer time apart.
    pub fn millis(self, at: &str) -> String {
        match self {
            Self::Sqlite => format!("CAST(round(unixepoch({at}, 'subsec') * 1000) AS integer)"),
            Self::Postgres => format!("CAST(round(extract(epoch FROM {at}) * 1000) AS bigint)"),
        }
    }

    /// A part of a JSON value, as text; null where there is none, and where what is stored is no JSON.
    pub fn json_part(self, value: &str, name: &str) -> String {
        match self {
            Self::Sqlite => format!("CASE WHEN json_valid({value}) THEN json_extract({value}, '$.{name}') END"),
            Self::Postgres => format!("CAST({value} -> '{name}' AS text)"),
        }
    }

    /// The 32 hexadecimal digits of an id, as text.
    pub fn id_digits(self, id: &str) -> String {
        match self {
            Self::Sqlite => format!("lower(hex({id}))"),
            Self::Postgres => format!("replace(CAST({id} AS text), '-', '')"),
        }
    }

    /// `capability:level`, comma-separated, in the order of the capabilities' bytes: of the rows of a grouped query.
    pub fn requirement_list(self) -> &'static str {
        match self {
            Self::Sqlite => "group_concat(capability || ':' || min_level, ',' ORDER BY capability)",
            Self::Postgres => "string_agg(capability || ':' || min_level, ',' ORDER BY capability COLLATE \"C\")",
        }
    }

    /// The highest number that a project gave to one of its items, where its keys are of the form that it gives: a
    /// grouped value over items `w` of projects `q`. Longer numbers were not given out by its counter.
    pub fn newest_number(self) -> String {
        let rest = "substr(w.\"key\", length(q.key_prefix) + 2)";
        let is_number = match self {
            Self::Sqlite => format!("{rest} NOT GLOB '*[^0-9]*' AND length({rest}) BETWEEN 1 AND 18"),
            Self::Postgres => format!("{rest} ~ '^[0-9]{{1,18}}$'"),
        };
        format!("max(CASE WHEN {is_number} THEN CAST({rest} AS bigint) END)")
    }
}
