//! A workflow of the app's own code: what is short is ordered, once, however often the process dies.

use callboard_service::Error;
use callboard_service::workflow::{Drive, NewRun, RunOptions, StepError};
use serde_json::json;

use crate::work::place;
use crate::{Shop, Unit};

impl Shop {
    /// Counts the shelves and orders what is short. The same `id` again is the same run: it goes on, or is done.
    pub async fn restock(&self, id: &str, shelves: &[(String, u32)]) -> Result<Drive, Error> {
        let new = NewRun::new("restock", id).project("shop").inputs(json!({ "shelves": shelves })).steps(2);
        self.board
            .drive(self.actor, &new, RunOptions::default(), |run| {
                Box::pin(async move {
                    let shelves: Vec<(String, u32)> = run.inputs::<Inputs>()?.shelves;
                    // Runs at least once: what it gives is stored, and not computed again when the run is resumed.
                    let short = run
                        .step("count", || async {
                            let short = shelves.iter().filter(|(_, left)| *left < 5).map(|(what, _)| what.clone());
                            Ok::<Vec<String>, StepError>(short.collect())
                        })
                        .await?;
                    // Exactly once: the orders, their items and the step's completion are one transaction.
                    let keys = run
                        .step_tx("order", |tx| {
                            let short = short.clone();
                            Box::pin(async move {
                                let mut keys = Vec::new();
                                for what in short {
                                    keys.extend(place(Unit::of(tx), what).await?.item_key);
                                }
                                Ok(keys)
                            })
                        })
                        .await?;
                    run.output("ordered", json!(keys)).await?;
                    Ok(())
                })
            })
            .await
    }
}

#[derive(serde::Deserialize)]
struct Inputs {
    shelves: Vec<(String, u32)>,
}
