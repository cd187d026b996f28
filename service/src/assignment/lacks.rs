//! Agents who lack all that is asked for: for them what requires nothing is claimed as if nothing else were ready.

use sea_orm::{DbErr, Value as Bound};
use serde_json::{Value, json};

use super::matching::{self, Capabilities};
use crate::db::dialect::claim::{Limits, Named};
use crate::db::{Alone, Cells, Lacks};
use crate::error::{Error, Result};
use crate::id::Ref;

/// More different keys are not looked at, each of which is a step of every claim.
const MOST: usize = 64;

/// The requirement keys of what is ready, the agent's capabilities, and its tools.
type Facts = (Value, Option<Value>, Option<Value>);

/// Looks, now and then, whether the agent lacks all that what is ready asks for. A claim by it asks whether it still does.
///
/// What was claimed before is claimed, whatever becomes of this.
pub(super) async fn look(alone: Alone<'_>, agent: &Ref, (limits, named): (Limits, Named), [who, project]: [Bound; 2]) {
    let Some(text) = alone.dialect.claim_facts(limits, named).filter(|_| alone.plain.look_is_due(agent)) else {
        return;
    };
    let mut values = vec![who];
    values.extend(limits.project.then_some(project));
    let found = match alone.rows(text, values, read).await {
        Ok(mut rows) => rows.pop().map_or(Ok(None), |(keys, capabilities, tools)| lacks(keys, capabilities, tools)),
        Err(error) => Err(error),
    };
    let found = found.unwrap_or_else(|error| {
        tracing::debug!(%error, "what an agent lacks was not found out");
        None
    });
    alone.plain.learn(agent, found);
}

fn read(cells: &mut Cells<'_>) -> Result<Facts, DbErr> {
    Ok((cells.next()?, cells.next()?, cells.next()?))
}

/// `None` where the agent has what one of the keys asks for, or they are too many.
fn lacks(keys: Value, capabilities: Option<Value>, tools: Option<Value>) -> Result<Option<Lacks>> {
    let stored = |e: serde_json::Error| Error::Stored { what: "capabilities".to_owned(), why: e.to_string() };
    let mut keys: Vec<String> = serde_json::from_value(keys).map_err(stored)?;
    let mut has: Capabilities =
        capabilities.clone().map(serde_json::from_value).transpose().map_err(stored)?.unwrap_or_default();
    has.extend(matching::tools(tools.as_ref()));
    for key in &keys {
        if matching::compare(&matching::parse_key(key)?, &has).missing.is_empty() {
            return Ok(None);
        }
    }
    if keys.len() > MOST {
        return Ok(None);
    }
    keys.push(String::new());
    Ok(Some(Lacks { keys: json!(keys), capabilities, tools }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: &[&str], capabilities: Value, tools: Value) -> Option<Option<Value>> {
        lacks(json!(keys), Some(capabilities), Some(tools)).ok().map(|lacks| lacks.map(|lacks| lacks.keys))
    }

    #[test]
    fn who_can_do_one_of_them_lacks_not_all() {
        let keys = ["art:basic", "rust:expert,tool/git:basic"];
        assert_eq!(
            of(&keys, json!({"rust": "expert"}), json!([])),
            Some(Some(json!(["art:basic", "rust:expert,tool/git:basic", ""])))
        );
        assert_eq!(of(&keys, json!({"rust": "expert"}), json!(["git"])), Some(None));
        assert_eq!(of(&keys, json!({"rust": "basic", "art": "expert"}), json!([])), Some(None));
        assert_eq!(of(&[], json!({}), json!(["git"])), Some(Some(json!([""]))));
    }

    #[test]
    fn too_many_are_not_known() {
        let keys: Vec<String> = (0..=MOST).map(|n| format!("c{n}:basic")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert!(of(&keys[1..], json!({}), json!(null)).is_some_and(|keys| keys.is_some()));
        assert_eq!(of(&keys, json!({}), json!(null)), Some(None));
    }
}
