//! Choices of a track, as they were made.

use super::*;
use async_trait::async_trait;
use passerelle_domain::corridor::Party;
use passerelle_domain::equity::TrackReason;
use passerelle_domain::people::Track;
use passerelle_store::entity::track_change;

#[derive(Debug)]
pub struct TrackChanges;

#[async_trait]
impl Spec for TrackChanges {
    type Entity = track_change::Entity;
    const NAME: &'static str = "track-changes";
    const TITLE_GROUP: FieldGroup = FieldGroup::Journey;
    /// Written by `app::tracks` alone, and never changed.
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::reference("cohort_id", "cohorts").filters().group(FieldGroup::Journey),
        Field::choice("from_track", "track", Track::WORDS).listed().group(FieldGroup::Journey),
        Field::choice("to_track", "track", Track::WORDS).listed().filters().group(FieldGroup::Journey),
        Field::choice("reason", "track-reason", TrackReason::WORDS).filters().group(FieldGroup::Journey),
        Field::choice("party", "party", Party::WORDS).group(FieldGroup::Journey),
        Field::new("on_date", Kind::Date).listed().sorts().group(FieldGroup::Journey),
    ];

    fn read(_: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        before.cloned().unwrap_or(track_change::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: Uuid::nil(),
            cohort_id: None,
            agreement_id: None,
            from_track: String::new(),
            to_track: String::new(),
            reason: String::new(),
            party: String::new(),
            account_id: None,
            on_date: chrono::NaiveDate::default(),
            moved: String::new(),
        })
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("cohort_id", shown(&row.cohort_id)),
            ("from_track", row.from_track.as_str().into()),
            ("to_track", row.to_track.as_str().into()),
            ("reason", row.reason.as_str().into()),
            ("party", row.party.as_str().into()),
            ("on_date", row.on_date.to_string().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} → {}", row.from_track, row.to_track)
    }
}
