//! The dry run of a whole folder: each change is tried on a copy of its database.

use super::preflight::{Change, Intent, Prepared, refuse_links};
use crate::runner::{DownGoal, Goal, rehearse_down, rehearse_up};

impl Prepared {
    /// Tries what `up` or `down` would do on a copy of each database, one after another, and removes the copy. What
    /// fails there is refused from here on; the rest of the plan stays as it is. `see` is told each name before its
    /// turn. Backups and restores were looked at already.
    pub async fn rehearse(&mut self, see: &mut (dyn FnMut(&str) + Send)) {
        for planned in &mut self.planned {
            let Intent::Change(change) = &planned.intent else { continue };
            let options = self.settings.options(&planned.project);
            // Someone may have put a link there since it was looked at.
            if let Err(error) = refuse_links(&self.root, &options) {
                planned.intent = Intent::Refused(error);
                continue;
            }
            let tried = match change {
                Change::Up(seen) => {
                    see(&planned.project.name);
                    let goal = seen.to.clone().map_or(Goal::Latest, Goal::To);
                    rehearse_up(&options, goal, &mut |_| {}).await
                }
                Change::Down(seen) => {
                    see(&planned.project.name);
                    let goal = seen.to.clone().map_or(DownGoal::All, DownGoal::To);
                    rehearse_down(&options, goal, &mut |_| {}).await
                }
                Change::Backup | Change::Restore(_) => continue,
            };
            if let Err(error) = tried {
                planned.intent = Intent::Refused(error);
            }
        }
    }
}
