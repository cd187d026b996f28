//! Writes the files: SeaORM's generator makes the models; enums, keys, defaults and relations are added to them.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, ColumnDef, ColumnType, Index, IntoIden, TableCreateStatement};
use sea_orm_codegen::{
    BannerVersion, BigIntegerType, DateTimeCrate, EntityFormat, EntityTransformer, EntityWriterContext, WithPrelude,
    WithSerde,
};

use super::normalise::{Column, Table, Vocabulary, camel, db_type, variants};
use super::relations::{Field, relations};
use super::{Error, Files};

/// SeaORM's name for the file of enums; the models import from it.
const ENUMS: &str = "sea_orm_active_enums.rs";
/// By this a file is known to be the generator's, which may then be replaced or removed.
pub const MARK: &str = "@generated";
const HEADER: &str =
    "//! Written by `migration entities generate` from the schema, @generated: never edited by hand.\n\n";

/// Writes one file a table, the enums, and `mod.rs` with `SCHEMA_VERSION`.
///
/// # Errors
/// [`Error::Codegen`] or [`Error::Syntax`] for a schema that the generator can't put into Rust.
pub fn files(tables: &[Table], version: &str) -> Result<Files, Error> {
    let statements = tables.iter().map(statement).collect();
    let relations = relations(tables);
    let mut out = Files::new();
    for file in EntityTransformer::transform(statements)?.generate(&context()).files {
        let Some(table) = tables.iter().find(|t| file.name == format!("{}.rs", t.name)) else { continue };
        let fields = relations.get(&table.name).map_or(&[][..], Vec::as_slice);
        let text = model(&file.content, table, fields).map_err(|e| syntax(&file.name, &e))?;
        out.insert(file.name, HEADER.to_owned() + &text);
    }
    let enums = enums(tables);
    if !enums.is_empty() {
        out.insert(ENUMS.to_owned(), pretty(ENUMS, &enums)?);
    }
    out.insert("mod.rs".to_owned(), pretty("mod.rs", &index(tables, !enums.is_empty(), version))?);
    Ok(out)
}

fn context() -> EntityWriterContext {
    EntityWriterContext::new(
        EntityFormat::Dense,
        WithPrelude::None,
        WithSerde::Both,
        true,
        DateTimeCrate::Chrono,
        BigIntegerType::I64,
        None,
        false,
        false,
        false,
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        Vec::new(),
        false,
        true,
        BannerVersion::Off,
    )
}

/// What SeaORM's generator needs for a model: columns and the primary key.
fn statement(table: &Table) -> TableCreateStatement {
    let mut out = sea_orm::sea_query::Table::create();
    out.table(Alias::new(&table.name));
    for column in &table.columns {
        let kind = match (&column.vocabulary, &column.kind) {
            (Some(v), _) => ColumnType::Enum {
                name: Alias::new(&v.name).into_iden(),
                variants: v.values.iter().map(|v| Alias::new(v).into_iden()).collect(),
            },
            // The generator's name for UTC; the model's field decides, and the column type follows from it.
            (None, ColumnType::TimestampWithTimeZone) => ColumnType::Timestamp,
            (None, kind) => kind.clone(),
        };
        let mut def = ColumnDef::new_with_type(Alias::new(&column.name), kind);
        if !column.nullable {
            def.not_null();
        }
        out.col(&mut def);
    }
    let mut key = Index::create();
    for column in &table.primary_key {
        key.col(Alias::new(column));
    }
    if !table.primary_key.is_empty() {
        out.primary_key(&mut key);
    }
    out
}

/// Adds to a generated model what SeaORM's generator leaves out.
fn model(content: &str, table: &Table, relations: &[Field]) -> syn::Result<String> {
    use syn::parse::Parser;
    let mut file = syn::parse_str::<syn::File>(content)?;
    let model = file.items.iter_mut().find_map(|item| match item {
        syn::Item::Struct(s) if s.ident == "Model" => Some(s),
        _ => None,
    });
    if let Some(syn::Fields::Named(fields)) = model.map(|m| &mut m.fields) {
        for (field, column) in fields.named.iter_mut().zip(&table.columns) {
            for attribute in attributes(table, column) {
                add(field, &attribute)?;
            }
            for (name, _) in table.partial_uniques.iter().filter(|(_, columns)| columns.contains(&column.name)) {
                // SeaORM has no attribute for it.
                let text = format!("/// Unique among the rows of the partial index `{name}`.\nstruct S;");
                field.attrs.splice(0..0, syn::parse_str::<syn::ItemStruct>(&text)?.attrs);
            }
        }
        for relation in relations {
            let text = format!("#[sea_orm({})] pub {}: {}", relation.attribute, relation.name, relation.kind);
            fields.named.push(syn::Field::parse_named.parse_str(&text)?);
        }
    }
    Ok(spaced(file))
}

/// Formats, with an empty line between items other than imports and modules.
fn spaced(file: syn::File) -> String {
    let mut out = String::new();
    let mut dense = true;
    for item in file.items {
        let line = matches!(item, syn::Item::Use(_) | syn::Item::Mod(_));
        if !(out.is_empty() || (line && dense)) {
            out.push('\n');
        }
        dense = line;
        out += &prettyplease::unparse(&syn::File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items: vec![item],
        });
    }
    out
}

/// The attributes for a column's default and for the unique keys that it is part of.
fn attributes(table: &Table, column: &Column) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(default) = &column.default {
        out.push(format!("default_value = {}", literal(&column.kind, default)));
    }
    for key in table.uniques.iter().filter(|key| key.contains(&column.name)) {
        out.push(match key.as_slice() {
            [_] => "unique".to_owned(),
            many => format!("unique_key = {:?}", many.join("_")),
        });
    }
    out
}

fn literal(kind: &ColumnType, default: &str) -> String {
    let whole = matches!(
        kind,
        ColumnType::TinyInteger | ColumnType::SmallInteger | ColumnType::Integer | ColumnType::BigInteger
    );
    match (kind, default.to_ascii_lowercase().as_str()) {
        (ColumnType::Boolean, "true" | "1") => "true".to_owned(),
        (ColumnType::Boolean, "false" | "0") => "false".to_owned(),
        (_, number) if whole && number.parse::<i64>().is_ok() => number.to_owned(),
        _ => format!("{default:?}"),
    }
}

/// Adds to the field's `#[sea_orm(..)]`, or gives it one.
fn add(field: &mut syn::Field, attribute: &str) -> syn::Result<()> {
    let existing = field.attrs.iter_mut().find_map(|a| match &mut a.meta {
        syn::Meta::List(list) if list.path.is_ident("sea_orm") => Some(list),
        _ => None,
    });
    let Some(list) = existing else {
        let parsed: syn::ItemStruct = syn::parse_str(&format!("#[sea_orm({attribute})] struct S;"))?;
        field.attrs.extend(parsed.attrs);
        return Ok(());
    };
    let more: syn::MetaList = syn::parse_str(&format!("sea_orm(, {attribute})"))?;
    list.tokens.extend(more.tokens);
    Ok(())
}

/// One enum a vocabulary, with the columns that use it.
fn enums(tables: &[Table]) -> String {
    let mut found: BTreeMap<&str, (&Vocabulary, String, Vec<String>)> = BTreeMap::new();
    for (table, column) in tables.iter().flat_map(|t| t.columns.iter().map(move |c| (t, c))) {
        if let Some(v) = &column.vocabulary {
            let entry = found.entry(&v.name).or_insert_with(|| (v, db_type(&column.kind), Vec::new()));
            entry.2.push(format!("`{}.{}`", table.name, column.name));
        }
    }
    if found.is_empty() {
        return String::new();
    }
    let mut out = "use sea_orm::entity::prelude::*;\nuse serde::{Deserialize, Serialize};\n".to_owned();
    for (vocabulary, db_type, columns) in found.into_values() {
        out += &enumeration(vocabulary, &db_type, &columns.join(", "));
    }
    out
}

fn enumeration(vocabulary: &Vocabulary, db_type: &str, columns: &str) -> String {
    let name = camel(&vocabulary.name);
    let variants = variants(&vocabulary.values).unwrap_or_default();
    let mut declared = String::new();
    let mut arms = String::new();
    for (variant, value) in variants.iter().zip(&vocabulary.values) {
        declared += &format!("#[sea_orm(string_value = {value:?})]\n#[serde(rename = {value:?})]\n{variant},\n");
        arms += &format!("Self::{variant} => {value:?},\n");
    }
    let all: Vec<String> = variants.iter().map(|v| format!("Self::{v}")).collect();
    format!(
        r#"
/// The values of {columns}, in the order of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = {db_type:?})]
pub enum {name} {{ {declared} }}
impl {name} {{
    /// Every value, in the order of the schema.
    pub const ALL: &'static [Self] = &[{}];
    /// The text that is stored and shown.
    pub const fn as_str(self) -> &'static str {{ match self {{ {arms} }} }}
}}
impl std::fmt::Display for {name} {{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{ f.pad(self.as_str()) }}
}}
"#,
        all.join(", ")
    )
}

fn index(tables: &[Table], enums: bool, version: &str) -> String {
    let mut out = String::new();
    for table in tables {
        out += &format!("pub mod {};\n", table.name);
    }
    if enums {
        out += "mod sea_orm_active_enums;\npub use sea_orm_active_enums::*;\n";
    }
    out + &format!(
        "/// The last migration of the schema that these entities were generated from.\n\
         pub const SCHEMA_VERSION: &str = {version:?};\n"
    )
}

fn pretty(name: &str, text: &str) -> Result<String, Error> {
    let file = syn::parse_str::<syn::File>(text).map_err(|e| syntax(name, &e))?;
    Ok(HEADER.to_owned() + &spaced(file))
}

fn syntax(file: &str, reason: &syn::Error) -> Error {
    Error::Syntax { file: file.to_owned(), reason: reason.to_string() }
}
