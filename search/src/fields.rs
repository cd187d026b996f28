//! What can be found, and which of its texts are looked at.

/// What a document of the index stands for. A row of one table each.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum EntityType {
    /// Of `work_items`: key, title and description.
    Item,
    /// Of `board_decisions`: title, problem, context, decision, rationale, approach, outcome and lessons.
    Decision,
    /// Of `work_item_events`, of the kind `comment`: its reason.
    Comment,
    /// Of `session_events`, of the kind `note`: the `text` of its data.
    Note,
    /// Of `checkpoints`: its note.
    Checkpoint,
}

impl EntityType {
    pub const ALL: [Self; 5] = [Self::Item, Self::Decision, Self::Comment, Self::Note, Self::Checkpoint];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Decision => "decision",
            Self::Comment => "comment",
            Self::Note => "note",
            Self::Checkpoint => "checkpoint",
        }
    }
}

/// A document of the index. Ids are UUIDs as 32 hexadecimal digits in lower case, without hyphens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    pub entity_type: EntityType,
    pub entity_id: String,
    /// None of what belongs to no project.
    pub project_id: Option<String>,
    /// What [`crate::search_text`] made of the texts.
    pub search_text: String,
}

impl Document {
    /// The document of an entity; the texts that it lacks are left out.
    #[must_use]
    pub fn new<'a>(
        entity_type: EntityType,
        entity_id: String,
        project_id: Option<String>,
        texts: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Self {
        let joined = texts.into_iter().flatten().collect::<Vec<_>>().join("\n");
        Self { entity_type, entity_id, project_id, search_text: crate::search_text(&joined) }
    }

    /// What SQLite's index finds it by besides its words: its type, its id and its project. FTS5 has no other quick way
    /// to a row than a word; the letters before the ids tell what they are the ids of.
    #[must_use]
    pub fn scope(&self) -> String {
        let project = self.project_id.as_deref().map(|id| format!(" {}", scope_of_project(id)));
        let entity = scope_of_entity(&self.entity_id);
        format!("{} {entity}{}", self.entity_type.as_str(), project.unwrap_or_default())
    }
}

/// The word of [`Document::scope`] for an entity.
#[must_use]
pub fn scope_of_entity(id: &str) -> String {
    format!("e{id}")
}

/// The word of [`Document::scope`] for a project.
#[must_use]
pub fn scope_of_project(id: &str) -> String {
    format!("p{id}")
}

#[cfg(test)]
mod tests {
    use super::{Document, EntityType};

    #[test]
    fn a_document_has_its_texts_and_its_scope() {
        let ids = ["0".repeat(32), "f".repeat(32)];
        let texts = [Some("CB-1"), None, Some("The Title")];
        let document = Document::new(EntityType::Item, ids[0].clone(), Some(ids[1].clone()), texts);
        assert_eq!(document.search_text, "cb 1 the title");
        assert_eq!(document.scope(), format!("item e{} p{}", ids[0], ids[1]));
        let alone = Document { project_id: None, ..document };
        assert_eq!(alone.scope(), format!("item e{}", ids[0]));
    }
}
