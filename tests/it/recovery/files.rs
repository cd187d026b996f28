//! Files of a package: the operation that counts for each path.

use callboard_service::entity::{
    FileOperationOperation as Operation, FileOperationVerificationStatus as Verified, file_operations as operations,
};
use callboard_service::recovery::FileState;
use support::{TestDb, both};

use super::{operation, package, track};

both! {
    async fn the_last_operation_that_wrote_a_path_counts(t: TestDb) {
        use Operation::{Copy, Create, Delete, Modify, Move, Read};
        let seed = t.seed().await;
        let item = seed.item().await.id;
        let done = [
            (Create, "made", None),
            (Create, "changed", None),
            (Modify, "changed", None),
            (Create, "gone", None),
            (Modify, "gone", None),
            (Delete, "gone", None),
            (Delete, "back", None),
            (Create, "back", None),
            (Create, "old name", None),
            (Move, "old name", Some("new name")),
            (Create, "original", None),
            (Copy, "original", Some("copied")),
            (Copy, "only read from", Some("copied too")),
            (Read, "only read", None),
            (Read, "changed", None),
        ];
        for (after, (what, path, new)) in (0..).zip(done) {
            let row = operation(&seed, item, after, what, path);
            track(&seed, operations::Model { new_path: new.map(str::to_owned), ..row }).await;
        }
        // Another item's operations are not of this one.
        let other = seed.item().await.id;
        track(&seed, operation(&seed, other, 0, Create, "other")).await;
        let found = package(&seed, item).await.files;
        let told: Vec<_> = found.iter().map(|f| (f.path.as_str(), f.operation, f.state)).collect();
        let expected = [
            ("back", Create, FileState::Written),
            ("changed", Modify, FileState::Written),
            ("copied", Copy, FileState::Written),
            ("copied too", Copy, FileState::Written),
            ("gone", Delete, FileState::Absent),
            ("made", Create, FileState::Written),
            ("new name", Move, FileState::Written),
            ("old name", Move, FileState::Absent),
            ("only read", Read, FileState::Read),
            ("only read from", Copy, FileState::Read),
            ("original", Create, FileState::Written),
        ];
        assert_eq!(told, expected);
        let gone = &found[4];
        assert_eq!((gone.content_hash.as_ref(), gone.size_bytes), (None, None), "nothing is to be found there");
        assert_eq!((found[5].size_bytes, found[5].verification), (Some(7), Verified::Pending));
    }

    async fn by_the_time_when_they_were_done(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        // Written down the other way round.
        track(&seed, operation(&seed, item, 9, Operation::Delete, "a")).await;
        track(&seed, operation(&seed, item, 3, Operation::Create, "a")).await;
        assert_eq!(package(&seed, item).await.files[0].state, FileState::Absent);
    }
}
