//! Which paths lie in a project's root, and by which name the board keeps them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use callboard_service::file::Root;
use callboard_service::{Error, ErrorKind, FileProblem};
use support::plain;

plain! {
    fn a_path_has_one_name_however_it_is_given() {
        let place = Place::new();
        let root = place.root();
        let base = place.inside.join("src");
        for given in ["a.rs", "./a.rs", "../src/a.rs", "x/../a.rs", "../link-to-src/a.rs", "..//src/./a.rs"] {
            assert_eq!(root.locate(&base, Path::new(given)).expect(given), "src/a.rs", "{given}");
        }
        let absolute = place.inside.join("src/a.rs");
        assert_eq!(root.locate(Path::new("/"), &absolute).expect("absolute"), "src/a.rs");
        // By the link that leads to the root, too.
        assert_eq!(root.locate(Path::new("/"), &place.dir.path().join("alias/src/a.rs")).expect("alias"), "src/a.rs");
        // What is not there any more, with its folder.
        assert_eq!(root.locate(&base, Path::new("gone/too/b.rs")).expect("gone"), "src/gone/too/b.rs");
        assert_eq!(root.locate(&base, Path::new("a.rs/b")).expect("below a file"), "src/a.rs/b");
        assert_eq!(root.locate(&base, Path::new("ü \n*%.rs")).expect("odd"), "src/ü \n*%.rs");
    }

    fn what_lies_outside_is_refused() {
        let place = Place::new();
        let root = place.root();
        let outside = place.dir.path().join("outside");
        for given in ["../secret", "../../etc/passwd", "src/../../secret", "/etc/passwd", "gone/../../secret", "../inside-not/x"] {
            let problem = problem(root.locate(&place.inside, Path::new(given)));
            assert!(matches!(problem, FileProblem::Outside { .. }), "{given}: {problem}");
        }
        let problem_of = |path: &Path| problem(root.locate(&place.inside, path));
        assert!(matches!(problem_of(&outside.join("secret")), FileProblem::Outside { .. }));
        for given in ["way-out/secret", "src/../way-out/secret", "way-out/not/there"] {
            let problem = problem_of(Path::new(given));
            assert!(matches!(problem, FileProblem::LeadsOut { .. }), "{given}: {problem}");
        }
        for given in [".", "..", "src/..", "/", "src/../.."] {
            let problem = problem_of(Path::new(given));
            let refused = matches!(problem, FileProblem::Folder | FileProblem::Outside { .. });
            assert!(refused, "{given}: {problem}");
        }
    }

    fn names_that_cannot_be_kept_are_refused() {
        let place = Place::new();
        let root = place.root();
        let error = root.locate(&place.inside, Path::new(OsStr::from_bytes(b"src/caf\xe9.rs"))).expect_err("not UTF-8");
        assert!(error.to_string().contains("is not UTF-8"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let long = "x/".repeat(2500);
        let deep = format!("{}y", "abcdefg/".repeat(256));
        for given in [long.as_str(), &"x".repeat(5000), &deep] {
            let error = root.locate(&place.inside, Path::new(given)).expect_err("too long");
            assert!(matches!(error, Error::File { problem: FileProblem::TooLong { most: 2048, .. }, .. }), "{error}");
            assert!(error.to_string().len() < 200, "{error}");
        }
        // Each below the limit of the whole: of a folder's name, and of the file's own.
        for (given, bytes) in [(format!("{}/a.rs", "x".repeat(300)), 300), (format!("src/{}", "x".repeat(256)), 256)] {
            let problem = problem(root.locate(&place.inside, Path::new(&given)));
            assert_eq!(problem, FileProblem::NameTooLong { bytes, most: 255 }, "{problem}");
        }
        let longest = "x".repeat(255);
        assert_eq!(root.locate(&place.inside, Path::new(&longest)).expect("255 bytes"), longest);
        let fits = "abcdefg/".repeat(255) + "abcdefgh";
        assert_eq!(root.locate(&place.inside, Path::new(&fits)).expect("2,048 bytes").len(), 2048);
        let error = root.locate(&place.inside, Path::new("")).expect_err("empty");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }

    fn a_folder_has_a_name_as_a_file_has() {
        let place = Place::new();
        let root = place.root();
        let src = place.inside.join("src");
        for (given, expected) in [(".", "src"), ("..", ""), ("../", ""), ("deep/..", "src"), ("x/", "src/x"), ("../inside-not", "inside-not")] {
            assert_eq!(root.locate_any(&src, Path::new(given)).expect(given), expected, "{given}");
        }
        for given in ["../..", "/", "../../outside", "../way-out/x"] {
            root.locate_any(&src, Path::new(given)).expect_err(given);
        }
    }

    fn a_root_that_is_no_folder_is_named() {
        let place = Place::new();
        for (path, says) in [("nowhere", "is not there"), ("inside/src/a.rs", "is no folder"), ("inside/src/a.rs/x", "is no folder")] {
            let error = Root::at(&place.dir.path().join(path)).expect_err(path);
            assert!(error.to_string().contains(says) && error.kind() == ErrorKind::NotFound, "{path}: {error}");
        }
    }
}

/// `inside` is the root, `outside` is not.
struct Place {
    dir: tempfile::TempDir,
    inside: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = support::scratch_dir();
        let inside = dir.path().join("inside");
        for folder in ["inside/src", "inside-not", "outside"] {
            fs::create_dir_all(dir.path().join(folder)).expect("make a folder");
        }
        for file in ["inside/src/a.rs", "inside-not/x", "outside/secret", "secret"] {
            fs::write(dir.path().join(file), "abc").expect("write a file");
        }
        symlink("src", inside.join("link-to-src")).expect("link");
        symlink("../outside", inside.join("way-out")).expect("link");
        symlink("inside", dir.path().join("alias")).expect("link");
        Self { dir, inside }
    }

    fn root(&self) -> Root {
        Root::at(&self.inside).expect("open the root")
    }
}

fn problem(result: Result<String, Error>) -> FileProblem {
    match result {
        Err(Error::File { problem, .. }) => problem,
        other => panic!("not refused as a file: {other:?}"),
    }
}
