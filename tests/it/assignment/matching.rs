//! How an agent fits an item: pure functions.

use callboard_service::ErrorKind;
use callboard_service::assignment::deadline;
use callboard_service::assignment::matching::{Capabilities, compare, parse_key};
use callboard_service::entity::CapabilityLevel::{self, Basic, Expert, Proficient};
use support::plain;

plain! {
    fn a_requirement_key_is_read() {
        assert_eq!(parse_key("").expect("empty"), Capabilities::new());
        let key = parse_key("rust:expert,sql:basic,tool/psql:proficient").expect("a key");
        assert_eq!(key, of(&[("rust", Expert), ("sql", Basic), ("tool/psql", Proficient)]));
        for bad in ["rust", "rust:", "rust:master", "rust:expert,sql", ":"] {
            let error = parse_key(bad).expect_err(bad);
            assert_eq!(error.kind(), ErrorKind::Internal, "{bad}: a stored key is Callboard's own");
            assert!(error.to_string().contains("requirement key"), "{error}");
        }
    }

    /// Every level that is asked for against every one that is there.
    fn a_level_is_met_by_itself_and_by_higher_ones() {
        let levels = [None, Some(Basic), Some(Proficient), Some(Expert)];
        let score = [
            // none, basic, proficient, expert
            [0, 100, 90, 80],
            [0, 0, 100, 90],
            [0, 0, 0, 100],
        ];
        for (needed, row) in [Basic, Proficient, Expert].into_iter().zip(score) {
            for (own, score) in levels.into_iter().zip(row) {
                let has: Vec<(&str, CapabilityLevel)> = own.map(|level| ("rust", level)).into_iter().collect();
                let found = compare(&of(&[("rust", needed)]), &of(&has));
                assert_eq!(found.score, score, "{needed} by {own:?}");
                assert_eq!(found.missing.is_empty(), score > 0, "{needed} by {own:?}");
                assert_eq!(found.granted, of(&has));
            }
        }
    }

    fn what_is_not_asked_for_is_not_told() {
        let found = compare(&of(&[]), &of(&[("rust", Expert)]));
        assert_eq!((found.score, found.granted.len(), found.missing.len()), (100, 0, 0));
    }

    fn the_score_is_the_share_less_what_is_spare() {
        let needed = of(&[("a", Basic), ("b", Basic), ("c", Basic), ("d", Expert)]);
        let found = compare(&needed, &of(&[("a", Basic), ("b", Basic), ("c", Basic), ("d", Proficient)]));
        assert_eq!((found.score, found.missing), (75, of(&[("d", Expert)])));
        let spare = compare(&needed, &of(&[("a", Expert), ("b", Expert), ("c", Expert), ("d", Expert)]));
        assert_eq!(spare.score, 80, "at most 20 less");
        let little = compare(&needed, &of(&[("a", Expert)]));
        assert_eq!((little.score, little.missing.len()), (5, 3));
        assert_eq!(compare(&of(&[("a", Basic), ("b", Basic)]), &of(&[])).score, 0);
    }

    fn the_bounds_are_those_of_the_domain() {
        let bounds = (deadline::MIN_LEASE_SECONDS, deadline::DEFAULT_LEASE_SECONDS, deadline::MAX_LEASE_SECONDS);
        assert_eq!(bounds, (10, 900, 86_400));
        assert_eq!((deadline::DEFAULT_WAIT_SECONDS, deadline::MAX_WAIT_SECONDS), (86_400, 2_592_000));
    }
}

fn of(list: &[(&str, CapabilityLevel)]) -> Capabilities {
    list.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect()
}
