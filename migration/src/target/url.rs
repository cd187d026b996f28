//! The database URL: a value that never shows its password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::error::Error;

/// The database engine behind a URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Where a database is. `Display` and `Debug` hide the password, and so do all errors made from it.
///
/// Accepted: `sqlite://PATH`, `sqlite:PATH`, `postgres://` and `postgresql://`, also with a socket folder as the host
/// (`postgres://user@%2Fvar%2Frun%2Fpostgresql:5432/db`).
#[derive(Clone, Eq, PartialEq)]
pub struct DatabaseUrl(Inner);

#[derive(Clone, Eq, PartialEq)]
enum Inner {
    Sqlite(PathBuf),
    Postgres(Box<::url::Url>),
}

impl DatabaseUrl {
    /// The URL of a SQLite file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Inner::Sqlite(path.into()))
    }

    pub fn kind(&self) -> Kind {
        match self.0 {
            Inner::Sqlite(_) => Kind::Sqlite,
            Inner::Postgres(_) => Kind::Postgres,
        }
    }

    /// The file of a SQLite URL, as it was given.
    pub fn sqlite_path(&self) -> Option<&Path> {
        match &self.0 {
            Inner::Sqlite(path) => Some(path),
            Inner::Postgres(_) => None,
        }
    }

    pub(crate) fn postgres(&self) -> Option<&::url::Url> {
        match &self.0 {
            Inner::Sqlite(_) => None,
            Inner::Postgres(url) => Some(url),
        }
    }

    /// The whole URL, password included: only for opening a connection, never for a message.
    pub fn expose_secret(&self) -> String {
        match &self.0 {
            Inner::Sqlite(path) => format!("sqlite://{}", encode(&path.to_string_lossy())),
            Inner::Postgres(url) => url.as_str().to_owned(),
        }
    }

    /// The same server, another database.
    pub(crate) fn with_database(&self, name: &str) -> Self {
        let Inner::Postgres(url) = &self.0 else { return self.clone() };
        let mut url = url.clone();
        url.set_path(&encode(name).replace('/', "%2F"));
        // The parameter would win over the path.
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(key, _)| key != "dbname")
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        Self(Inner::Postgres(url))
    }

    /// The password, as the server wants it.
    pub(crate) fn password(&self) -> Option<String> {
        let url = self.postgres()?;
        let parameter = url.query_pairs().filter(|(key, _)| key == "password").last();
        parameter.map(|(_, value)| value.into_owned()).or_else(|| url.password().map(decode))
    }

    pub fn has_password(&self) -> bool {
        !self.secrets().is_empty()
    }

    /// Takes the password out of a text that a driver wrote.
    pub fn redact(&self, text: &str) -> String {
        self.secrets().iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
    }

    /// The password in each form in which it could turn up; never an empty one.
    fn secrets(&self) -> Vec<String> {
        let Inner::Postgres(url) = &self.0 else {
            return Vec::new();
        };
        let mut out: Vec<String> = Vec::new();
        if let Some(password) = url.password() {
            out.push(password.to_owned());
            out.push(decode(password));
        }
        for (key, value) in url.query_pairs() {
            if key.to_ascii_lowercase().contains("pass") {
                out.push(encode(&value));
                out.push(value.into_owned());
            }
        }
        out.retain(|s| !s.is_empty());
        // The longest first: one form can be a part of another.
        out.sort_by_key(|s| std::cmp::Reverse(s.len()));
        out.dedup();
        out
    }
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    /// Errors name what is wrong, never any part of the text: a password can stand anywhere in a malformed URL.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(Error::Url { reason: SCHEMES });
        };
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => postgres(text),
            _ => Err(Error::Url { reason: SCHEMES }),
        }
    }
}

const SCHEMES: &str = "it must begin with sqlite://, postgres:// or postgresql://";

fn sqlite(rest: &str) -> Result<DatabaseUrl, Error> {
    let bad = |reason| Err(Error::Url { reason });
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        match pair {
            "mode=rw" | "mode=rwc" => {}
            "mode=memory" => return bad(MEMORY),
            _ => return bad("a SQLite URL takes no parameters"),
        }
    }
    let path = decode(path);
    if path.is_empty() {
        return bad("a SQLite URL names a file: sqlite://board.db");
    }
    if path.starts_with(":memory:") {
        return bad(MEMORY);
    }
    if path.contains('\0') {
        return bad("a file name has no zero byte");
    }
    Ok(DatabaseUrl(Inner::Sqlite(PathBuf::from(path))))
}

const MEMORY: &str = "a database in memory is gone when the program ends: name a file";

fn postgres(text: &str) -> Result<DatabaseUrl, Error> {
    let bad = |reason| Err(Error::Url { reason });
    let Ok(url) = ::url::Url::parse(text) else {
        return bad(
            "it is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE; write special characters in the \
                    password as %XX",
        );
    };
    if url.cannot_be_a_base() || url.fragment().is_some() {
        return bad("it has a part that a PostgreSQL URL does not have; write # in the password as %23");
    }
    // `user:12/34@host` parses as host `user`, database `34@host`: half a password would be shown as the database.
    if url.path().contains('@') || url.query().is_some_and(|q| q.contains('@')) {
        return bad("it has an @ after the host; write special characters in the password as %XX");
    }
    if url.path().trim_start_matches('/').is_empty() {
        return bad("it names no database: postgres://USER@HOST/DATABASE");
    }
    for (key, _) in url.query_pairs() {
        if !PARAMETERS.contains(&&*key) {
            return bad(
                "it has a parameter that is not known; known are host, port, user, password, dbname, sslmode, \
                        sslrootcert, sslcert, sslkey, application_name and options",
            );
        }
    }
    Ok(DatabaseUrl(Inner::Postgres(Box::new(url))))
}

const PARAMETERS: &[&str] = &[
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "application_name",
    "options",
    "statement-cache-capacity",
];

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Inner::Postgres(url) => {
                // Parameters can hold secrets, so none is shown.
                f.write_str("postgres://")?;
                if !url.username().is_empty() {
                    write!(f, "{}{}@", url.username(), if url.password().is_some() { ":***" } else { "" })?;
                }
                f.write_str(url.host_str().unwrap_or_default())?;
                if let Some(port) = url.port() {
                    write!(f, ":{port}")?;
                }
                f.write_str(url.path())
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten();
        match hex.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
