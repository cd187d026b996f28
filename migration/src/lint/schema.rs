//! What the statements so far have made: tables, indexes, views and triggers.

use std::collections::BTreeMap;

use super::parse::{Action, Column, Constraint, CreateIndex, Parsed};

/// The schema before a statement. A table that is not in it was there before the first migration that was read.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
    pub indexes: BTreeMap<String, CreateIndex>,
    /// What each view mentions.
    pub views: BTreeMap<String, Vec<String>>,
    pub triggers: BTreeMap<String, Trigger>,
}

#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Which migration created it, by its position.
    pub created_in: usize,
    pub columns: Vec<Column>,
    pub constraints: Vec<Constraint>,
}

#[derive(Clone, Debug)]
pub struct Trigger {
    pub table: String,
    pub mentions: Vec<String>,
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Its constraints and those of its columns.
    pub fn all_constraints(&self) -> impl Iterator<Item = &Constraint> {
        self.constraints.iter().chain(self.columns.iter().flat_map(|c| &c.constraints))
    }

    fn all_constraints_mut(&mut self) -> impl Iterator<Item = &mut Constraint> {
        self.constraints.iter_mut().chain(self.columns.iter_mut().flat_map(|c| &mut c.constraints))
    }
}

impl Schema {
    /// The other tables that refer to this one.
    pub fn referrers(&self, table: &str) -> Vec<&str> {
        let refers = |t: &Table| t.all_constraints().any(|c| c.references.as_deref() == Some(table));
        self.tables.iter().filter(|(name, t)| *name != table && refers(t)).map(|(name, _)| name.as_str()).collect()
    }

    /// Does to the schema what the statement does to it.
    pub fn apply(&mut self, statement: &Parsed, migration: usize) {
        match statement {
            Parsed::CreateTable(t) if !(t.if_not_exists && self.tables.contains_key(&t.name)) => {
                let (columns, constraints) = (t.columns.clone(), t.constraints.clone());
                self.tables.insert(t.name.clone(), Table { created_in: migration, columns, constraints });
            }
            Parsed::CreateIndex(index) => {
                if let Some(name) = &index.name {
                    self.indexes.entry(name.clone()).or_insert_with(|| index.clone());
                }
            }
            Parsed::CreateView { name, mentions } => {
                self.views.insert(name.clone(), mentions.clone());
            }
            Parsed::CreateTrigger { name, table, mentions } => {
                self.triggers.insert(name.clone(), Trigger { table: table.clone(), mentions: mentions.clone() });
            }
            Parsed::AlterTable { table, actions } => {
                let mut table = table.clone();
                for action in actions {
                    self.alter(&mut table, action);
                }
            }
            Parsed::Drop { what, names, .. } => names.iter().for_each(|name| self.remove(what, name)),
            _ => {}
        }
    }

    fn remove(&mut self, what: &str, name: &str) {
        match what {
            "table" => {
                self.tables.remove(name);
                self.indexes.retain(|_, index| index.table != name);
                self.triggers.retain(|_, trigger| trigger.table != name);
            }
            "index" => drop(self.indexes.remove(name)),
            "view" => drop(self.views.remove(name)),
            "trigger" => drop(self.triggers.remove(name)),
            _ => {}
        }
    }

    fn alter(&mut self, table: &mut String, action: &Action) {
        if let Action::RenameTable { to } = action {
            self.rename_table(table, to);
            table.clone_from(to);
            return;
        }
        if let Action::RenameColumn { from, to } = action {
            for index in self.indexes.values_mut().filter(|index| index.table == *table) {
                index.mentions.iter_mut().filter(|name| *name == from).for_each(|name| name.clone_from(to));
            }
        }
        if let Action::DropColumn { column, .. } = action {
            self.indexes.retain(|_, index| index.table != *table || !index.mentions.contains(column));
        }
        let Some(t) = self.tables.get_mut(table) else { return };
        match action {
            Action::AddColumn { column, .. } if t.column(&column.name).is_none() => t.columns.push(column.clone()),
            Action::AddConstraint(constraint) => t.constraints.push(constraint.clone()),
            Action::DropColumn { column, .. } => t.columns.retain(|c| c.name != *column),
            Action::DropConstraint { name, .. } => {
                t.constraints.retain(|c| c.name.as_ref() != Some(name));
                t.columns.iter_mut().for_each(|c| c.constraints.retain(|c| c.name.as_ref() != Some(name)));
            }
            Action::ChangeType { column, ty } => {
                t.columns.iter_mut().filter(|c| c.name == *column).for_each(|c| c.ty.clone_from(ty));
            }
            Action::Validate { name } => {
                let validated = t.all_constraints_mut().filter(|c| c.name.as_ref() == Some(name));
                validated.for_each(|c| c.not_valid = false);
            }
            Action::SetNotNull { column } => {
                t.columns.iter_mut().filter(|c| c.name == *column).for_each(|c| c.not_null = true);
            }
            Action::RenameColumn { from, to } => {
                t.columns.iter_mut().filter(|c| c.name == *from).for_each(|c| c.name.clone_from(to));
                let mentions = t.all_constraints_mut().flat_map(|c| &mut c.mentions);
                mentions.filter(|name| *name == from).for_each(|name| name.clone_from(to));
            }
            _ => {}
        }
    }

    /// Both databases take the references of other tables along.
    fn rename_table(&mut self, from: &str, to: &str) {
        if let Some(table) = self.tables.remove(from) {
            self.tables.insert(to.to_owned(), table);
        }
        for constraint in self.tables.values_mut().flat_map(Table::all_constraints_mut) {
            if constraint.references.as_deref() == Some(from) {
                constraint.references = Some(to.to_owned());
            }
        }
        self.indexes.values_mut().filter(|i| i.table == from).for_each(|i| to.clone_into(&mut i.table));
        self.triggers.values_mut().filter(|t| t.table == from).for_each(|t| to.clone_into(&mut t.table));
    }
}
