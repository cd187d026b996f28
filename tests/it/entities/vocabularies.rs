//! A vocabulary (CHECK list) that is changed in the live schema shows in the entities, by its column.

use support::{TestDb, both};

use super::change::Sqlite::{Rebuild, Sql};
use super::change::detects;

const LIST: &str = "CHECK (status IN ('planning', 'active', 'completed', 'on_hold'))";
const COLUMN: &str = "`sprints.status`";

/// Replaces the list of sprints.status.
async fn detects_list(t: &TestDb, check: &str, names: &[&str]) {
    let postgres = format!("ALTER TABLE sprints DROP CONSTRAINT ck_sprints_status, ADD {check}");
    detects(t, Rebuild("sprints", LIST, check), &postgres, names).await;
}

both! {
    async fn a_value_added(t: TestDb) {
        let check = "CHECK (status IN ('planning', 'active', 'completed', 'on_hold', 'called off'))";
        let names = [COLUMN, "+    #[sea_orm(string_value = \"called off\")]", "+    CalledOff,"];
        detects_list(&t, check, &names).await;
    }

    async fn a_value_removed(t: TestDb) {
        detects_list(&t, "CHECK (status IN ('planning', 'active', 'completed'))", &[COLUMN, "-    OnHold,"]).await;
    }

    async fn all_values_but_one_removed(t: TestDb) {
        detects_list(&t, "CHECK (status IN ('active'))", &[COLUMN, "-    Planning,", "-    OnHold,"]).await;
    }

    async fn a_value_renamed(t: TestDb) {
        let check = "CHECK (status IN ('planning', 'active', 'completed', 'paused'))";
        detects_list(&t, check, &[COLUMN, "-    OnHold,", "+    Paused,"]).await;
    }

    async fn values_in_another_order(t: TestDb) {
        let check = "CHECK (status IN ('planning', 'active', 'on_hold', 'completed'))";
        detects_list(&t, check, &[COLUMN, "on_hold"]).await;
    }

    async fn a_list_that_became_a_wider_condition(t: TestDb) {
        let check = "CHECK (status IN ('planning', 'active', 'completed', 'on_hold') OR goal IS NULL)";
        detects_list(&t, check, &["-    pub status: SprintStatus", "+    pub status: String"]).await;
    }

    async fn a_value_that_rust_can_not_name(t: TestDb) {
        let check = "CHECK (status IN ('planning', 'active', 'completed', 'on_hold', '+'))";
        detects_list(&t, check, &["-    pub status: SprintStatus", "+    pub status: String"]).await;
    }

    async fn a_list_dropped(t: TestDb) {
        let sqlite = Rebuild("sprints", LIST, "");
        let names = ["-    pub status: SprintStatus", "+    pub status: String"];
        detects(&t, sqlite, "ALTER TABLE sprints DROP CONSTRAINT ck_sprints_status", &names).await;
    }

    async fn a_list_added(t: TestDb) {
        let check = "CHECK (code IN ('a', 'b'))";
        let sqlite = format!("\"code\" text NOT NULL {check}");
        let names = ["+    pub code: SprintCode", "`sprints.code`"];
        let postgres = format!("ALTER TABLE sprints ADD {check}");
        detects(&t, Rebuild("sprints", "\"code\" text NOT NULL", &sqlite), &postgres, &names).await;
    }

    async fn a_column_with_a_list_added(t: TestDb) {
        let sql = "ALTER TABLE sprints ADD COLUMN mood text NOT NULL DEFAULT 'calm' CHECK (mood IN ('calm', 'tense'))";
        detects(&t, Sql(sql), sql, &["+    pub mood: SprintMood", "`sprints.mood`", "default_value = \"calm\""]).await;
    }

    async fn a_shared_vocabulary_that_went_apart(t: TestDb) {
        let from = "CHECK (level IN ('basic', 'proficient', 'expert'))";
        let to = "CHECK (level IN ('basic', 'proficient', 'expert', 'master'))";
        let postgres = format!("ALTER TABLE agent_capabilities DROP CONSTRAINT ck_agent_capabilities_level, ADD {to}");
        let names = ["`agent_capabilities.level`", "`work_item_requirements.min_level`", "+    Master,"];
        detects(&t, Rebuild("agent_capabilities", from, to), &postgres, &names).await;
    }
}
