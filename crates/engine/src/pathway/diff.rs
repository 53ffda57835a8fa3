//! What differs between two versions of a pack. Steps, sources and named things are set beside
//! each other by name, so that moving a step in the file is no change.

use passerelle_domain::corridor::CorridorPack;
use passerelle_domain::words;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

words!(
    /// What happened to a place.
    ChangeKind { Added = "added", Removed = "removed", Changed = "changed" }
);

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub kind: ChangeKind,
    /// Step that it lies in, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Key path inside the step or the pack: `days.typical`, `age.value.min`.
    pub place: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

/// Every difference but the version number itself, in the order of the keys.
pub fn diff(old: &CorridorPack, new: &CorridorPack) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut values = [old, new].map(|pack| serde_json::to_value(pack).unwrap_or_default());
    for value in &mut values {
        if let Some(fields) = value.as_object_mut() {
            fields.remove("version");
            fields.remove("steps");
        }
    }
    compare(None, String::new(), &values[0], &values[1], &mut changes);
    let ids: Vec<&str> = old.steps.iter().chain(&new.steps).map(|step| step.id.as_str()).collect();
    let mut seen = BTreeSet::new();
    for id in ids.into_iter().filter(|id| seen.insert(*id)) {
        let find = |pack: &CorridorPack| {
            pack.steps.iter().find(|step| step.id == id).map(|step| serde_json::to_value(step).unwrap_or_default()).unwrap_or_default()
        };
        compare(Some(id), String::new(), &find(old), &find(new), &mut changes);
    }
    changes
}

fn compare(step: Option<&str>, place: String, old: &Value, new: &Value, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    if let (Value::Object(a), Value::Object(b)) = (old, new) {
        let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
        for key in keys {
            let inner = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
            compare(step, inner, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), changes);
        }
        return;
    }
    if let (Value::Array(a), Value::Array(b)) = (old, new)
        && a.len() == b.len()
        && a.iter().chain(b).any(Value::is_object)
    {
        for (at, (a, b)) in a.iter().zip(b).enumerate() {
            compare(step, format!("{place}[{at}]"), a, b, changes);
        }
        return;
    }
    let kind = match (old, new) {
        (Value::Null, _) => ChangeKind::Added,
        (_, Value::Null) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    changes.push(Change { kind, step: step.map(str::to_owned), place, before: shown(old), after: shown(new) });
}

/// A value as people read it: texts without quotes, lists with commas.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}
