//! Quotas of both sides: what is counted, in which period, and how much of it is used.

use super::*;
use crate::error::FieldError;
use crate::text::fold;
use passerelle_domain::corridor::{PathwayId, QuotaSide};
use passerelle_domain::country::CountryCode;
use passerelle_domain::parse::ParseError;
use passerelle_domain::people::QuotaScope;
use passerelle_domain::period::DateWindow;
use passerelle_store::entity::quota;

#[derive(Debug)]
pub struct Quotas;

const PLACES: Kind = Kind::Number { min: 0, max: 10_000_000 };

impl Spec for Quotas {
    type Entity = quota::Entity;
    const NAME: &'static str = "quotas";
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed().sorts(),
        Field::choice("side", "quota-side", QuotaSide::WORDS).required().listed().filters().fixed(),
        Field::new("country", Kind::Country).required().listed().filters().fixed(),
        Field::choice("scope", "quota-scope", QuotaScope::WORDS).required().listed(),
        Field::text("subject", 60).required().listed(),
        Field::text("counts", 120).required(),
        Field::new("cap", PLACES).required().listed().sorts(),
        Field::new("used", PLACES).required().listed().sorts(),
        Field::new("period_from", Kind::Date).required(),
        Field::new("period_to", Kind::Date).required().listed().sorts(),
        Field::new("exempts_government_placement", Kind::Flag),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let name = r.text("name");
        let (period_from, period_to) = (r.date("period_from"), r.date("period_to"));
        if let Err(error) = DateWindow::new(period_from, period_to) {
            r.refuse(FieldError::of("period_to", &error));
        }
        let (cap, used) = (r.number("cap"), r.number("used"));
        if cap < used {
            r.refuse(
                FieldError::new("cap", "cap-below-used", format!("is below the {used} places that are used already")).with("used", used),
            );
        }
        let (scope, subject) = (r.choice("scope"), r.text("subject"));
        let (side, country) = (r.choice("side"), r.country("country"));
        if let Err(error) = check_subject(&scope, &subject).and_then(|()| check_owner(&side, &country, &scope, &subject)) {
            r.refuse(FieldError::of("subject", &error));
        }
        quota::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&name),
            name,
            side,
            country,
            scope,
            subject,
            counts: r.text("counts"),
            cap,
            used,
            period_from,
            period_to,
            exempts_government_placement: r.flag("exempts_government_placement"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("side", row.side.as_str().into()),
            ("country", row.country.as_str().into()),
            ("scope", row.scope.as_str().into()),
            ("subject", row.subject.as_str().into()),
            ("counts", row.counts.as_str().into()),
            ("cap", row.cap.into()),
            ("used", row.used.into()),
            ("period_from", row.period_from.to_string().into()),
            ("period_to", row.period_to.to_string().into()),
            ("exempts_government_placement", row.exempts_government_placement.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }
}

/// A country caps what lies on its own side: its departures, its arrivals, its end of a corridor.
fn check_owner(side: &str, country: &str, scope: &str, subject: &str) -> Result<(), ParseError> {
    let origin_side = side == QuotaSide::Origin.as_str();
    let own = match QuotaScope::parse(scope)? {
        QuotaScope::Origin => origin_side && subject == country,
        QuotaScope::Destination => !origin_side && subject == country,
        QuotaScope::Corridor if origin_side => subject.starts_with(&format!("{country}-")),
        QuotaScope::Corridor => subject.ends_with(&format!("-{country}")),
        QuotaScope::Pathway if origin_side => subject.ends_with(&format!("/{country}")),
        // Packs start with their destination's code; the United Kingdom's with UK.
        QuotaScope::Pathway => subject.starts_with(&format!("{}-", if country == "GB" { "UK" } else { country })),
        QuotaScope::Provider => origin_side,
    };
    if own { Ok(()) } else { Err(ParseError::new("quota-elsewhere", "does not lie on this country's side of the corridor")) }
}

/// What a quota of that scope is a cap on: `MA`, `MA-DE`, `DE-NAFR-THAMM/MA`, or an institute.
fn check_subject(scope: &str, subject: &str) -> Result<(), ParseError> {
    let wrong = |form: &str| ParseError::new("quota-subject", format!("is not {form}, as this scope needs"));
    match QuotaScope::parse(scope)? {
        QuotaScope::Origin | QuotaScope::Destination => CountryCode::parse(subject).map(|_| ()).map_err(|_| wrong("a country such as MA")),
        QuotaScope::Corridor => {
            let parts = subject.split_once('-').ok_or_else(|| wrong("a corridor such as MA-DE"))?;
            let known = |code: &str| code == "ANY" || CountryCode::parse(code).is_ok();
            if known(parts.0) && CountryCode::parse(parts.1).is_ok() { Ok(()) } else { Err(wrong("a corridor such as MA-DE")) }
        }
        QuotaScope::Pathway => PathwayId::parse(subject).map(|_| ()),
        QuotaScope::Provider => uuid::Uuid::try_parse(subject).map(|_| ()).map_err(|_| wrong("the identifier of an institute")),
    }
}
