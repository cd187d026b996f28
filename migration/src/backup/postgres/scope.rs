//! What the statements of a dump may be about: the tables that it is of, and what belongs to those.
//!
//! A file that somebody else wrote changes nothing else while it is restored. What neighbours have on our tables,
//! triggers and policies, comes along: those are made after all rows are there, so nothing of them runs.

use std::collections::BTreeSet;

use super::tokens::{Token, unquoted};

/// What a statement does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum What {
    /// Makes a table or something of it. What it uses beside our tables: functions of others by schema and name, and
    /// such words as can be built-in functions.
    Makes { foreign: BTreeSet<String>, words: BTreeSet<String> },
    /// Sets a sequence or a comment.
    Sets,
    /// A trigger, a policy, or how they are used.
    Neighbours,
    /// A rule of this table, or how it is used: its actions can be anything.
    Rule { table: String },
}

/// The names that belong to a dump.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    schema: String,
    tables: BTreeSet<String>,
    /// The tables, and the indexes, constraints and sequences that were made.
    names: BTreeSet<String>,
    /// Something was made that would run while rows are written.
    late: bool,
}

type Words<'w, 't> = &'w [&'t str];

impl Scope {
    pub(super) fn new(schema: &str, tables: BTreeSet<String>) -> Self {
        Self { schema: schema.to_owned(), names: tables.clone(), tables, late: false }
    }

    /// Every name that stands for something of the dump's.
    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Whether rows of this table may come now.
    pub(super) fn rows(&self, schema: &str, table: &str) -> Result<(), String> {
        if schema != self.schema || !self.tables.contains(table) {
            return Err(format!("it holds the table {schema}.{table}, which its manifest does not"));
        }
        if self.late { Err(format!("it holds rows of {table} after a trigger")) } else { Ok(()) }
    }

    /// What a statement does; none when it is about something that is not the dump's.
    pub(super) fn look(&mut self, tokens: &[Token<'_>]) -> Option<What> {
        let words: Vec<&str> = tokens.iter().filter(|t| t.counts()).map(|t| t.text).collect();
        // Another way to write names.
        if words.windows(3).any(|w| matches!(w, ["U" | "u", "&", q] if q.starts_with(['"', '\'']))) {
            return None;
        }
        match words.as_slice() {
            ["CREATE", "TABLE", rest @ ..] | ["CREATE", "UNLOGGED", "TABLE", rest @ ..] => {
                let (_, rest) = self.table(rest)?;
                (is_plain_table(rest)).then(|| self.uses(&words))
            }
            ["CREATE", "SEQUENCE", rest @ ..] => {
                let (name, _) = self.of_schema(rest)?;
                self.names.insert(name);
                Some(What::Sets)
            }
            ["ALTER", "SEQUENCE", rest @ ..] => match self.known(rest)? {
                ["OWNED", "BY", rest @ ..] => {
                    let (_, rest) = self.table(rest)?;
                    matches!(rest, [".", _, ";"]).then_some(What::Sets)
                }
                _ => None,
            },
            ["CREATE", "INDEX", name, "ON", rest @ ..] | ["CREATE", "UNIQUE", "INDEX", name, "ON", rest @ ..] => {
                self.table(only(rest))?;
                self.names.insert(unquoted(name));
                Some(self.uses(&words))
            }
            ["ALTER", "INDEX", rest @ ..] => {
                let rest = self.known(rest)?;
                matches!(rest, ["ALTER", "COLUMN", _, "SET", "STATISTICS", _, ";"]).then_some(What::Sets)
            }
            ["ALTER", "TABLE", rest @ ..] => {
                let (table, rest) = self.table(only(rest))?;
                self.action(table, rest, &words)
            }
            ["CREATE", "CONSTRAINT", "TRIGGER", rest @ ..] | ["CREATE", "TRIGGER", rest @ ..] => {
                let on = rest.iter().position(|w| *w == "ON")?;
                self.table(rest.get(on + 1..)?)?;
                self.late = true;
                Some(What::Neighbours)
            }
            ["CREATE", "POLICY", _, "ON", rest @ ..] => {
                self.table(rest)?;
                self.late = true;
                Some(What::Neighbours)
            }
            ["CREATE", "RULE", _, "AS", "ON", _, "TO", rest @ ..] => {
                let (table, _) = self.table(rest)?;
                Some(What::Rule { table })
            }
            ["COMMENT", "ON", rest @ ..] => self.comment(rest),
            ["SELECT", "pg_catalog", ".", "setval", "(", sequence, ",", rest @ ..] => {
                let plain = |w: &&str| w.chars().all(|c| c.is_ascii_alphanumeric() || ",-".contains(c));
                match rest {
                    [values @ .., ")", ";"] if values.iter().all(plain) => self.literal(sequence).then_some(What::Sets),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn action(&mut self, table: String, rest: Words<'_, '_>, words: Words<'_, '_>) -> Option<What> {
        let mut depth = 0_i32;
        for word in rest {
            depth += i32::from(*word == "(") - i32::from(*word == ")");
            if *word == "," && depth == 0 {
                return None;
            }
        }
        match rest {
            ["ADD", "CONSTRAINT", name, ..] => {
                self.names.insert(unquoted(name));
                Some(self.uses(words))
            }
            ["ALTER", "COLUMN", _, "SET", "DEFAULT" | "STATISTICS" | "STORAGE" | "COMPRESSION" | "(", ..] => {
                Some(self.uses(words))
            }
            ["ALTER", "COLUMN", _, "ADD", "GENERATED", rest @ ..] => {
                let at = rest.windows(2).position(|w| w == ["SEQUENCE", "NAME"])?;
                let (name, _) = self.of_schema(rest.get(at + 2..)?)?;
                self.names.insert(name);
                Some(self.uses(words))
            }
            ["CLUSTER", "ON", _, ";"] | ["REPLICA", "IDENTITY", ..] => Some(What::Sets),
            ["ENABLE", "ROW", "LEVEL", "SECURITY", ";"] | ["FORCE", "ROW", "LEVEL", "SECURITY", ";"] => {
                Some(What::Neighbours)
            }
            ["ENABLE" | "DISABLE", "TRIGGER", _, ";"] | ["ENABLE", "REPLICA" | "ALWAYS", "TRIGGER", _, ";"] => {
                Some(What::Neighbours)
            }
            ["ENABLE" | "DISABLE", "RULE", _, ";"] | ["ENABLE", "REPLICA" | "ALWAYS", "RULE", _, ";"] => {
                Some(What::Rule { table })
            }
            _ => None,
        }
    }

    fn comment(&self, rest: Words<'_, '_>) -> Option<What> {
        match rest {
            ["TABLE" | "COLUMN", rest @ ..] => self.table(rest).map(|_| What::Sets),
            ["INDEX" | "SEQUENCE", rest @ ..] => self.known(rest).map(|_| What::Sets),
            ["CONSTRAINT", _, "ON", rest @ ..] => self.table(rest).map(|_| What::Sets),
            ["TRIGGER" | "POLICY", _, "ON", rest @ ..] => self.table(rest).map(|_| What::Neighbours),
            ["RULE", _, "ON", rest @ ..] => self.table(rest).map(|(table, _)| What::Rule { table }),
            _ => None,
        }
    }

    /// What a definition uses beside our tables.
    fn uses(&self, words: Words<'_, '_>) -> What {
        let (mut foreign, mut plain) = (BTreeSet::new(), BTreeSet::new());
        for at in 0..words.len() {
            let word = |n: usize| at.checked_sub(n).and_then(|at| words.get(at)).copied().unwrap_or_default();
            let named =
                self.of_schema(words.get(at..).unwrap_or_default()).is_some_and(|(n, _)| self.names.contains(&n));
            match words.get(at).copied().unwrap_or_default() {
                "(" if word(2) == "." => {
                    let (schema, name) = (unquoted(word(3)), unquoted(word(1)));
                    match schema.as_str() {
                        "pg_catalog" => drop(plain.insert(name)),
                        schema if schema == self.schema && self.names.contains(&name) => {}
                        // Of a foreign key, seen below.
                        _ if word(4).eq_ignore_ascii_case("REFERENCES") => {}
                        schema => drop(foreign.insert(format!("{schema}.{name}"))),
                    }
                }
                // Of a sequence of ours it is as good as any other word.
                "(" if word(1).eq_ignore_ascii_case("nextval")
                    && !words.get(at + 1).is_some_and(|w| self.literal(w)) =>
                {
                    foreign.insert("nextval".to_owned());
                }
                "(" if word(1).starts_with('"') => drop(plain.insert(unquoted(word(1)))),
                "(" => drop(plain.insert(word(1).to_lowercase())),
                // (value).function is function(value).
                "." if word(1) == ")" => drop(foreign.insert(unquoted(words.get(at + 1).copied().unwrap_or_default()))),
                "LIKE" => drop(foreign.insert("LIKE".to_owned())),
                w if w.eq_ignore_ascii_case("LIKE") => drop(foreign.insert("LIKE".to_owned())),
                _ if word(1) == "(" && word(2).eq_ignore_ascii_case("OPERATOR") => {
                    let rest = words.get(at..).unwrap_or_default();
                    if let [schema, ".", name @ ..] = rest
                        && *schema != "pg_catalog"
                    {
                        let end = name.iter().position(|w| *w == ")").unwrap_or(name.len());
                        let name = name.get(..end).unwrap_or_default().concat();
                        foreign.insert(format!("{}.{name}", unquoted(schema)));
                    }
                }
                _ if word(1).eq_ignore_ascii_case("REFERENCES") && !named => {
                    let name = words.get(at..at + 3).unwrap_or_default().concat();
                    foreign.insert(name.split('.').map(unquoted).collect::<Vec<_>>().join("."));
                }
                _ => {}
            }
        }
        What::Makes { foreign, words: plain }
    }

    /// The name in the dump's schema, and what follows.
    fn of_schema<'w, 't>(&self, words: Words<'w, 't>) -> Option<(String, Words<'w, 't>)> {
        match words {
            [schema, ".", name, rest @ ..] if unquoted(schema) == self.schema => Some((unquoted(name), rest)),
            _ => None,
        }
    }

    fn table<'w, 't>(&self, words: Words<'w, 't>) -> Option<(String, Words<'w, 't>)> {
        self.of_schema(words).filter(|(name, _)| self.tables.contains(name))
    }

    fn known<'w, 't>(&self, words: Words<'w, 't>) -> Option<Words<'w, 't>> {
        self.of_schema(words).filter(|(name, _)| self.names.contains(name)).map(|(_, rest)| rest)
    }

    /// Whether a literal is one of our names.
    fn literal(&self, text: &str) -> bool {
        let Some(inner) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) else { return false };
        let inner = inner.replace("''", "'");
        let tokens = super::tokens::read(&inner);
        let words: Vec<&str> = tokens.iter().map(|t| t.text).collect();
        self.known(&words).is_some_and(<[_]>::is_empty)
    }
}

fn only<'w, 't>(words: Words<'w, 't>) -> Words<'w, 't> {
    match words {
        ["ONLY", rest @ ..] => rest,
        all => all,
    }
}

/// Columns and storage parameters: neither a query, nor another table's columns.
fn is_plain_table(rest: Words<'_, '_>) -> bool {
    let Some(["(", ..]) = rest.get(..1) else { return false };
    let mut depth = 0_i32;
    let close = rest.iter().position(|word| {
        depth += i32::from(*word == "(") - i32::from(*word == ")");
        depth == 0
    });
    let after = close.and_then(|at| rest.get(at + 1..)).unwrap_or_default();
    match after {
        [";"] => true,
        ["WITH", "(", values @ .., ")", ";"] => !values.contains(&"("),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tokens;
    use super::{Scope, What};

    fn look(sql: &str) -> Option<What> {
        let mut scope = Scope::new("public", BTreeSet::from(["t".to_owned(), "u".to_owned()]));
        for made in ["CREATE SEQUENCE public.t_seq;", "CREATE INDEX ix ON public.t USING btree (a);"] {
            assert!(scope.look(&tokens::read(made)).is_some());
        }
        scope.look(&tokens::read(sql))
    }

    #[test]
    fn what_is_about_others_is_seen() {
        for sql in [
            "CREATE TABLE public.app (a int);",
            "CREATE TABLE other.t (a int);",
            "CREATE TABLE public.t AS SELECT 1;",
            "CREATE TABLE public.t (a) AS SELECT 1;",
            "CREATE TABLE public.t (a int) INHERITS (public.app);",
            "CREATE TABLE public.t (a int) WITH (x=f(1));",
            "CREATE TABLE t (a int);",
            "ALTER TABLE public.app DROP COLUMN a;",
            "ALTER TABLE public.t DROP COLUMN a;",
            "ALTER TABLE public.t ADD CONSTRAINT c CHECK ((a > 0)), DROP COLUMN a;",
            "ALTER TABLE public.t ADD COLUMN a int;",
            "ALTER TABLE public.t OWNER TO x;",
            "ALTER TABLE PUBLIC.T ENABLE ROW LEVEL SECURITY;",
            "ALTER TABLE U&\"\\0070ublic\".t ENABLE ROW LEVEL SECURITY;",
            "ALTER SEQUENCE public.app_seq OWNED BY public.t.a;",
            "ALTER SEQUENCE public.t_seq OWNED BY public.app.a;",
            "ALTER SEQUENCE public.t_seq RESTART;",
            "ALTER INDEX public.app_ix ALTER COLUMN 1 SET STATISTICS 9;",
            "CREATE INDEX i ON public.app USING btree (a);",
            "CREATE STATISTICS public.s ON a, b FROM public.app;",
            "CREATE TRIGGER g BEFORE INSERT ON public.app EXECUTE FUNCTION public.f();",
            "CREATE POLICY p ON public.app;",
            "CREATE RULE r AS ON INSERT TO public.app DO INSTEAD NOTHING;",
            "COMMENT ON TABLE public.app IS 'x';",
            "COMMENT ON DATABASE x IS 'x';",
            "COMMENT ON INDEX public.app_ix IS 'x';",
            "SELECT pg_catalog.setval('public.app_seq', 1, true);",
            "SELECT pg_catalog.setval('public.t_seq', f(), true);",
            "SELECT pg_catalog.setval('public.t_seq', 1, true), f();",
        ] {
            assert_eq!(look(sql), None, "{sql}");
        }
    }

    #[test]
    fn what_is_used_beside_is_told() {
        for (sql, used) in [
            ("CREATE INDEX i ON public.t USING btree (public.f(a));", "public.f"),
            ("CREATE TABLE public.t (a int DEFAULT other.\"F\"());", "other.F"),
            ("CREATE TABLE public.t (LIKE public.app);", "LIKE"),
            ("CREATE TABLE public.t (a int CHECK (((a).f > 0)));", "f"),
            ("CREATE TABLE public.t (a bigint DEFAULT nextval('public.app_seq'::regclass));", "nextval"),
            ("ALTER TABLE public.t ADD CONSTRAINT c CHECK ((a OPERATOR(public.==) 1));", "public.=="),
            ("ALTER TABLE ONLY public.t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES public.app(id);", "public.app"),
            ("ALTER TABLE ONLY public.t ADD CONSTRAINT c FOREIGN KEY (a) references public.app;", "public.app"),
        ] {
            let Some(What::Makes { foreign, .. }) = look(sql) else { unreachable!("{sql}") };
            assert_eq!(foreign.iter().map(String::as_str).collect::<Vec<_>>(), [used], "{sql}");
        }
        let Some(What::Makes { foreign, words }) = look("CREATE INDEX i ON public.t USING btree (Lower(a), \"F\"(a));")
        else {
            unreachable!()
        };
        assert!(foreign.is_empty() && words.contains("lower") && words.contains("F"), "{words:?}");
    }

    #[test]
    fn what_a_dump_of_ours_holds_is_taken() {
        for sql in [
            "CREATE TABLE public.t (a text DEFAULT 'x; LIKE'::text, CONSTRAINT c CHECK ((lower(a) <> ''::text))) WITH (fillfactor='50');",
            "CREATE UNLOGGED TABLE public.\"u\" (a bigint DEFAULT nextval('public.t_seq'::regclass) NOT NULL);",
            "ALTER SEQUENCE public.t_seq OWNED BY public.t.a;",
            "ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT nextval('public.t_seq'::regclass);",
            "ALTER TABLE public.t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.t_a_seq START WITH 1);",
            "ALTER TABLE ONLY public.t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES public.u(a, b) ON DELETE CASCADE;",
            "CREATE UNIQUE INDEX i ON public.t USING btree (a public.gin_trgm_ops) WHERE (a IS NOT NULL);",
            "ALTER INDEX public.ix ALTER COLUMN 1 SET STATISTICS 9;",
            "CREATE TRIGGER g AFTER INSERT OR UPDATE OF a ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();",
            "CREATE POLICY p ON public.t USING (public.f(a));",
            "CREATE RULE r AS\n    ON INSERT TO public.t DO  INSERT INTO public.app VALUES (1);",
            "COMMENT ON COLUMN public.t.a IS 'x';",
            "COMMENT ON CONSTRAINT c ON public.t IS 'x';",
            "SELECT pg_catalog.setval('public.t_seq', -1, true);",
        ] {
            match look(sql) {
                Some(What::Makes { foreign, .. }) => assert!(foreign.is_empty(), "{sql}: {foreign:?}"),
                other => assert!(other.is_some(), "{sql}"),
            }
        }
    }
}
