//! `migration docs`: all that the live schema has, nothing of others, and nothing but data from it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callboard_migration::SEARCH_TABLE;
use callboard_migration::document::{self, Tables, purposes};
use callboard_migration::entities::{Files, tree};
use callboard_migration::runner::{self, Goal};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use support::{Kind, TestDb, both, both_empty};

use super::common::{describe, everything, options, sql, up};

both! {
    /// On both databases, so the two give the same bytes. CALLBOARD_BLESS=1 writes the files.
    async fn what_is_committed_is_what_the_schema_gives(t: TestDb) {
        let written = files(&t, Tables::Ours).await;
        assert_eq!(written.keys().collect::<Vec<_>>(), ["schema.md", "schema.mmd", "schema.svg"]);
        if std::env::var_os("CALLBOARD_BLESS").is_some() {
            tree::save(&folder(), &written).expect("write docs/schema");
        }
        assert_eq!(different(&tree::load(&folder()).expect("read docs/schema"), &written), Vec::<&str>::new());
        assert_eq!(different(&written, &files(&t, Tables::Ours).await), Vec::<&str>::new(), "two runs");
    }

    async fn everything_of_the_live_schema_is_in_all_three(t: TestDb) {
        let db = t.raw().await;
        let shown = files(&t, Tables::Ours).await;
        assert_eq!(missing(&shown, &columns(&db).await, &keys(&db).await), Vec::<String>::new());

        // What the three do not show yet is missing from each of them.
        sql(&db, "ALTER TABLE sprints ADD COLUMN colour text").await;
        sql(&db, "ALTER TABLE sprints ADD COLUMN owner_id TEXT REFERENCES board_projects (slug)").await;
        let found = missing(&shown, &columns(&db).await, &keys(&db).await);
        let expected = [
            "md: sprints.colour", "mmd: sprints.colour", "svg: sprints.colour",
            "md: sprints.owner_id", "mmd: sprints.owner_id", "svg: sprints.owner_id",
            "md: sprints.owner_id -> board_projects", "mmd: sprints.owner_id -> board_projects",
            "svg: sprints.owner_id -> board_projects",
        ];
        assert_eq!(found, expected);
        let shown = files(&t, Tables::Ours).await;
        assert_eq!(missing(&shown, &columns(&db).await, &keys(&db).await), Vec::<String>::new());
    }

    async fn the_reference_says_what_a_column_may_hold_and_what_an_index_covers(t: TestDb) {
        let page = files(&t, Tables::Ours).await["schema.md"].clone();
        for line in [
            "| `status` | `text` |  |  | one of `planning`, `active`, `completed`, `on_hold` |",
            "| `max_attempts` | `bigint` |  | `3` |  |",
            "| `parent_id` | `uuid` | yes |  | → [work_items](#work_items) |",
            "- `parent_id` → [work_items](#work_items) (`id`), on delete set null",
            "- [task_assignments](#task_assignments) (`user_id`), on delete restrict",
            "- `ck_work_items_priority`: `priority BETWEEN 0 AND 4`",
            "- `ck_task_assignments_holder`: `(agent_id IS NULL) <> (user_id IS NULL)`",
            "- `ux_task_assignments_open`: unique (`work_item_id`), where `status IN ('assigned', 'started', 'paused')`",
            "- `ux_board_settings_board`: unique (`key`), where `project_id IS NULL`",
            "Primary key: `actor`, `verb`, `key`.",
            "| `decimal` | `real` | `numeric` |",
        ] {
            assert!(page.lines().any(|l| l == line), "{line}\n{page}");
        }
    }

    async fn every_table_has_a_purpose_and_every_purpose_a_table(t: TestDb) {
        let live: BTreeSet<String> = columns(&t.raw().await).await.into_iter().map(|c| c.0).collect();
        let known = purposes::GROUPS.iter().flat_map(|g| g.1);
        let known: Vec<String> = known.map(|(name, purpose)| {
            assert!(purpose.ends_with('.') && purpose.len() > 20, "{name}: {purpose}");
            (*name).to_owned()
        }).collect();
        let set: BTreeSet<String> = known.iter().cloned().collect();
        assert_eq!(set.len(), known.len(), "a table is listed twice");
        assert_eq!(set, live, "migration/src/document/purposes.rs lists every table with its purpose");
    }

    async fn tables_of_others_are_shown_only_when_asked_for(t: TestDb) {
        let db = t.raw().await;
        sql(&db, "CREATE TABLE app_orders (id bigint NOT NULL PRIMARY KEY, item_key text REFERENCES work_items (key))").await;
        let ours = files(&t, Tables::Ours).await;
        assert_eq!(different(&tree::load(&folder()).expect("read"), &ours), Vec::<&str>::new());
        let all = files(&t, Tables::All).await;
        assert_eq!(missing(&all, &columns(&db).await, &keys(&db).await), Vec::<String>::new());
        for shown in ours.values().chain(all.values()) {
            assert!(!shown.contains(SEARCH_TABLE), "the full-text index is nobody's table: {shown}");
        }
        assert!(all["schema.md"].contains("## Other tables\n\n### app_orders\n"), "{}", all["schema.md"]);
    }

    async fn names_are_data_in_each_format(t: TestDb) {
        let db = t.raw().await;
        // No `[` in SQLite's words for a name; a NUL is in neither.
        sql(&db, r#"CREATE TABLE "we""ird | <script>alert(1)</script>
## no heading ``` %% {" ("a""b|c`d <img src=x>" text CHECK ("a""b|c`d <img src=x>" IN ('<b>', '|', '```')), "pk" bigint PRIMARY KEY, "]]>&amp;" text DEFAULT '<i>')"#).await;
        sql(&db, r#"CREATE TABLE "end" ("title" bigint REFERENCES "we""ird | <script>alert(1)</script>
## no heading ``` %% {" ("pk"), "ünï 漢字" text, "x; --" text)"#).await;
        sql(&db, r#"CREATE INDEX "ix <u>" ON "end" ("x; --") WHERE "x; --" <> '</code>|'"#).await;
        let shown = files(&t, Tables::All).await;
        well_formed(&shown["schema.svg"]);
        mermaid(&shown["schema.mmd"]);
        markdown(&shown["schema.md"]);
        assert!(shown["schema.svg"].contains("we&quot;ird | &lt;script&gt;alert(1)&lt;/script&gt;\\u{a}"), "{}", shown["schema.svg"]);
        assert!(shown["schema.mmd"].contains(r#"    "end" {"#), "{}", shown["schema.mmd"]);
        assert!(shown["schema.mmd"].contains("_pk PK \"pk\""), "{}", shown["schema.mmd"]);
        assert!(shown["schema.md"].contains("### <code>we&#34;ird&#32;&#124;&#32;&#60;script&#62;"), "{}", shown["schema.md"]);
        if let Ok(folder) = std::env::var("CALLBOARD_TEST_KEEP_DOCS") {
            tree::save(Path::new(&folder), &shown).expect("keep the files");
        }
    }

    async fn it_only_reads(t: TestDb) {
        // Nothing has opened the SQLite file before: what looks at it would leave files beside it for a moment.
        let (bytes, kind) = (content(&t), t.kind());
        let before = if kind == Kind::Postgres { everything(&t).await } else { String::new() };
        let output = t.dir().join("out");
        t.migration(["docs", "--found", "--all", "--output"]).arg(&output).run().ok();
        assert!(content(&t) == bytes, "the file, or what is beside it, is not as before");
        let after = if kind == Kind::Postgres { everything(&t).await } else { String::new() };
        assert_eq!(after, before);
    }

    async fn drift_is_found_and_written(t: TestDb) {
        let output = t.dir().join("out");
        let docs = |more: &[&str]| {
            t.migration(["docs", "--database-url", t.url(), "--output"]).arg(&output).args(more).run()
        };
        assert_eq!(docs(&[]).ok().stdout, "added schema.md\nadded schema.mmd\nadded schema.svg\n");
        assert_eq!(docs(&[]).ok().stdout, "", "nothing is written twice");
        let upright = docs(&["--check"]).ok();
        assert_eq!(upright.stdout, "");
        assert!(upright.stderr.contains("up to date"), "{upright}");

        sql(&t.raw().await, "ALTER TABLE sprints ADD COLUMN colour text").await;
        let before = tree::load(&output).expect("load");
        let found = docs(&["--check"]).code(3);
        for line in ["+| `colour` | `text` | yes |  |  |", "+        text colour \"may be NULL\""] {
            assert!(found.stdout.lines().any(|l| l == line), "{found}");
        }
        let json = docs(&["--check", "--json"]).code(3).json();
        assert!(json["differences"][0]["diff"].as_str().expect("a diff").contains("colour"), "{json}");
        assert_eq!(docs(&["--dry-run"]).ok().stdout, "changed schema.md\nchanged schema.mmd\nchanged schema.svg\n");
        assert_eq!(tree::load(&output).expect("load"), before, "neither of them writes");
        let json = docs(&["--json"]).ok().json();
        assert_eq!((&json["files"], json["changes"].as_array().map(Vec::len)), (&3.into(), Some(3)), "{json}");
        docs(&["--check"]).ok();
    }

    async fn a_file_of_somebody_else_stops_everything(t: TestDb) {
        let output = t.dir().join("out");
        std::fs::create_dir(&output).expect("make a folder");
        std::fs::write(output.join("schema.md"), "# Mine\n").expect("write");
        let refused = t.migration(["docs", "--output"]).arg(&output).run().code(14);
        assert!(refused.stderr.contains("schema.md was not written by the generator"), "{refused}");
        assert_eq!(tree::load(&output).expect("load"), Files::from([("schema.md".to_owned(), "# Mine\n".to_owned())]));
    }
}

both_empty! {
    async fn from_the_migrations_whatever_database_is_near(t: TestDb) {
        let output = t.dir().join("out");
        t.migration(["docs", "--output"]).arg(&output).run().ok();
        let (written, committed) = (tree::load(&output).expect("load"), tree::load(&folder()).expect("load"));
        assert_eq!(different(&committed, &written), Vec::<&str>::new());
        let refused = t.migration(["docs", "--found", "--output"]).arg(&output).run().code(13);
        assert!(refused.stderr.contains("there is no database"), "{refused}");
        assert_eq!(describe(&t).await, "", "nothing was made there");
        let refused = t.migration(["docs"]).run().code(13);
        assert!(refused.stderr.contains("the folder docs does not exist"), "{refused}");
    }

    async fn an_older_schema_is_shown_as_it_is(t: TestDb) {
        up(&t, Goal::To("5".into())).await.expect("up");
        let db = t.raw().await;
        // A table of theirs with a name that a later migration of ours would take.
        sql(&db, "CREATE TABLE workflow_runs (id bigint NOT NULL PRIMARY KEY)").await;
        let output = t.dir().join("out");
        let told = t.migration(["docs", "--found", "--output"]).arg(&output).run().ok();
        assert!(told.stderr.contains("is not at the newest version"), "{told}");
        let status = runner::status(&options(&t)).await.expect("status");
        let page = &tree::load(&output).expect("load")["schema.md"];
        assert!(page.contains(status.current().expect("a version")) && page.contains("### sprint_items\n"), "{page}");
        assert!(!page.contains("workflow_runs"), "{page}");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").join("docs/schema")
}

async fn files(t: &TestDb, tables: Tables) -> Files {
    document::files(&document::live(&options(t), tables).await.expect("read the schema").0)
}

/// The names of the files that differ.
fn different<'a>(a: &'a Files, b: &'a Files) -> Vec<&'a str> {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    names.into_iter().filter(|name| a.get(*name) != b.get(*name)).map(String::as_str).collect()
}

/// The bytes of a SQLite database, and the names beside it.
fn content(t: &TestDb) -> Option<(Vec<u8>, BTreeSet<String>)> {
    let names =
        std::fs::read_dir(t.dir()).expect("list").map(|e| e.expect("an entry").file_name().display().to_string());
    let names = names.filter(|name| name != "out").collect();
    (t.kind() == Kind::Sqlite).then(|| (std::fs::read(t.dir().join("board.db")).expect("read"), names))
}

/// Table and column of each column, read without any code of the product's.
async fn columns(db: &DatabaseConnection) -> Vec<(String, String)> {
    let sqlite = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, c.cid";
    let postgres = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                    WHERE table_schema = 'public' ORDER BY 1, ordinal_position";
    let all = rows(db, sqlite, postgres).await;
    let all = all.iter().map(|r| (text(r, 0), text(r, 1)));
    all.filter(|(table, _)| !is_index(table)).collect()
}

/// Whether a table holds nothing that the rows of others do not say: it is no part of the reference.
fn is_index(table: &str) -> bool {
    table.starts_with(SEARCH_TABLE)
}

/// Table, first column and target of each foreign key.
async fn keys(db: &DatabaseConnection) -> Vec<(String, String, String)> {
    let sqlite = "SELECT m.name, f.\"from\", f.\"table\" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f \
                  WHERE m.type = 'table' AND f.seq = 0";
    let postgres = "SELECT conrelid::regclass::text, a.attname::text, confrelid::regclass::text FROM pg_constraint c \
                    JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1] WHERE contype = 'f'";
    rows(db, sqlite, postgres).await.iter().map(|r| (text(r, 0), text(r, 1), text(r, 2))).collect()
}

async fn rows(db: &DatabaseConnection, sqlite: &str, postgres: &str) -> Vec<sea_orm::QueryResult> {
    let backend = db.get_database_backend();
    let sql = if backend == sea_orm::DbBackend::Sqlite { sqlite } else { postgres };
    db.query_all_raw(Statement::from_string(backend, sql)).await.expect("read the catalogue")
}

fn text(row: &sea_orm::QueryResult, at: usize) -> String {
    row.try_get_by_index(at).expect("a text")
}

/// What the three files do not show.
fn missing(files: &Files, columns: &[(String, String)], keys: &[(String, String, String)]) -> Vec<String> {
    assert!(columns.len() > 200 && keys.len() > 20, "{columns:?} {keys:?}");
    let (md, mmd, svg) = (&files["schema.md"], &files["schema.mmd"], &files["schema.svg"]);
    let section = |table: &str| {
        let after = md.split_once(&format!("\n### {table}\n")).map_or("", |s| s.1);
        after.split("\n## ").next().and_then(|s| s.split("\n### ").next()).unwrap_or_default().to_owned()
    };
    let entity = |table: &str| {
        mmd.split_once(&format!("\n    {table} {{\n"))
            .map_or("", |s| s.1.split("    }\n").next().unwrap_or_default())
            .to_owned()
    };
    let mut out = Vec::new();
    let mut expect = |found: bool, format: &str, what: &str| {
        if !found {
            out.push(format!("{format}: {what}"));
        }
    };
    for (table, column) in columns {
        let what = format!("{table}.{column}");
        expect(section(table).contains(&format!("\n| `{column}` | `")), "md", &what);
        expect(entity(table).lines().any(|l| l.split_whitespace().nth(1) == Some(column.as_str())), "mmd", &what);
        expect(svg.contains(&format!(">{column}</text>")) && svg.contains(&format!("<title>{what}: ")), "svg", &what);
    }
    for (table, column, target) in keys {
        let what = format!("{table}.{column} -> {target}");
        expect(section(table).contains(&format!("\n- `{column}` → [{target}](#{target}) (")), "md", &what);
        let related =
            |l: &str| l.starts_with(&format!("    {target} ")) && l.ends_with(&format!(" {table} : \"{column}\""));
        expect(mmd.lines().any(related), "mmd", &what);
        let title = svg.lines().find(|l| l.contains(&format!("<title>{table}.{column}: ")));
        expect(title.is_some_and(|l| l.contains(&format!("; {column} -&gt; {target} ("))), "svg", &what);
    }
    out
}

/// Every tag is one that we draw, closed in order, and no name broke out of a text or an attribute.
fn well_formed(svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = svg.split_once("-->\n").expect("the comment").1;
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("no end: {part}"));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name");
        assert!(["svg", "title", "style", "rect", "path", "text", "g", "circle"].contains(&name), "{part}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{part}");
        assert!(!text.contains('>') && !tag.contains("src") && !tag.contains(" on"), "{part}");
        for entity in text.split('&').skip(1) {
            assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|e| entity.starts_with(e)), "{part}");
        }
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{part}"),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Every line is one of the few forms that we write.
fn mermaid(text: &str) {
    let named = |name: &str| {
        let bare = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let quoted = |c: char| c.is_alphanumeric() || "_#;".contains(c);
        !name.is_empty()
            && (name.chars().all(bare) || name.trim_matches('"').chars().all(quoted) && name.matches('"').count() == 2)
    };
    for line in text.lines().skip(2).map(str::trim) {
        let words: Vec<&str> = line.split(' ').collect();
        let fine = match words.as_slice() {
            ["%%", ..] | ["}"] => true,
            [name, "{"] => named(name),
            [a, "||--o{" | "|o--o{" | "||--o|" | "|o--o|", b, ":", ..] => {
                named(a) && named(b) && line.matches('"').count() % 2 == 0
            }
            [kind, column, rest @ ..] => {
                let rest = rest.join(" ");
                let note = rest.trim_start_matches(['P', 'F', 'U', 'K', ',', ' ']);
                kind.chars().all(|c| c.is_ascii_alphanumeric() || "_(),".contains(c))
                    && named(column)
                    && (note.is_empty()
                        || note.len() > 2
                            && note.starts_with('"')
                            && note.ends_with('"')
                            && note.matches('"').count() == 2)
            }
            _ => false,
        };
        assert!(fine, "{line}");
    }
}

/// No tags but `code`, no fences but ours, no row with another number of cells than its header.
fn markdown(text: &str) {
    let text = text.split_once("-->\n").expect("the comment").1;
    assert_eq!(text.matches("```").count(), 2, "{text}");
    let page = text.split_once("```mermaid").expect("the diagram").0;
    // What stands between backticks is no markup.
    let outside: String = page.split('`').step_by(2).collect();
    for part in outside.split('<').skip(1) {
        assert!(part.starts_with("code>") || part.starts_with("/code>"), "{part}");
    }
    let mut cells = 0;
    for line in page.lines() {
        let bars = if line.starts_with('|') { line.matches('|').count() } else { 0 };
        assert!(bars == 0 || cells == 0 || bars == cells, "{line}");
        cells = bars;
    }
    let headings = page.lines().filter(|l| l.starts_with("## "));
    assert!(headings.into_iter().all(|h| !h.contains("no heading")), "{page}");
}
