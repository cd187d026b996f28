//! What steps and runs give: how much of it is stored, and that it is stored once.

use callboard_service::entity::WorkflowStepStatus as StepStatus;
use callboard_service::workflow::{Drive, MAX_STEP_OUTPUT, RunOptions, StepError};
use support::{TestDb, both};

use super::common::{drive, output_rows, run_row, step_row};

const FIFTY: usize = 50 * 1024 * 1024;

both! {
    async fn a_step_that_gives_50_mib_is_refused_with_the_limit_and_a_way_out(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "large", RunOptions::default(), |run| Box::pin(async {
            run.step("fetch", || async { Ok::<_, StepError>("x".repeat(FIFTY)) }).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{:?}", end.run().status) };
        let message = run.error_message.expect("a message");
        for part in ["step 'fetch'", "52428802 bytes", "at most 8388608", "write it to a file or a table"] {
            assert!(message.contains(part), "{message}");
        }
        let step = step_row(&seed.raw, "large", "fetch").await;
        // Another attempt would give as much.
        assert_eq!((step.status, step.attempt, step.next_attempt_at), (StepStatus::Failed, 1, None));
        assert_eq!((step.output, step.output_summary), (None, None));
    }

    async fn as_much_as_is_allowed_is_stored_whole(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "limit", RunOptions::default(), |run| Box::pin(async {
            // The quotes count.
            let text = run.step("fetch", || async { Ok::<_, StepError>("x".repeat(MAX_STEP_OUTPUT - 2)) }).await?;
            run.output("text", text).await?;
            Ok(())
        })).await.expect("drive");
        let run = end.completed().expect("completed");
        let step = step_row(&seed.raw, "limit", "fetch").await;
        let stored = step.output.and_then(|o| o.as_str().map(str::len));
        assert_eq!(stored, Some(MAX_STEP_OUTPUT - 2));
        assert!(step.output_summary.expect("a summary").len() < 600);
        assert_eq!(output_rows(&seed.raw, run.id).await[0].1.len(), MAX_STEP_OUTPUT - 2);
    }

    async fn a_large_output_of_the_run_is_refused_as_well(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "large", RunOptions::default(), |run| Box::pin(async {
            run.output("small", "kept").await?;
            run.output("text", "x".repeat(FIFTY)).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{:?}", end.run().status) };
        let message = run.error_message.expect("a message");
        for part in ["52428800 bytes", "8388608", "write it to a file"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(output_rows(&seed.raw, run.id).await, [("small".to_owned(), "kept".to_owned())]);
    }

    async fn a_key_twice_is_refused_and_the_first_value_stays(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "twice", RunOptions::default(), |run| Box::pin(async {
            run.output("answer", "one").await?;
            run.output("answer", "one").await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert_eq!(run.error_message.as_deref(), Some("output 'answer of twice' exists already"));
        assert_eq!(output_rows(&seed.raw, run.id).await, [("answer".to_owned(), "one".to_owned())]);
    }

    async fn the_null_character_is_refused_and_its_name_is_not(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "name", RunOptions::default(), |run| Box::pin(async {
            let text = run.step("code", || async { Ok::<_, StepError>("write \\u0000 for it".to_owned()) }).await?;
            run.output("code", text).await?;
            Ok(())
        })).await.expect("drive");
        let run = end.completed().expect("completed");
        assert_eq!(output_rows(&seed.raw, run.id).await[0].1, "write \\u0000 for it");

        let end = drive(&seed.board, "null", RunOptions::default(), |run| Box::pin(async {
            run.step("code", || async { Ok::<_, StepError>("a\0b".to_owned()) }).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(_) = end else { panic!("{end:?}") };
        let step = step_row(&seed.raw, "null", "code").await;
        assert_eq!((step.status, step.attempt, step.output), (StepStatus::Failed, 1, None));
        assert!(run_row(&seed.raw, "null").await.error_message.expect("why").contains("U+0000"));
    }
}
