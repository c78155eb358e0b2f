//! What may the file say, for editors? The JSON Schema (draft 7), made from the raw tables.

use serde_json::{Map, Value as Json, json};

use crate::raw::RawFile;
use crate::reader::Table;

/// The JSON Schema of `agents.toml`, as pretty text with a newline at the end.
#[must_use]
pub fn schema() -> String {
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "agents.toml",
    });
    if let (Some(head), Json::Object(body)) = (schema.as_object_mut(), RawFile::schema()) {
        head.extend(body);
    }
    format!("{schema:#}\n")
}

/// One key of a table.
pub(crate) struct Property {
    pub key: &'static str,
    pub about: &'static str,
    pub required: bool,
    pub schema: Json,
}

/// The schema of a table with exactly these keys.
pub(crate) fn table_schema(about: &str, properties: Vec<Property>) -> Json {
    let required: Vec<&str> =
        properties.iter().filter(|property| property.required).map(|p| p.key).collect();
    let described: Map<String, Json> = properties
        .into_iter()
        .map(|property| (property.key.to_owned(), describe(property.schema, property.about)))
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": about.trim(),
        "properties": described,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Puts the key's own description in place of the type's.
fn describe(mut schema: Json, about: &str) -> Json {
    schema["description"] = json!(about.trim());
    schema
}
