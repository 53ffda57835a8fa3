//! Tasks that clocks have opened. They close when what they ask for is done.

use super::*;
use passerelle_domain::corridor::Party;
use passerelle_domain::people::{TaskKind, TaskStatus};
use passerelle_store::entity::task;

#[derive(Debug)]
pub struct Tasks;

impl Spec for Tasks {
    type Entity = task::Entity;
    const NAME: &'static str = "tasks";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::choice("kind", "task-kind", TaskKind::WORDS).listed().filters().sorts().group(FieldGroup::Journey),
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("owner", "party", Party::WORDS).listed().filters().group(FieldGroup::Journey),
        Field::new("due_on", Kind::Date).listed().filters().sorts().group(FieldGroup::Journey),
        Field::choice("status", "task-status", TaskStatus::WORDS).listed().filters(),
        Field::choice("record_kind", "task-record", &["journeys", "recognition-cases"]).filters().group(FieldGroup::Journey),
        Field::text("record_id", 40).group(FieldGroup::Journey),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("tasks are read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("kind", row.kind.as_str().into()),
            ("trainee_id", row.trainee_id.to_string().into()),
            ("owner", text(&row.owner)),
            ("due_on", row.due_on.to_string().into()),
            ("status", row.status.as_str().into()),
            ("record_kind", row.record_kind.as_str().into()),
            ("record_id", row.record_id.to_string().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", super::super::resource::short_reference(row.trainee_id), row.due_on)
    }
}
