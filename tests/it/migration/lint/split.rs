//! SQL is split where the databases split it.

use callboard_migration::lint::split;
use callboard_migration::target::Kind;
use support::plain;

/// How many tokens each statement has, and its line.
fn shape(sql: &str, kind: Kind) -> Vec<(usize, usize)> {
    let script = split(sql, kind).unwrap_or_else(|e| panic!("{e}: {sql}"));
    script.statements.iter().map(|s| (s.tokens.len(), s.line)).collect()
}

fn texts(sql: &str, kind: Kind) -> Vec<String> {
    let script = split(sql, kind).unwrap_or_else(|e| panic!("{e}: {sql}"));
    script.statements.into_iter().flat_map(|s| s.tokens).map(|token| token.text).collect()
}

plain! {
    fn statements_end_at_semicolons_and_nowhere_else() {
        for kind in [Kind::Sqlite, Kind::Postgres] {
            assert_eq!(shape("", kind), []);
            assert_eq!(shape(" ;; -- nothing\n;", kind), []);
            assert_eq!(shape("\u{feff}SELECT 1", kind), [(2, 1)]);
            assert_eq!(shape("SELECT 1;\r\n\r\nSELECT 2, 3;", kind), [(2, 1), (4, 3)]);
            assert_eq!(shape("SELECT ';', 'it''s;', \";\"\";\";SELECT 1", kind), [(6, 1), (2, 1)]);
            assert_eq!(shape("-- a;\nSELECT /* b; */ 1; -- c;", kind), [(2, 2)]);
        }
    }

    fn the_dialects_differ() {
        // Comments nest in PostgreSQL only.
        assert_eq!(shape("/* a /* b */ SELECT 1 /* c */", Kind::Sqlite), [(2, 1)]);
        assert_eq!(shape("/* a /* b */ SELECT 1 */ SELECT 1, 2", Kind::Postgres), [(4, 1)]);
        // Brackets and backticks quote names in SQLite, dollars quote strings in PostgreSQL.
        assert_eq!(texts("[a;b] `c;d`", Kind::Sqlite), ["a;b", "c;d"]);
        assert_eq!(texts("a[1]", Kind::Postgres), ["a", "[", "1", "]"]);
        let body = "DO $x$ BEGIN a; $$;$$ END $x$; SELECT $1";
        assert_eq!(texts(body, Kind::Postgres), ["DO", " BEGIN a; $$;$$ END ", "SELECT", "$1"]);
        // A backslash escapes in E'..' only.
        assert_eq!(texts(r"E'a\'b;' 'c\'", Kind::Postgres), ["a'b;", r"c\"]);
        assert_eq!(texts("x'0a'", Kind::Sqlite), ["0a"]);
    }

    fn bodies_hold_semicolons() {
        let trigger = "CREATE TEMP TRIGGER t AFTER UPDATE ON a WHEN CASE WHEN 1 THEN 1 END BEGIN\n\
                       SELECT CASE WHEN 1 THEN CASE 2 WHEN 2 THEN 3 END ELSE 4 END;\nDELETE FROM b; END;\nSELECT 1;";
        let shape = shape(trigger, Kind::Sqlite);
        assert_eq!(shape.iter().map(|(_, line)| *line).collect::<Vec<_>>(), [1, 4]);
        let function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 1;";
        assert_eq!(split(function, Kind::Postgres).expect("SQL").statements.len(), 2);
        let rule = "CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; DELETE FROM c); SELECT 1;";
        assert_eq!(split(rule, Kind::Postgres).expect("SQL").statements.len(), 2);
    }

    fn what_is_no_sql_is_refused_with_its_line() {
        for (kind, line, sql) in [
            (Kind::Sqlite, 2, "SELECT 1;\nSELECT 'a;\n"),
            (Kind::Sqlite, 1, "SELECT \"a"),
            (Kind::Sqlite, 1, "SELECT [a"),
            (Kind::Sqlite, 3, "SELECT 1;\n\n/* a"),
            (Kind::Postgres, 1, "/* a /* b */ SELECT 1"),
            (Kind::Postgres, 2, "\nDO $a$ x $b$;"),
            (Kind::Postgres, 1, "CREATE TABLE a (b text;\nSELECT 1;"),
            (Kind::Sqlite, 2, "\nCREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;"),
            (Kind::Sqlite, 1, ".tables\n"),
            (Kind::Postgres, 1, "\\connect other"),
            (Kind::Postgres, 2, "\nCOPY a (b) FROM stdin;\n1\n\\.\n"),
        ] {
            let error = split(sql, kind).expect_err(sql);
            assert_eq!(error.line, line, "{sql}: {error}");
        }
    }

    /// Whatever is cut off where: an answer, and no panic.
    fn every_beginning_of_a_script_has_an_answer() {
        let script = "CREATE TABLE \"é\" (a text DEFAULT 'x''y', CONSTRAINT k CHECK (a IN ($$b$$, E'b')));\n\
                      CREATE TRIGGER t ON [a] BEGIN SELECT CASE 1 END; END; /* c */ INSERT INTO a SELECT b.* FROM b;\n\
                      ALTER TABLE a ADD b varchar(3) NOT NULL DEFAULT (1), ALTER c TYPE int; -- lint: allow";
        for kind in [Kind::Sqlite, Kind::Postgres] {
            let mut read = 0;
            for (end, _) in script.char_indices() {
                let direction = callboard_migration::runner::Direction::Up;
                let read_so_far = callboard_migration::lint::Linter::new(kind).read("m", direction, &script[..end]);
                read += usize::from(read_so_far.is_ok());
            }
            assert!(read > 20, "{read} of {}", script.len());
        }
    }
}
