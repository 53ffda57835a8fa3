//! Law as data: the catalogue of rules, what rules look up, and calendars. What comes with
//! Passerelle, or stands in the configured folder, and beside it what authorities have entered.
//! Entries are versions: nothing is overwritten, the newest that is in force counts.

mod answers;
mod entries;

pub use answers::{Answer, Judged, Period, PeriodEnd, Question, check, flatten, period};
pub use entries::{Batch, Enter, Import, Imported, batches, enter, import, withdraw};

use super::Ctx;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::calendar::Calendar;
use passerelle_domain::finance::exchange::ExchangeRate;
use passerelle_domain::law::{
    Catalogue, Convention, CountryList, JourneyTerms, ProcedureEntry, Reference, RuleId, Series, SocialSecurityAgreement, TableRow, faults,
};
use passerelle_domain::words;
use passerelle_store::StoreError;
use passerelle_store::entity::law_entry;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeMap;
use std::sync::Arc;

words!(
    /// Kinds of entries.
    EntryKind {
        Rule = "rule",
        Series = "series",
        List = "list",
        TableRow = "table_row",
        Convention = "convention",
        SocialSecurity = "social_security",
        Calendar = "calendar",
        Procedure = "procedure",
        JourneyTerms = "journey_terms",
        ExchangeRate = "exchange_rate",
    }
);

/// All law of an installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    pub catalogue: Catalogue,
    pub reference: Reference,
    pub calendars: BTreeMap<String, Calendar>,
}

const CATALOGUE: &str = include_str!("../../config/law/catalogue.yaml");
const REFERENCE: &str = include_str!("../../config/law/reference.yaml");
const CALENDARS: &str = include_str!("../../config/law/calendars.yaml");

impl Law {
    /// Reads `catalogue.yaml`, `reference.yaml` and `calendars.yaml` of a folder; an empty name
    /// takes those that come with Passerelle.
    ///
    /// # Errors
    /// The file, and what is wrong with it.
    pub fn read(folder: &str) -> Result<Self, String> {
        let text = |name: &str, built_in: &str| {
            if folder.is_empty() {
                return Ok(built_in.to_owned());
            }
            let file = std::path::Path::new(folder).join(name);
            std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
        };
        fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
            serde_saphyr::from_str(text).map_err(|error| format!("{name}: {}", error.without_snippet()))
        }
        let calendars: Vec<Calendar> = parse("calendars.yaml", &text("calendars.yaml", CALENDARS)?)?;
        let law = Self {
            catalogue: parse("catalogue.yaml", &text("catalogue.yaml", CATALOGUE)?)?,
            reference: parse("reference.yaml", &text("reference.yaml", REFERENCE)?)?,
            calendars: calendars.into_iter().map(|calendar| (calendar.id.clone(), calendar)).collect(),
        };
        for rule in RuleId::ALL {
            if !law.catalogue.rules.iter().any(|known| known.rule == *rule) {
                return Err(format!("catalogue.yaml: {rule} has no version"));
            }
        }
        for rule in &law.catalogue.rules {
            if let Some(fault) = faults(rule, &law.reference).first() {
                return Err(format!("catalogue.yaml: {} version {}: {}: {}", rule.rule, rule.version, fault.field, fault.problem));
            }
        }
        Ok(law)
    }

    fn add(&mut self, row: &law_entry::Model) -> Result<(), AppError> {
        fn read<T: serde::de::DeserializeOwned>(row: &law_entry::Model) -> Result<T, AppError> {
            serde_json::from_str(&row.document).map_err(|_| StoreError::Corrupt { table: "law_entry", column: "document" }.into())
        }
        let reference = &mut self.reference;
        match EntryKind::parse(&row.kind).map_err(|_| StoreError::Corrupt { table: "law_entry", column: "kind" })? {
            EntryKind::Rule => self.catalogue.rules.push(read(row)?),
            EntryKind::Series => {
                let series: Series = read(row)?;
                reference.series.retain(|known| known.id != series.id);
                reference.series.push(series);
            }
            EntryKind::List => {
                let list: CountryList = read(row)?;
                reference.lists.retain(|known| (&known.id, &known.edition) != (&list.id, &list.edition));
                reference.lists.push(list);
            }
            EntryKind::TableRow => reference.tables.push(read::<TableRow>(row)?),
            EntryKind::Convention => {
                let standing: Convention = read(row)?;
                reference.conventions.retain(|known| (known.country, &known.instrument) != (standing.country, &standing.instrument));
                reference.conventions.push(standing);
            }
            EntryKind::SocialSecurity => {
                let agreement: SocialSecurityAgreement = read(row)?;
                reference.social_security.retain(|known| known.between != agreement.between);
                reference.social_security.push(agreement);
            }
            EntryKind::JourneyTerms => reference.journey_terms.push(read::<JourneyTerms>(row)?),
            EntryKind::ExchangeRate => reference.exchange_rates.push(read::<ExchangeRate>(row)?),
            EntryKind::Procedure => reference.procedures.push(read::<ProcedureEntry>(row)?),
            EntryKind::Calendar => {
                let calendar: Calendar = read(row)?;
                self.calendars.insert(calendar.id.clone(), calendar);
            }
        }
        Ok(())
    }
}

/// The law as it stands: files and entries. One statement.
///
/// # Errors
/// When the database cannot be reached or holds what this version cannot read.
pub async fn current(state: &AppState, conn: &impl ConnectionTrait) -> Result<Arc<Law>, AppError> {
    let find = law_entry::Entity::find().filter(law_entry::Column::WithdrawnAtMs.is_null());
    let rows = find.order_by_asc(law_entry::Column::EntryVersion).all(conn).await.map_err(StoreError::from)?;
    if rows.is_empty() {
        return Ok(state.law.clone());
    }
    let mut law = (*state.law).clone();
    for row in &rows {
        law.add(row)?;
    }
    Ok(Arc::new(law))
}

/// The law for somebody who may read it.
///
/// # Errors
/// When the actor may not.
pub async fn read(ctx: &Ctx<'_>) -> Result<Arc<Law>, AppError> {
    permit(ctx.actor, Action::Read, Subject::Law)?;
    current(ctx.state, ctx.state.store.read()).await
}

#[cfg(test)]
mod tests;
