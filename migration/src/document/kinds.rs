//! The words for types: one for what both databases hold alike.

/// A word, what SQLite declares and what PostgreSQL does.
pub const KINDS: &[(&str, &str, &str)] = &[
    ("uuid", "uuid_text", "uuid"),
    ("text", "text", "text"),
    ("bigint", "integer", "bigint"),
    ("boolean", "boolean", "boolean"),
    ("decimal", "real", "numeric"),
    ("double", "double", "double precision"),
    ("timestamptz", "timestamp_with_timezone_text", "timestamp with time zone"),
    ("date", "date_text", "date"),
    ("json", "jsonb_text", "jsonb"),
    ("bytes", "blob", "bytea"),
];

/// The word for a type as a database declares it; a length stays, other types stay as they are.
pub fn kind(declared: &str, sqlite: bool) -> String {
    let declared = declared.trim().to_lowercase();
    let (name, length) = match declared.find('(') {
        Some(at) => (declared[..at].trim_end(), declared[at..].replace(' ', "")),
        None => (declared.as_str(), String::new()),
    };
    // A type of SQLite's without a length is a number of its own.
    let scaled = |word: &str| word != "decimal" || !sqlite || !length.is_empty();
    match KINDS.iter().find(|k| name == if sqlite { k.1 } else { k.2 } && scaled(k.0)) {
        Some((word, ..)) => format!("{word}{length}"),
        None => format!("{name}{length}"),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn what_both_hold_alike_has_one_word() {
        for (sqlite, postgres, word) in [
            ("TEXT", "text", "text"),
            ("INTEGER", "bigint", "bigint"),
            ("real(8, 2)", "numeric(8,2)", "decimal(8,2)"),
            ("timestamp_with_timezone_text", "timestamp with time zone", "timestamptz"),
        ] {
            assert_eq!([kind(sqlite, true), kind(postgres, false)], [word, word]);
        }
        assert_eq!(kind("integer", false), "integer", "32 bits on PostgreSQL");
        assert_eq!(kind("REAL", true), "real");
        assert_eq!(kind("", true), "");
        assert_eq!(kind("VARCHAR (20)", true), "varchar(20)");
    }
}
