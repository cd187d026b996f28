use std::path::{Path, PathBuf};
use std::{env, fs};

use super::Error;

/// Where distributions put one directory a major version: the part before and after the version.
const VERSIONED: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// The directory that holds `initdb` and `postgres`: PG_BIN, else the newest installed version, else one on PATH.
pub(super) fn find() -> Result<PathBuf, Error> {
    if let Some(chosen) = env::var_os("PG_BIN").filter(|v| !v.is_empty()) {
        let chosen = PathBuf::from(chosen);
        return if complete(&chosen) {
            Ok(chosen)
        } else {
            Err(Error::NoServerPrograms { searched: format!("PG_BIN ({})", chosen.display()) })
        };
    }
    let installed = VERSIONED.iter().flat_map(|(root, prefix, bin)| versions(Path::new(root), prefix, bin));
    let newest = installed.filter(|(_, bin)| complete(bin)).max_by_key(|(version, _)| *version);
    let on_path = || env::split_paths(&env::var_os("PATH")?).find(|bin| complete(bin));
    newest.map(|(_, bin)| bin).or_else(on_path).ok_or_else(|| Error::NoServerPrograms {
        searched: "/usr/lib/postgresql/*/bin, /usr/pgsql-*/bin, Homebrew's postgresql@* and PATH".to_owned(),
    })
}

fn complete(bin: &Path) -> bool {
    bin.join("initdb").is_file() && bin.join("postgres").is_file()
}

fn versions(root: &Path, prefix: &str, bin: &str) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join(bin)))
        })
        .collect()
}

/// User and group id of `postgres`, else of `nobody`: whom a server runs as when the caller is root.
pub(super) fn unprivileged_user() -> Result<(u32, u32), Error> {
    let passwd = fs::read_to_string("/etc/passwd").map_err(Error::io("read /etc/passwd"))?;
    let find = |name: &str| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != name {
                return None;
            }
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    };
    find("postgres").or_else(|| find("nobody")).ok_or(Error::NoUnprivilegedUser)
}
