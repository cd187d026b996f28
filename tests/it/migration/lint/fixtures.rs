//! Two pieces of SQL for each rule: one that it is against, and one nearby that is fine.

use callboard_migration::target::Kind;

/// Between migrations.
pub const NEXT: &str = "-- next\n";

pub struct Fixture {
    pub code: &'static str,
    pub databases: &'static [Kind],
    pub bad: &'static str,
    pub good: &'static str,
}

const BOTH: &[Kind] = &[Kind::Sqlite, Kind::Postgres];
const SQLITE: &[Kind] = &[Kind::Sqlite];
pub const POSTGRES: &[Kind] = &[Kind::Postgres];

pub const fn on(databases: &'static [Kind], code: &'static str, bad: &'static str, good: &'static str) -> Fixture {
    Fixture { code, databases, bad, good }
}

/// Those of every rule.
pub fn all() -> impl Iterator<Item = &'static Fixture> {
    FIXTURES.iter().chain(super::fixtures_postgres::FIXTURES)
}

const FIXTURES: &[Fixture] = &[
    on(
        BOTH,
        "A1",
        "CREATE TABLE a (id text PRIMARY KEY);\n-- next\nDROP TABLE IF EXISTS \"a\";",
        "CREATE TABLE scratch (id text PRIMARY KEY); DROP TABLE scratch;",
    ),
    on(
        BOTH,
        "A1",
        "-- lint: allow A6 every program is stopped\nALTER TABLE users RENAME TO old; DROP TABLE old;",
        "CREATE TABLE a (id text PRIMARY KEY); ALTER TABLE a RENAME TO b; DROP TABLE b;",
    ),
    on(
        BOTH,
        "A14",
        "CREATE TABLE p (id text PRIMARY KEY, b text);\n-- next\n\
         CREATE TABLE n (id text PRIMARY KEY, b text); DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text PRIMARY KEY, b text);\n-- next\nCREATE TABLE n (id text PRIMARY KEY, b text);\
         INSERT INTO n (id, b) SELECT id, b FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        BOTH,
        "A14",
        "CREATE TABLE p (id text PRIMARY KEY, b text);\n-- next\nCREATE TABLE n (id text PRIMARY KEY, b text);\
         INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text PRIMARY KEY, b text GENERATED ALWAYS AS (id) STORED);\n-- next\n\
         CREATE TABLE n (id text PRIMARY KEY, b text GENERATED ALWAYS AS (id) STORED);\
         INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        BOTH,
        "A14",
        "CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n (id) VALUES ('1'); DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        POSTGRES,
        "A14",
        "ALTER TABLE p RENAME TO o; CREATE TABLE p (id text PRIMARY KEY); DROP TABLE o;",
        "ALTER TABLE p RENAME TO o; CREATE TABLE p (id text PRIMARY KEY); INSERT INTO p (id) SELECT id FROM o; DROP TABLE o;",
    ),
    on(
        BOTH,
        "A2",
        "ALTER TABLE users DROP COLUMN email;",
        "CREATE TABLE a (id text PRIMARY KEY, b text); ALTER TABLE a DROP COLUMN b;",
    ),
    on(BOTH, "A3", "DELETE FROM users", "DELETE FROM users WHERE left_at < '2020-01-01'"),
    on(
        BOTH,
        "A3",
        "WITH x AS (SELECT 1 WHERE 1 = 1) DELETE FROM main.users;",
        "DELETE FROM users WHERE id IN (SELECT 1);",
    ),
    on(POSTGRES, "A3", "TRUNCATE TABLE users, roles;", "CREATE TABLE t (id text PRIMARY KEY); TRUNCATE t;"),
    on(
        BOTH,
        "A4",
        "UPDATE users SET email = (SELECT 1 WHERE 2 = 2);",
        "UPDATE users SET email = '' WHERE email IS NULL;",
    ),
    on(BOTH, "A5", "INSERT INTO b (x, y) SELECT DISTINCT * FROM a;", "INSERT INTO b (x, y) SELECT x, y * 2 FROM a;"),
    on(BOTH, "A5", "INSERT INTO b (x) SELECT o.* FROM a o;", "INSERT INTO b (x) SELECT count(*) FROM a;"),
    on(BOTH, "A5", "INSERT INTO b SELECT x FROM a;", "INSERT INTO b VALUES (1);"),
    on(
        BOTH,
        "A6",
        "ALTER TABLE users RENAME TO people;",
        "CREATE TABLE a (id text PRIMARY KEY); ALTER TABLE a RENAME TO b;",
    ),
    on(
        BOTH,
        "A7",
        "ALTER TABLE users RENAME COLUMN email TO mail;",
        "CREATE TABLE a (id text PRIMARY KEY); ALTER TABLE a RENAME id TO b;",
    ),
    on(
        BOTH,
        "A8",
        "CREATE TABLE a (id text PRIMARY KEY, b text NOT NULL CHECK (b <> ''));",
        "CREATE TABLE a (id text PRIMARY KEY, b text NOT NULL CONSTRAINT ck_a_b CHECK (b <> ''));",
    ),
    on(
        BOTH,
        "A8",
        "CREATE TABLE a (id text, b text, PRIMARY KEY (id), UNIQUE (b, id));",
        "CREATE TABLE a (id text, b text, PRIMARY KEY (id), CONSTRAINT ux_a UNIQUE (b, id));",
    ),
    on(
        BOTH,
        "A8",
        "ALTER TABLE a ADD COLUMN b text REFERENCES c (id) ON DELETE SET NULL;",
        "ALTER TABLE a ADD COLUMN b text CONSTRAINT fk_a_b REFERENCES c (id) ON DELETE SET DEFAULT;",
    ),
    on(BOTH, "A9", "CREATE TABLE IF NOT EXISTS a (id text PRIMARY KEY);", "CREATE TABLE a (id text PRIMARY KEY);"),
    on(
        BOTH,
        "A9",
        "CREATE TABLE a (b text); CREATE UNIQUE INDEX IF NOT EXISTS i ON a (b);",
        "CREATE TABLE a (b text); CREATE UNIQUE INDEX i ON a (b);",
    ),
    on(POSTGRES, "A9", "ALTER TABLE a ADD COLUMN IF NOT EXISTS b text;", "ALTER TABLE a ADD b text;"),
    on(BOTH, "A10", "BEGIN;", "SAVEPOINT a; ROLLBACK TO SAVEPOINT a; RELEASE a;"),
    on(
        SQLITE,
        "A10",
        "UPDATE a SET b = 1 WHERE c = 2; END TRANSACTION;",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN c THEN 1 ELSE 2 END WHERE d = 3; END;",
    ),
    on(
        BOTH,
        "A11",
        "ALTER TABLE a ADD COLUMN b text NOT NULL;",
        "ALTER TABLE a ADD COLUMN b text NOT NULL DEFAULT '';",
    ),
    on(
        BOTH,
        "A11",
        "ALTER TABLE a ADD b bigint DEFAULT NULL NOT NULL;",
        "CREATE TABLE a (c text); ALTER TABLE a ADD b bigint NOT NULL;",
    ),
    on(BOTH, "A12", "CREATE TABLE b AS SELECT id FROM a;", "CREATE TABLE b (id bigint PRIMARY KEY);"),
    on(BOTH, "A13", "VACUUM;", "ANALYZE;"),
    on(
        POSTGRES,
        "A13",
        "CREATE INDEX CONCURRENTLY i ON a (b);",
        "CREATE TABLE a (b text); CREATE INDEX i ON ONLY public.a USING btree (b);",
    ),
    on(
        POSTGRES,
        "A13",
        "DROP INDEX CONCURRENTLY i; REINDEX TABLE CONCURRENTLY a;",
        "CREATE TABLE a (b text); CREATE INDEX i ON a (b); DROP INDEX i; REINDEX TABLE a;",
    ),
    on(
        SQLITE,
        "S1",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text CONSTRAINT fk REFERENCES p (id));\n-- next\n\
         CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n (id) SELECT id FROM p; DROP TABLE p;\
         ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text PRIMARY KEY, up text CONSTRAINT fk REFERENCES p (id));\n-- next\n\
         CREATE TABLE n (id text PRIMARY KEY, up text CONSTRAINT fk REFERENCES n (id));\
         INSERT INTO n (id, up) SELECT id, up FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        SQLITE,
        "S2",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text, CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id));\
         DROP TABLE p;",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text CONSTRAINT fk REFERENCES p (id));\
         DROP TABLE c; DROP TABLE p;",
    ),
    on(SQLITE, "S3", "PRAGMA foreign_keys = OFF;", "PRAGMA foreign_key_check; PRAGMA user_version = 3;"),
    on(
        SQLITE,
        "S4",
        "CREATE TABLE p (id text PRIMARY KEY);\n-- next\nALTER TABLE p RENAME TO old; CREATE TABLE p (id text PRIMARY KEY);\
         INSERT INTO p (id) SELECT id FROM old; DROP TABLE old;",
        "CREATE TABLE p (id text PRIMARY KEY);\n-- next\nCREATE TABLE n (id text PRIMARY KEY);\
         INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(SQLITE, "S5", "ALTER TABLE a ADD b text DEFAULT CURRENT_TIMESTAMP;", "ALTER TABLE a ADD b text DEFAULT 'now';"),
    on(SQLITE, "S5", "ALTER TABLE a ADD b text DEFAULT (random());", "ALTER TABLE a ADD b integer DEFAULT -1;"),
    on(
        SQLITE,
        "S5",
        "ALTER TABLE a ADD b text AS (c || 'x') STORED;",
        "ALTER TABLE a ADD b text GENERATED ALWAYS AS (c || 'x') VIRTUAL;",
    ),
    on(
        SQLITE,
        "S5",
        "ALTER TABLE a ADD b text DEFAULT 'x' CONSTRAINT fk REFERENCES c (id);",
        "ALTER TABLE a ADD b text DEFAULT NULL CONSTRAINT fk REFERENCES c (id);",
    ),
    on(
        SQLITE,
        "S6",
        "CREATE TABLE a (b text, c text); CREATE INDEX i ON a (c) WHERE b IS NOT NULL; ALTER TABLE a DROP COLUMN b;",
        "CREATE TABLE a (b text, c text); CREATE INDEX i ON a (b); DROP INDEX i; ALTER TABLE a DROP COLUMN b;",
    ),
    on(
        SQLITE,
        "S6",
        "CREATE TABLE a (b text, c text, CONSTRAINT k CHECK (b <> c)); ALTER TABLE a DROP COLUMN b;",
        "CREATE TABLE a (b text CONSTRAINT k CHECK (b <> ''), c text); ALTER TABLE a DROP COLUMN b;",
    ),
    on(
        SQLITE,
        "S6",
        "CREATE TABLE a (b text, c text); CREATE VIEW v AS SELECT b FROM a; ALTER TABLE a DROP COLUMN b;",
        "CREATE TABLE a (b text, c text); CREATE VIEW v AS SELECT c FROM a; ALTER TABLE a DROP COLUMN b;",
    ),
    on(SQLITE, "S7", "CREATE TABLE a (code string);", "CREATE TABLE a (code uuid_text, n decimal(8, 2), at datetime);"),
    on(SQLITE, "S7", "ALTER TABLE a ADD COLUMN at point;", "ALTER TABLE a ADD COLUMN n unsigned big int;"),
    on(
        SQLITE,
        "S8",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE VIEW v AS SELECT id FROM main.p;\n-- next\n\
         CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n (id) SELECT id FROM p; DROP TABLE p;\
         ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE VIEW v AS SELECT id FROM main.p;\n-- next\nDROP VIEW v;\
         CREATE TABLE n (id text PRIMARY KEY); INSERT INTO n (id) SELECT id FROM p; DROP TABLE p;\
         ALTER TABLE n RENAME TO p; CREATE VIEW v AS SELECT id FROM p;",
    ),
    on(
        SQLITE,
        "S8",
        "CREATE TABLE p (id text); CREATE TABLE c (p text);\
         CREATE TRIGGER t AFTER INSERT ON c BEGIN DELETE FROM p WHERE id = NEW.p; END; DROP TABLE p;",
        "CREATE TABLE p (id text); CREATE TABLE c (p text);\
         CREATE TRIGGER t AFTER INSERT ON p BEGIN DELETE FROM c WHERE p = NEW.id; END; DROP TABLE p;",
    ),
    on(
        SQLITE,
        "S9",
        "CREATE TABLE a (s text DEFAULT \"open\");",
        "CREATE TABLE a (s text DEFAULT 'open', CONSTRAINT k CHECK (\"s\" <> ''));",
    ),
    on(
        SQLITE,
        "S9",
        "CREATE TABLE a (s text); CREATE INDEX i ON a (\"s\") WHERE s = \"open\";",
        "CREATE TABLE a (s text); CREATE INDEX i ON a (\"s\") WHERE s = 'open';",
    ),
    on(
        SQLITE,
        "S10",
        "CREATE TABLE p (id text PRIMARY KEY, code text);\n-- next\nCREATE TABLE n (id text PRIMARY KEY, code integer);\
         INSERT INTO n (id, code) SELECT id, code FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text PRIMARY KEY, code text);\n-- next\nCREATE TABLE n (id text PRIMARY KEY, code varchar(9));\
         INSERT INTO n (id, code) SELECT id, code FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        SQLITE,
        "S11",
        "CREATE TABLE p (id integer PRIMARY KEY AUTOINCREMENT);\n-- next\n\
         CREATE TABLE n (id integer PRIMARY KEY AUTOINCREMENT);\
         INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id integer PRIMARY KEY AUTOINCREMENT);\n-- next\n\
         CREATE TABLE n (id integer PRIMARY KEY AUTOINCREMENT); INSERT INTO n (id) SELECT id FROM p;\
         UPDATE sqlite_sequence SET seq = (SELECT max(seq) FROM sqlite_sequence) WHERE name = 'n';\
         DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        SQLITE,
        "S12",
        "CREATE TABLE p (id text, b text); CREATE INDEX i ON p (lower(b)) WHERE b <> '';\n-- next\n\
         CREATE TABLE n (id text, b text); INSERT INTO n (id, b) SELECT id, b FROM p; DROP TABLE p;\
         ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text, b text); CREATE INDEX i ON p (lower(b)) WHERE b <> '';\n-- next\n\
         CREATE TABLE n (id text, b text); INSERT INTO n (id, b) SELECT id, b FROM p; DROP TABLE p;\
         ALTER TABLE n RENAME TO p; CREATE INDEX i ON p (lower(b)) WHERE b <> '';",
    ),
    on(
        SQLITE,
        "S12",
        "CREATE TABLE p (id text); CREATE TRIGGER t AFTER INSERT ON p BEGIN SELECT 1; SELECT 2; END;\n-- next\n\
         CREATE TABLE n (id text); INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text); CREATE TRIGGER t AFTER INSERT ON p BEGIN SELECT 1; SELECT 2; END;\n-- next\n\
         CREATE TABLE n (id text, b text); INSERT INTO n (id) SELECT id FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;\
         CREATE TRIGGER t AFTER INSERT ON p BEGIN SELECT 1; SELECT 2; END;",
    ),
    on(
        SQLITE,
        "S13",
        "CREATE TABLE p (id text, b text, CONSTRAINT u UNIQUE (b));\n-- next\nCREATE TABLE n (id text, b text);\
         INSERT INTO n (id, b) SELECT id, b FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
        "CREATE TABLE p (id text, b text, CONSTRAINT u UNIQUE (b));\n-- next\n\
         CREATE TABLE n (id text, b text CONSTRAINT u UNIQUE);\
         INSERT INTO n (id, b) SELECT id, b FROM p; DROP TABLE p; ALTER TABLE n RENAME TO p;",
    ),
    on(
        BOTH,
        "X1",
        "-- lint: allow A1 nobody has used it since 2.0\nSELECT 1;",
        "-- lint: allow A1 nobody has used it since 2.0\nDROP TABLE a;\n-- lint is a good thing",
    ),
    on(BOTH, "X1", "-- lint: allow A99 it is fine\nSELECT 1;", "-- lint: allow A3 a cache\nDELETE FROM a;"),
    on(BOTH, "X1", "-- lint: ignore A1\nSELECT 1;", "-- LINT: this is prose\nSELECT 1;"),
];
