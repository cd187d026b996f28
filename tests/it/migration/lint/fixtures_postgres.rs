//! The fixtures of the rules that are about PostgreSQL alone.

use super::fixtures::{Fixture, POSTGRES, on};

pub const FIXTURES: &[Fixture] = &[
    on(
        POSTGRES,
        "P18",
        "CREATE TABLE a (b text); CREATE INDEX i ON a (b);\n-- next\nDROP INDEX i;",
        "CREATE TABLE a (b text); CREATE INDEX i ON a (b); DROP INDEX i;",
    ),
    on(POSTGRES, "P18", "DROP INDEX IF EXISTS i, j;", "DROP VIEW i;"),
    on(POSTGRES, "P19", "ALTER SCHEMA board RENAME TO boards;", "ALTER SCHEMA board OWNER TO me;"),
    on(
        POSTGRES,
        "P1",
        "CREATE TABLE a (b text);\n-- next\nCREATE UNIQUE INDEX i ON a (b);",
        "CREATE TABLE a (b text); CREATE UNIQUE INDEX i ON a (b);",
    ),
    on(
        POSTGRES,
        "P2",
        "ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES c (id);",
        "ALTER TABLE a ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES c (id) NOT VALID;",
    ),
    on(
        POSTGRES,
        "P2",
        "ALTER TABLE ONLY public.a ADD b bigint DEFAULT 1 CONSTRAINT fk REFERENCES c (id);",
        "ALTER TABLE ONLY public.a ADD b bigint CONSTRAINT fk REFERENCES c (id);",
    ),
    on(
        POSTGRES,
        "P3",
        "ALTER TABLE a ADD c bigint, ADD CONSTRAINT k CHECK (b IN (1, 2));",
        "ALTER TABLE a ADD c bigint, ADD CONSTRAINT k CHECK (b IN (1, 2)) NOT VALID;",
    ),
    on(
        POSTGRES,
        "P4",
        "ALTER TABLE a ADD CONSTRAINT k CHECK (b > 1) NOT VALID; ALTER TABLE a VALIDATE CONSTRAINT k;",
        "ALTER TABLE a ADD CONSTRAINT k CHECK (b > 1) NOT VALID;\n-- next\nALTER TABLE a VALIDATE CONSTRAINT k;",
    ),
    on(
        POSTGRES,
        "P5",
        "ALTER TABLE a ADD CONSTRAINT u UNIQUE (b);",
        "ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX ux_a_b;",
    ),
    on(
        POSTGRES,
        "P5",
        "ALTER TABLE a ADD CONSTRAINT e EXCLUDE USING gist (b WITH &&);",
        "CREATE TABLE a (b tstzrange, CONSTRAINT e EXCLUDE USING gist (b WITH &&));",
    ),
    on(
        POSTGRES,
        "P6",
        "ALTER TABLE a ALTER COLUMN b SET NOT NULL;",
        "CREATE TABLE a (b text);\n-- next\nALTER TABLE a ADD CONSTRAINT k CHECK (b IS NOT NULL) NOT VALID;\n-- next\n\
         ALTER TABLE a VALIDATE CONSTRAINT k;\n-- next\nALTER TABLE a ALTER b SET NOT NULL;",
    ),
    on(
        POSTGRES,
        "P6",
        "CREATE TABLE a (b text);\n-- next\nALTER TABLE a ADD CONSTRAINT k CHECK (b IS NOT NULL) NOT VALID;\n-- next\n\
         ALTER TABLE a ALTER b SET NOT NULL;",
        "ALTER TABLE a ALTER b DROP NOT NULL;",
    ),
    on(
        POSTGRES,
        "P7",
        "ALTER TABLE a ALTER COLUMN b SET DATA TYPE bigint USING b::bigint;",
        "CREATE TABLE a (b bigint); ALTER TABLE a ALTER b TYPE text;",
    ),
    on(
        POSTGRES,
        "P7",
        "CREATE TABLE a (b text);\n-- next\nALTER TABLE a ALTER b TYPE varchar(10);",
        "CREATE TABLE a (b character varying);\n-- next\nALTER TABLE a ALTER b TYPE text COLLATE \"C\";",
    ),
    on(
        POSTGRES,
        "P8",
        "ALTER TABLE a ADD b uuid NOT NULL DEFAULT gen_random_uuid();",
        "ALTER TABLE a ADD b timestamptz NOT NULL DEFAULT now();",
    ),
    on(
        POSTGRES,
        "P8",
        "ALTER TABLE a ADD b bigint GENERATED ALWAYS AS IDENTITY;",
        "CREATE TABLE a (b bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
    ),
    on(POSTGRES, "P9", "DROP VIEW v CASCADE;", "DROP VIEW v;"),
    on(
        POSTGRES,
        "P9",
        "ALTER TABLE a DROP CONSTRAINT k CASCADE;",
        "ALTER TABLE a DROP CONSTRAINT k RESTRICT; ALTER TABLE a ADD b text CONSTRAINT f REFERENCES c ON DELETE CASCADE;",
    ),
    on(POSTGRES, "P10", "ALTER TYPE status ADD VALUE 'done';", "ALTER TYPE status RENAME TO state;"),
    on(POSTGRES, "P11", "CREATE TYPE status AS ENUM ('open', 'done');", "CREATE DOMAIN status AS text;"),
    on(POSTGRES, "P12", "CREATE TABLE a (b json);", "CREATE TABLE a (b jsonb);"),
    on(
        POSTGRES,
        "P13",
        "CREATE TABLE a (id integer PRIMARY KEY);",
        "CREATE TABLE a (id bigint PRIMARY KEY, n integer);",
    ),
    on(POSTGRES, "P13", "CREATE TABLE a (id int, PRIMARY KEY (id));", "CREATE TABLE a (id int8, PRIMARY KEY (id));"),
    on(POSTGRES, "P14", "CREATE TABLE a (id bigserial PRIMARY KEY);", "CREATE TABLE a (id uuid PRIMARY KEY);"),
    on(POSTGRES, "P15", "CREATE TABLE a (b character varying(20));", "CREATE TABLE a (b varchar, c numeric(8, 2));"),
    on(
        POSTGRES,
        "P16",
        "CREATE TABLE a (at timestamp(6) without time zone);",
        "CREATE TABLE a (at timestamp(6) with time zone, b timestamptz, c date);",
    ),
    on(POSTGRES, "P17", "SET search_path = board, public;", "SET LOCAL lock_timeout = '5s';"),
    on(
        POSTGRES,
        "P17",
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "SELECT pg_catalog.set_config('search_path', '', true);",
    ),
];
