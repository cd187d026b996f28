use callboard_service::ErrorKind;
use callboard_service::workflow::template::{ShowTemplate, parse, shipped};
use support::flow::delegated;
use support::{TestDb, both};

fn show(name: &str, version: Option<i64>) -> ShowTemplate {
    ShowTemplate { name: name.to_owned(), version }
}

both! {
    async fn what_it_says_in_each_version(t: TestDb) {
        let seed = t.seed().await;
        let texts = [delegated("flow", &[("a", &[])]), delegated("flow", &[("a", &[]), ("b", &["a"])])];
        for text in &texts {
            seed.template(text).await;
        }
        let newest = seed.board.read(&show("flow", None)).await.expect("show");
        assert_eq!((newest.version, &newest.versions[..]), (Some(2), &[2, 1][..]));
        assert_eq!(newest.definition, parse(&texts[1]).expect("valid"));
        assert_eq!(newest.content_sha256.as_ref().map(String::len), Some(64));
        let first = seed.board.read(&show("flow", Some(1))).await.expect("show");
        assert_eq!((first.version, first.definition), (Some(1), parse(&texts[0]).expect("valid")));
        assert_eq!(first.versions, [2, 1]);
    }

    /// A shipped one is shown as it comes, and has no version before a run of it.
    async fn a_shipped_one_is_shown_before_it_is_on_the_board(t: TestDb) {
        let seed = t.seed().await;
        let shown = seed.board.read(&show("timeline", None)).await.expect("show");
        assert_eq!((shown.version, shown.content_sha256, shown.versions.len()), (None, None, 0));
        assert_eq!(shown.definition, shipped::definition("timeline").expect("shipped"));
        seed.template(shipped::text("timeline").expect("shipped")).await;
        let shown = seed.board.read(&show("timeline", None)).await.expect("show");
        assert_eq!((shown.version, shown.versions), (Some(1), vec![1]));
    }

    async fn what_is_missing_has_near_names(t: TestDb) {
        let seed = t.seed().await;
        seed.template(&delegated("flow", &[("a", &[])])).await;
        for (name, version, text) in [
            ("flw", None, "there is no workflow template 'flw'; near to it: flow"),
            ("timelin", None, "there is no workflow template 'timelin'; near to it: timeline"),
            ("flow", Some(2), "there is no workflow template 'flow version 2'"),
            ("timeline", Some(1), "there is no workflow template 'timeline version 1'"),
        ] {
            let error = seed.board.read(&show(name, version)).await.expect_err(text);
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, text));
        }
    }
}
