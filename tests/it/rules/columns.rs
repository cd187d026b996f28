//! Every column has a verb that reads it: one that nothing reads is a promise that nothing keeps.

use super::source::{Source, has_word, sources};
use support::plain;

/// Columns that nothing reads yet, each with the reason.
const NOT_READ: &[(&str, &str)] = &[];

plain! {
    fn every_column_has_a_verb_that_reads_it() {
        let columns = columns(&sources(&["entity/src/generated"]));
        assert!(columns.len() > 200, "the columns are no longer found: {}", columns.len());
        let unread = unread(&columns, &readers());
        let known: Vec<String> = NOT_READ.iter().map(|(column, _)| (*column).to_owned()).collect();
        // Both ways: one that is read by now leaves the list.
        assert_eq!(unread, known, "read the column in a verb, or do not add it");
        assert!(NOT_READ.iter().all(|(_, reason)| !reason.is_empty()));
    }

    fn a_column_that_nothing_reads_is_found() {
        let entity = Source::new(
            "entity/src/generated/things.rs",
            "pub struct Model {\n    pub id: Uuid,\n    pub r#type: ThingType,\n    pub note: String,\n    \
             pub shade: String,\n    pub owner: BelongsTo<super::users::Entity>,\n}\n",
        );
        let columns = columns(&[entity]);
        assert_eq!(columns, [("things", "id"), ("things", "type"), ("things", "note"), ("things", "shade")]
            .map(|(table, column)| (table.to_owned(), column.to_owned())));
        let verb = Source::new(
            "service/src/thing/show.rs",
            "let id = thing.id;\n// thing.note is told\nlet row = Model { note: text, shade };\nthing.r#type.as_str()",
        );
        assert_eq!(unread(&columns, &[verb]), ["things.note", "things.shade"]);
        let sorted = Source::new("service/src/thing/list.rs", "order_by(things::Column::Note); sql(\"shade = 1\")");
        assert_eq!(unread(&columns, &[sorted]), ["things.id", "things.type", "things.shade"]);
    }
}

/// The service and the command line, without what only carries whole rows in and out.
fn readers() -> Vec<Source> {
    let mut files = sources(&["service/src", "cli/src"]);
    files.retain(|file| !file.path.starts_with("service/src/export") && !file.path.starts_with("service/src/import"));
    files
}

/// Table and column of each generated entity, without its relations.
fn columns(entities: &[Source]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entity in entities {
        let table = entity.path.rsplit('/').next().and_then(|file| file.strip_suffix(".rs")).expect("a Rust file");
        let model = entity.text.split("pub struct Model {").nth(1).and_then(|rest| rest.split("\n}").next());
        for line in model.into_iter().flat_map(str::lines) {
            let Some((name, kind)) = line.trim().strip_prefix("pub ").and_then(|field| field.split_once(": ")) else {
                continue;
            };
            if !["BelongsTo<", "HasMany<", "HasOne<"].iter().any(|relation| kind.starts_with(relation)) {
                found.push((table.to_owned(), name.trim_start_matches("r#").to_owned()));
            }
        }
    }
    found
}

/// The columns that no line reads, by field or by column, whatever the table: many share their names.
fn unread(columns: &[(String, String)], readers: &[Source]) -> Vec<String> {
    let read = |column: &str| {
        let reads = [format!(".{column}"), format!(".r#{column}"), format!("Column::{}", pascal(column))];
        readers.iter().any(|file| file.code().any(|(_, line)| reads.iter().any(|read| has_word(line, read))))
    };
    columns.iter().filter(|(_, column)| !read(column)).map(|(table, column)| format!("{table}.{column}")).collect()
}

fn pascal(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').filter(|word| !word.is_empty()).map(capital).collect()
}
