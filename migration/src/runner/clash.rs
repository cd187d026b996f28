//! Names that are taken: refused before anything is changed, with what is there and what would be made.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;

use super::session::Place;
use super::{catalogue, expected};
use crate::error::Error;
use crate::step::Step;

/// Refuses to create what is there already under our names, and is not recorded as ours.
pub(crate) async fn refuse_clash(
    tx: &impl ConnectionTrait,
    place: &Place,
    steps: &[Step],
    applied: usize,
    chosen: &[&Step],
) -> Result<(), Error> {
    let objects = |step: &Step| step.footprint(place.kind).objects().cloned().collect::<Vec<_>>();
    let ours: BTreeSet<String> = steps.iter().take(applied).flat_map(objects).collect();
    let wanted: BTreeSet<String> =
        chosen.iter().flat_map(|step| objects(step)).filter(|name| !ours.contains(name)).collect();
    let names = catalogue::existing(tx, place, &wanted).await?;
    if names.is_empty() {
        return Ok(());
    }
    let made = expected::tables(steps, steps.len(), place.kind).unwrap_or_default();
    let mut shapes = BTreeMap::new();
    for name in &names {
        // `table sprints`: an index has no shape of its own.
        let Some((_, object)) = name.split_once(' ') else { continue };
        let theirs = catalogue::columns(tx, place, object).await?;
        let Some(ours) = made.get(&object.to_lowercase()).filter(|_| !theirs.is_empty()) else { continue };
        let theirs: Vec<String> = theirs.iter().map(|c| format!("{} {}", c.name, c.r#type).trim().to_owned()).collect();
        let ours: Vec<String> = ours.iter().filter_map(|line| column(line)).collect();
        shapes.insert(name.clone(), format!("there: {}; ours: {}", theirs.join(", "), ours.join(", ")));
    }
    Err(Error::Clash { names, shapes })
}

/// Name and type of a column, from a line of a description: `column title text not null`.
fn column(line: &str) -> Option<String> {
    let rest = line.strip_prefix("column ")?;
    let end = [" not null", " default ", " primary key "].iter().filter_map(|word| rest.find(word)).min();
    Some(rest[..end.unwrap_or(rest.len())].to_owned())
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn a_column_is_its_name_and_type() {
        assert_eq!(column("column hours numeric(8,2) not null default 0").as_deref(), Some("hours numeric(8,2)"));
        assert_eq!(column("column id uuid_text not null primary key 1").as_deref(), Some("id uuid_text"));
        assert_eq!(column("check ck_a (a > 0)"), None);
    }
}
