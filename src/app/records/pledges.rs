//! Pledges: seats that an employer stands for before anybody is trained.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::period::DateWindow;
use passerelle_domain::pledge::PledgeStatus;
use passerelle_store::Tx;
use passerelle_store::entity::pledge;

#[derive(Debug)]
pub struct Pledges;

const PERCENT: Kind = Kind::Number { min: 0, max: 100 };

/// Needs are posted up to three years ahead, and so are pledges.
const AHEAD_MAX_MONTHS: u32 = 60;

#[async_trait]
impl Spec for Pledges {
    type Entity = pledge::Entity;
    const NAME: &'static str = "pledges";
    const FIELDS: &'static [Field] = &[
        Field::reference("employer_id", "organisations").required().listed().filters().fixed(),
        Field::text("consortium", 120).listed(),
        Field::new("origin", Kind::Country).required().listed().filters().sorts(),
        Field::new("destination", Kind::Country).required().listed().filters(),
        Field::new("occupation", Kind::Occupation).required().listed().filters().sorts(),
        Field::new("seats", Kind::Number { min: 1, max: 10_000 }).required().listed().sorts(),
        Field::new("start_from", Kind::Date).required().listed().sorts(),
        Field::new("start_to", Kind::Date).required().listed(),
        Field::new("cost_percent", PERCENT).required().listed(),
        Field::new("notice_days", Kind::Number { min: 0, max: 1_000 }).required(),
        Field::new("withdrawal_percent", PERCENT).required(),
        // How a pledge stands follows from what is done with it (`app::pledges`).
        Field::choice("status", "pledge-status", PledgeStatus::WORDS).derived().listed().filters(),
        Field::new("acknowledged_at", Kind::Moment).listed(),
        Field::new("ended_on", Kind::Date).derived(),
        Field::text("cause", 20).derived(),
        Field::new("owed_percent", PERCENT).derived(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (start_from, start_to) = (r.date("start_from"), r.date("start_to"));
        if let Err(error) = DateWindow::new(start_from, start_to) {
            r.refuse(FieldError::of("start_to", &error));
        }
        let (origin, destination) = (r.country("origin"), r.country("destination"));
        if !origin.is_empty() && origin == destination {
            r.refuse(FieldError::new("destination", "same-country", "is the origin itself"));
        }
        let occupation = r.occupation("occupation");
        let consortium = r.text_or_none("consortium");
        pledge::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(consortium.as_deref().unwrap_or_default()),
            employer_id: r.reference("employer_id"),
            consortium,
            origin,
            destination,
            occupation,
            seats: r.number("seats"),
            start_from,
            start_to,
            cost_percent: r.number("cost_percent"),
            notice_days: r.number("notice_days"),
            withdrawal_percent: r.number("withdrawal_percent"),
            status: before.map_or_else(|| PledgeStatus::Offered.to_string(), |row| row.status.clone()),
            acknowledged_by: before.and_then(|row| row.acknowledged_by),
            acknowledged_at_ms: before.and_then(|row| row.acknowledged_at_ms),
            ended_on: before.and_then(|row| row.ended_on),
            cause: before.and_then(|row| row.cause.clone()),
            owed_percent: before.and_then(|row| row.owed_percent),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("employer_id", row.employer_id.to_string().into()),
            ("consortium", text(&row.consortium)),
            ("origin", row.origin.as_str().into()),
            ("destination", row.destination.as_str().into()),
            ("occupation", row.occupation.as_str().into()),
            ("seats", row.seats.into()),
            ("start_from", row.start_from.to_string().into()),
            ("start_to", row.start_to.to_string().into()),
            ("cost_percent", row.cost_percent.into()),
            ("notice_days", row.notice_days.into()),
            ("withdrawal_percent", row.withdrawal_percent.into()),
            ("status", row.status.as_str().into()),
            ("acknowledged_at", moment(row.acknowledged_at_ms)),
            ("ended_on", shown(&row.ended_on)),
            ("cause", text(&row.cause)),
            ("owed_percent", row.owed_percent.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} × {} {}", row.seats, row.occupation, row.start_from.format("%Y-%m"))
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if before.is_some_and(|before| before.status != PledgeStatus::Offered.as_str()) {
            return Err(AppError::Conflict("the pledge was acknowledged or has ended: its terms are no longer changed".into()));
        }
        if row.start_from < ctx.now.date() && before.is_none() {
            errors.push(FieldError::new("start_from", "pledge-past", "lies in the past: nobody can be trained for it"));
        }
        let latest = ctx.now.date().checked_add_months(chrono::Months::new(AHEAD_MAX_MONTHS));
        if latest.is_some_and(|latest| row.start_to > latest) {
            errors.push(
                FieldError::new("start_to", "pledge-far", format!("lies more than {AHEAD_MAX_MONTHS} months ahead"))
                    .with("months", AHEAD_MAX_MONTHS),
            );
        }
        must_be_employer(tx, row.employer_id, errors).await
    }

    async fn check_delete(_: &Ctx<'_>, _: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        if row.status == PledgeStatus::Offered.as_str() {
            return Ok(());
        }
        Err(AppError::Conflict("the pledge was acknowledged or has ended, and stays to be read; cancel it instead".into()))
    }
}
