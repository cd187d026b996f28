use std::path::{Path, PathBuf};
use std::sync::Mutex;

use callboard_migration::scratch::Directory;

/// The directory of this process; it goes when the process ends, even by SIGKILL.
static ROOT: Mutex<Option<Directory>> = Mutex::new(None);

/// A new empty directory, removed when the value is dropped, and at the latest when the test process ends.
pub fn scratch_dir() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("t").tempdir_in(root()).expect("make a scratch directory")
}

/// The directory that holds everything this process makes.
pub(crate) fn root() -> PathBuf {
    let mut root = ROOT.lock().expect("lock the scratch root");
    root.get_or_insert_with(|| Directory::new("tests").expect("make the scratch root")).path().to_owned()
}

/// Removes the root.
pub(crate) fn finish() {
    let root = ROOT.lock().expect("lock the scratch root").take();
    let path = root.as_ref().map(|root| root.path().to_owned());
    drop(root);
    if let Some(path) = path.as_deref().filter(|path| Path::exists(path)) {
        eprintln!("left behind: {}", path.display());
    }
}
