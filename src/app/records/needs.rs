//! Needs: vacancies, or the forecast of one.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::corridor::{QuotaSide, WagePeriod};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::NeedStatus;
use passerelle_domain::period::DateWindow;
use passerelle_store::entity::{need, seat_pool, site};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct Needs;

#[async_trait]
impl Spec for Needs {
    type Entity = need::Entity;
    const NAME: &'static str = "needs";
    const CHILDREN: &'static [(&'static str, &'static str)] =
        &[("need-skills", "need_id"), ("seat-pools", "need_id"), ("proposals", "need_id")];
    const FIELDS: &'static [Field] = &[
        Field::text("title", 200).required().listed().sorts(),
        Field::reference("employer_id", "organisations").required().listed().filters().fixed(),
        Field::reference("site_id", "sites"),
        Field::choice("side", "quota-side", QuotaSide::WORDS).required(),
        Field::new("country", Kind::Country).required().listed().filters().sorts().fixed(),
        Field::new("occupation", Kind::Occupation).required().listed().filters().sorts(),
        Field::new("positions", Kind::Number { min: 1, max: 10_000 }).required().listed().sorts(),
        Field::new("start_from", Kind::Date).required().listed().sorts(),
        Field::new("start_to", Kind::Date).required().listed(),
        Field::new("wage", Kind::Money).listed(),
        Field::new("comparable_wage", Kind::Money),
        Field::choice("wage_per", "wage-period", WagePeriod::WORDS).required(),
        Field::new("hours_per_week", Kind::Decimal { min: 100, max: 6_000 }).required(),
        Field::new("language", Kind::Language),
        Field::new("language_level", Kind::LanguageLevel),
        Field::new("shift_work", Kind::Flag),
        Field::new("housing_offered", Kind::Flag),
        Field::new("family_support", Kind::Flag),
        Field::choice("status", "need-status", NeedStatus::WORDS).required().listed().filters(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let title = r.text("title");
        let (start_from, start_to) = (r.date("start_from"), r.date("start_to"));
        if let Err(error) = DateWindow::new(start_from, start_to) {
            r.refuse(FieldError::of("start_to", &error));
        }
        let (wage, comparable) = (r.money_or_none("wage"), r.money_or_none("comparable_wage"));
        if let (Some(wage), Some(comparable)) = (wage, comparable)
            && wage.currency != comparable.currency
        {
            r.refuse(FieldError::new("comparable_wage", "currency-mixed", "is in another currency than the wage"));
        }
        let (language, language_level) = (r.language("language"), r.language_level("language_level"));
        if language.is_some() != language_level.is_some() {
            let missing = if language.is_some() { "language_level" } else { "language" };
            r.refuse(FieldError::new(missing, "belongs-together", "language and level belong together: give both or neither"));
        }
        need::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&title),
            title,
            employer_id: r.reference("employer_id"),
            site_id: r.reference_or_none("site_id"),
            side: r.choice("side"),
            country: r.country("country"),
            occupation: r.occupation("occupation"),
            positions: r.number("positions"),
            start_from,
            start_to,
            currency: wage.or(comparable).map(|money| money.currency.to_string()).unwrap_or_default(),
            wage_minor: wage.map(|money| money.minor),
            comparable_wage_minor: comparable.map(|money| money.minor),
            wage_per: r.choice("wage_per"),
            hours_per_week_centi: r.decimal("hours_per_week"),
            language: language.map(|tag| tag.to_string()),
            language_level: language_level.map(|level| level.to_string()),
            shift_work: Some(r.flag("shift_work")),
            housing_offered: Some(r.flag("housing_offered")),
            family_support: Some(r.flag("family_support")),
            status: r.choice("status"),
            demo: before.is_some_and(|row| row.demo),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let currency = Currency::parse(&row.currency).ok();
        let money = |minor: Option<i64>| match (minor, currency) {
            (Some(minor), Some(currency)) => Value::from(Money::new(minor, currency).to_string()),
            _ => Value::Null,
        };
        document([
            ("title", row.title.as_str().into()),
            ("employer_id", row.employer_id.to_string().into()),
            ("site_id", shown(&row.site_id)),
            ("side", row.side.as_str().into()),
            ("country", row.country.as_str().into()),
            ("occupation", row.occupation.as_str().into()),
            ("positions", row.positions.into()),
            ("start_from", row.start_from.to_string().into()),
            ("start_to", row.start_to.to_string().into()),
            ("wage", money(row.wage_minor)),
            ("comparable_wage", money(row.comparable_wage_minor)),
            ("wage_per", row.wage_per.as_str().into()),
            ("hours_per_week", decimal(row.hours_per_week_centi)),
            ("language", text(&row.language)),
            ("language_level", text(&row.language_level)),
            ("shift_work", row.shift_work.unwrap_or(false).into()),
            ("housing_offered", row.housing_offered.unwrap_or(false).into()),
            ("family_support", row.family_support.unwrap_or(false).into()),
            ("status", row.status.as_str().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.title.clone()
    }

    /// The status moves by events only (`app::needs`); the terms are the employer's.
    fn may_change(role: Role, field: &str) -> bool {
        field != "status" && role != Role::DestinationOfficer
    }

    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if before.is_none() && row.status != NeedStatus::Forecast.as_str() {
            errors.push(FieldError::new(
                "status",
                "begins-as-forecast",
                "begins as forecast: the authority validates, then it is published",
            ));
        }
        let store = passerelle_store::StoreError::from;
        must_be_employer(tx, row.employer_id, errors).await?;
        if let Some(id) = row.site_id {
            let site = site::Entity::find_by_id(id).one(tx.conn()).await.map_err(store)?;
            if site.is_none_or(|site| site.organisation_id != row.employer_id) {
                errors.push(FieldError::new("site_id", "site-elsewhere", "is not a site of this employer"));
            }
        }
        if before.is_some() {
            record::hold::<need::Entity>(tx, row.id).await?;
            let pools = seat_pool::Entity::find().filter(seat_pool::Column::NeedId.eq(row.id)).all(tx.conn()).await.map_err(store)?;
            let seats: i64 = pools.iter().map(|pool| pool.seats).sum();
            if seats > row.positions {
                let error = FieldError::new("positions", "positions-below-seats", format!("is below the {seats} seats of its pathways"));
                errors.push(error.with("seats", seats));
            }
        }
        Ok(())
    }
}
