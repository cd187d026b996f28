use std::pin::Pin;

use crate::database::{Kind, TestDb};

/// The future of a test body; it stays on the thread that made it.
pub type BodyFuture = Pin<Box<dyn Future<Output = ()>>>;

/// What a test database holds when its test begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing; on SQLite there is no file yet.
    Empty,
    /// The newest schema, and no rows.
    Migrated,
    /// The newest schema and the rows of [`crate::large`]: a board with 100,000 items.
    Large,
}

/// A registered test, made by the macros.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) body: Body,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    Plain(fn()),
    Both(Content, fn(TestDb) -> BodyFuture),
    One(OneDatabase, Content, fn(TestDb) -> BodyFuture),
}

/// The only database that a test runs on, and why there is nothing to test on the other one.
#[derive(Clone, Copy, Debug)]
pub struct OneDatabase {
    pub kind: Kind,
    pub why: &'static str,
}

impl Case {
    /// A test without a database.
    pub const fn plain(module: &'static str, name: &'static str, body: fn()) -> Self {
        Self { module, name, body: Body::Plain(body) }
    }

    /// A test that runs once a database kind.
    pub const fn both(
        module: &'static str,
        name: &'static str,
        content: Content,
        body: fn(TestDb) -> BodyFuture,
    ) -> Self {
        Self { module, name, body: Body::Both(content, body) }
    }

    /// A test of what only one database has.
    pub const fn one(
        module: &'static str,
        name: &'static str,
        only: OneDatabase,
        content: Content,
        body: fn(TestDb) -> BodyFuture,
    ) -> Self {
        Self { module, name, body: Body::One(only, content, body) }
    }

    /// `<area>::<file>::<function>`: the module path without the name of the test crate.
    pub(crate) fn path(&self) -> String {
        let module = self.module.split_once("::").map_or("", |(_crate, rest)| rest);
        if module.is_empty() { self.name.to_owned() } else { format!("{module}::{}", self.name) }
    }
}

/// A registered function that runs in a process of its own, made by [`crate::child!`].
#[derive(Clone, Copy, Debug)]
pub struct ChildBody {
    /// Module path and name; unique.
    pub path: &'static str,
    /// Takes the arguments that the starter gave.
    pub body: fn(Vec<String>) -> BodyFuture,
}

inventory::collect!(Case);
inventory::collect!(ChildBody);

/// Registers each body on a migrated SQLite and on a migrated PostgreSQL database.
#[macro_export]
macro_rules! both {
    ($($(#[$attribute:meta])* async fn $name:ident($($t:tt)*) $body:block)+) => {
        $crate::__both!(Migrated: $($(#[$attribute])* async fn $name($($t)*) $body)+);
    };
}

/// Registers each body on an empty SQLite and on an empty PostgreSQL database.
#[macro_export]
macro_rules! both_empty {
    ($($(#[$attribute:meta])* async fn $name:ident($($t:tt)*) $body:block)+) => {
        $crate::__both!(Empty: $($(#[$attribute])* async fn $name($($t)*) $body)+);
    };
}

/// Registers each body on a copy of a SQLite and of a PostgreSQL database with 100,000 items.
#[macro_export]
macro_rules! both_large {
    ($($(#[$attribute:meta])* async fn $name:ident($($t:tt)*) $body:block)+) => {
        $crate::__both!(Large: $($(#[$attribute])* async fn $name($($t)*) $body)+);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __both {
    ($content:ident: $($(#[$attribute:meta])* async fn $name:ident($($t:tt)*) $body:block)+) => {$(
        $(#[$attribute])*
        async fn $name($($t)*) $body
        $crate::inventory::submit! {
            $crate::Case::both(module_path!(), stringify!($name), $crate::Content::$content, |t| Box::pin($name(t)))
        }
    )+};
}

/// Registers each body on a migrated SQLite database only; `why` says what PostgreSQL lacks.
#[macro_export]
macro_rules! on_sqlite {
    ($($test:tt)+) => { $crate::__one!(Sqlite, Migrated: $($test)+); };
}

/// Registers each body on an empty SQLite database only; `why` says what PostgreSQL lacks.
#[macro_export]
macro_rules! on_sqlite_empty {
    ($($test:tt)+) => { $crate::__one!(Sqlite, Empty: $($test)+); };
}

/// Registers each body on an empty PostgreSQL database only; `why` says what SQLite lacks.
#[macro_export]
macro_rules! on_postgres_empty {
    ($($test:tt)+) => { $crate::__one!(Postgres, Empty: $($test)+); };
}

/// Registers each body on a copy of a PostgreSQL database with 100,000 items only; `why` says what SQLite lacks.
#[macro_export]
macro_rules! on_postgres_large {
    ($($test:tt)+) => { $crate::__one!(Postgres, Large: $($test)+); };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __one {
    ($kind:ident, $content:ident:
        $($(#[$attribute:meta])* why: $why:literal; async fn $name:ident($($t:tt)*) $body:block)+
    ) => {$(
        $(#[$attribute])*
        async fn $name($($t)*) $body
        $crate::inventory::submit! {
            $crate::Case::one(
                module_path!(),
                stringify!($name),
                $crate::OneDatabase { kind: $crate::Kind::$kind, why: $why },
                $crate::Content::$content,
                |t| Box::pin($name(t)),
            )
        }
    )+};
}

/// Registers each body once; it needs no database.
#[macro_export]
macro_rules! plain {
    ($($(#[$attribute:meta])* fn $name:ident() $body:block)+) => {$(
        $(#[$attribute])*
        fn $name() $body
        $crate::inventory::submit! { $crate::Case::plain(module_path!(), stringify!($name), $name) }
    )+};
}

/// Makes a function that runs in a process of its own.
///
/// `child! { async fn worker(args: Vec<String>) { .. } }` gives `fn worker(dir: &Path) -> cli::Program`: add arguments
/// with `.arg(..)`, then `.run()` or `.spawn()` it. Its stdout and stderr are captured; a panic is exit code 101.
#[macro_export]
macro_rules! child {
    ($($(#[$attribute:meta])* async fn $name:ident($($args:tt)*) $body:block)+) => {$(
        $(#[$attribute])*
        fn $name(dir: &::std::path::Path) -> $crate::cli::Program {
            $crate::inventory::submit! {
                $crate::ChildBody {
                    path: concat!(module_path!(), "::", stringify!($name)),
                    body: |args| {
                        async fn body($($args)*) $body
                        Box::pin(body(args))
                    },
                }
            }
            $crate::cli::child(concat!(module_path!(), "::", stringify!($name)), dir)
        }
    )+};
}
