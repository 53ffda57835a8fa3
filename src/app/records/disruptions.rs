//! Disruptions: what keeps people from leaving, written down to be drilled, and declared once.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::contingency::{CAUSES, is_cause, is_declared};
use passerelle_domain::people::DisruptionStatus;
use passerelle_store::Tx;
use passerelle_store::entity::disruption;

#[derive(Debug)]
pub struct Disruptions;

/// Ten years: what lasts longer has no end to wait for.
const DAYS: Kind = Kind::Number { min: 0, max: 3_650 };

/// Codes of the taxonomy, for a field with choices.
pub const CAUSE_WORDS: [&str; CAUSES.len()] = {
    let mut words = [""; CAUSES.len()];
    let mut at = 0;
    while at < CAUSES.len() {
        words[at] = CAUSES[at].code;
        at += 1;
    }
    words
};

#[async_trait]
impl Spec for Disruptions {
    type Entity = disruption::Entity;
    const NAME: &'static str = "disruptions";
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed(),
        Field::choice("cause", "cause", &CAUSE_WORDS).required().listed().filters(),
        Field::new("country", Kind::Country).required().listed().filters().labelled("declared_by"),
        Field::new("origin", Kind::Country).listed().filters(),
        Field::new("destination", Kind::Country).listed().filters(),
        Field::new("subdivision", Kind::Subdivision),
        Field::text("occupation_prefix", 4),
        Field::new("pathway", Kind::Pack),
        Field::reference("organisation_id", "organisations"),
        Field::new("begins_on", Kind::Date).required().listed().sorts(),
        Field::new("typical_days", DAYS),
        Field::new("p90_days", DAYS),
        Field::new("safety_risk", Kind::Flag),
        Field::text("evidence", 500),
        // How it stands follows from what is done with it (`app::contingency::disruptions`).
        Field::choice("status", "disruption-status", DisruptionStatus::WORDS).derived().listed().filters(),
        Field::new("declared_on", Kind::Date).derived(),
        Field::new("ended_on", Kind::Date).derived(),
        Field::new("drilled_on", Kind::Date).derived(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let cause = r.choice("cause");
        let (typical_days, p90_days) = (r.number_or_none("typical_days"), r.number_or_none("p90_days"));
        if let (Some(typical), Some(p90)) = (typical_days, p90_days)
            && p90 < typical
        {
            r.refuse(FieldError::new("p90_days", "days-order", "is shorter than the usual length"));
        }
        if p90_days.is_some() && typical_days.is_none() {
            r.refuse(FieldError::new("typical_days", "required", "is missing where the longest usual length is said"));
        }
        let occupation_prefix = r.text_or_none("occupation_prefix");
        if occupation_prefix.as_ref().is_some_and(|prefix| !prefix.bytes().all(|byte| byte.is_ascii_digit())) {
            r.refuse(FieldError::new("occupation_prefix", "occupation", "is not the beginning of an ISCO-08 code, such as 51"));
        }
        disruption::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            name: r.text("name"),
            cause,
            country: r.country("country"),
            origin: r.country_or_none("origin"),
            destination: r.country_or_none("destination"),
            subdivision: r.subdivision_or_none("subdivision").map(|code| code.to_string()),
            occupation_prefix,
            pathway: Some(r.pack("pathway")).filter(|pack| !pack.is_empty()),
            begins_on: r.date("begins_on"),
            typical_days,
            p90_days,
            safety_risk: r.flag("safety_risk"),
            evidence: r.text_or_none("evidence"),
            // The lottery is drawn by the record's own number: nobody chooses it.
            seed: before.map_or_else(|| i64::try_from(base.id.as_u64_pair().1 >> 1).unwrap_or(0), |row| row.seed),
            status: before.map_or_else(|| DisruptionStatus::Draft.to_string(), |row| row.status.clone()),
            declared_on: before.and_then(|row| row.declared_on),
            ended_on: before.and_then(|row| row.ended_on),
            drill: before.and_then(|row| row.drill.clone()),
            drilled_on: before.and_then(|row| row.drilled_on),
            organisation_id: r.reference_or_none("organisation_id"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("cause", row.cause.as_str().into()),
            ("country", row.country.as_str().into()),
            ("origin", text(&row.origin)),
            ("destination", text(&row.destination)),
            ("subdivision", text(&row.subdivision)),
            ("occupation_prefix", text(&row.occupation_prefix)),
            ("pathway", text(&row.pathway)),
            ("organisation_id", shown(&row.organisation_id)),
            ("begins_on", row.begins_on.to_string().into()),
            ("typical_days", row.typical_days.into()),
            ("p90_days", row.p90_days.into()),
            ("safety_risk", row.safety_risk.into()),
            ("evidence", text(&row.evidence)),
            ("status", row.status.as_str().into()),
            ("declared_on", shown(&row.declared_on)),
            ("ended_on", shown(&row.ended_on)),
            ("drilled_on", shown(&row.drilled_on)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if before.is_some_and(|before| before.status != DisruptionStatus::Draft.as_str()) {
            return Err(AppError::Conflict("the disruption was declared: people act on it, and it is no longer changed".into()));
        }
        if !is_cause(&row.cause) {
            errors.push(FieldError::new("cause", "cause-unknown", "is no cause of the taxonomy, such as DST.BORDER"));
        }
        if is_cause(&row.cause) && !is_declared(&row.cause) {
            errors.push(FieldError::new(
                "cause",
                "cause-not-declared",
                "is somebody's own: it is reported for her, and never declared for many",
            ));
        }
        // What a state does is for that state to declare.
        let speaks = [("ORI.", &row.origin), ("DST.", &row.destination)];
        for (_, place) in speaks.into_iter().filter(|(begins, _)| row.cause.starts_with(begins)) {
            if place.as_deref() != Some(row.country.as_str()) {
                errors.push(FieldError::new(
                    "country",
                    "disruption-not-yours",
                    "is not where this cause lies: its own authority declares it",
                ));
            }
        }
        // An authority speaks for its own country: what strikes is there, or keeps its own people from leaving.
        let organisation = match row.organisation_id {
            Some(id) => organisation::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?,
            None => None,
        };
        let part = row.subdivision.as_ref().and_then(|code| code.get(..2));
        let named = [row.origin.as_deref(), row.destination.as_deref(), part, organisation.as_ref().map(|row| row.country.as_str())];
        if !named.contains(&Some(row.country.as_str())) {
            errors.push(FieldError::new(
                "country",
                "disruption-elsewhere",
                "is neither the origin, the destination, the region nor the organisation that is struck: say what is",
            ));
        }
        Ok(())
    }

    async fn check_delete(_: &Ctx<'_>, _: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        if row.status == DisruptionStatus::Draft.as_str() {
            return Ok(());
        }
        Err(AppError::Conflict("the disruption was declared, and stays to be read".into()))
    }
}
