//! Employers that ask to be let in: the request at the door, the queue of the authority of their country, and what
//! follows from its word: an organisation with its first site, and an invitation to whoever asked.

use super::links::{self, Invitation, Purpose};
use super::{Ctx, mail, records};
use crate::app::resource::{Field, Kind, Reader};
use crate::clock::Moment;
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use crate::text::fold;
use passerelle_domain::access::{Action, Role, Subject, permit};
use passerelle_domain::people::{Answer, OrganisationKind, OrganisationStatus};
use passerelle_domain::registration::{ComplianceClause, RegistrationRefusal, RegistrationStatus, STATEMENT_VERSION, undeclared};
use passerelle_store::entity::{employer_registration, organisation, site};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Requests of one country that wait at once: a queue that nobody works through does not grow for ever.
const WAITING_MAX: u64 = 2_000;
/// Requests that wait for one address.
const WAITING_EACH: u64 = 3;

/// What an employer says of itself.
pub const FIELDS: &[Field] = &[
    Field::text("name", 200).required(),
    Field::new("country", Kind::Country).required(),
    Field::text("register_number", 60).required(),
    Field::new("lei", Kind::Lei),
    Field::text("city", 120).required(),
    Field::text("contact_name", 120).required(),
    Field::new("contact_email", Kind::Email).required(),
    Field::choices("clauses", "compliance", ComplianceClause::WORDS),
];

/// Takes a request at the door. Nothing is told of who is known already.
///
/// # Errors
/// Every field that is missing or wrong, and every clause of the statement that is not declared.
pub async fn ask(state: &AppState, now: Moment, sent: &Map<String, Value>, locale: &str) -> Result<Uuid, AppError> {
    let mut r = Reader::new(FIELDS, sent);
    let row = employer_registration::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: now.ms(),
        updated_at_ms: now.ms(),
        name: r.text("name"),
        country: r.country("country"),
        register_number: r.text("register_number"),
        lei: r.lei_or_none("lei"),
        city: r.text("city"),
        contact_name: r.text("contact_name"),
        contact_email: r.email_or_none("contact_email").unwrap_or_default(),
        contact_locale: locale.into(),
        clauses: r.choices("clauses"),
        statement_version: STATEMENT_VERSION,
        status: RegistrationStatus::Waiting.to_string(),
        decided_on: None,
        refused_for: None,
        note: None,
        organisation_id: None,
    };
    let mut errors = r.finish();
    if !row.country.is_empty() && !countries(state).await?.contains(&row.country) {
        errors.push(FieldError::new("country", "registration-country", "has no authority here that could decide"));
    }
    let open = undeclared(row.clauses.split(',').map(str::trim));
    if !open.is_empty() {
        errors.push(FieldError::new("clauses", "clauses-open", "has to be declared whole: every sentence of the statement"));
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let mut tx = state.store.begin(None, now.ms()).await?;
    ensure_room(tx.conn(), &row).await?;
    let id = row.id;
    record::insert::<employer_registration::Entity>(&mut tx, row).await?;
    tx.commit().await?;
    Ok(id)
}

async fn ensure_room(conn: &impl ConnectionTrait, row: &employer_registration::Model) -> Result<(), AppError> {
    let waiting =
        || employer_registration::Entity::find().filter(employer_registration::Column::Status.eq(RegistrationStatus::Waiting.as_str()));
    let here = waiting().filter(employer_registration::Column::Country.eq(row.country.as_str())).count(conn);
    let hers = waiting().filter(employer_registration::Column::ContactEmail.eq(row.contact_email.as_str())).count(conn);
    let (here, hers) = (here.await.map_err(StoreError::from)?, hers.await.map_err(StoreError::from)?);
    if here >= WAITING_MAX || hers >= WAITING_EACH {
        return Err(AppError::invalid(
            "contact_email",
            "registrations-full",
            "has to wait: too many requests are in the queue; come back later",
        ));
    }
    Ok(())
}

/// What the authority found when it looked, which rule R12 judges by.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// Until when the firm may take in workers from abroad; nothing where the country has no such licence.
    #[serde(default)]
    pub licence_valid_to: Option<chrono::NaiveDate>,
    pub insolvent: Option<Answer>,
    pub open_sanction: Option<Answer>,
    pub unpaid_wage_judgment: Option<Answer>,
}

/// What the authority says.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Say {
    Verify(Verify),
    Refuse {
        reason: RegistrationRefusal,
        #[serde(default)]
        note: Option<String>,
    },
}

/// Decides on a request. Who is verified becomes an organisation with a site, and whoever asked is invited to it.
///
/// # Errors
/// When it is not the actor's to decide, was decided before, or the firm is an employer here already.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, version: i64, say: &Say) -> Result<employer_registration::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Registration)?;
    let mut tx = ctx.begin().await?;
    record::find::<employer_registration::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<employer_registration::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.status != RegistrationStatus::Waiting.as_str() {
        return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] });
    }
    let next = match say {
        Say::Verify(found) => {
            let organisation = admit(ctx, &mut tx, &row, found).await?;
            employer_registration::Model {
                status: RegistrationStatus::Verified.to_string(),
                organisation_id: Some(organisation),
                decided_on: Some(ctx.now.date()),
                ..row
            }
        }
        Say::Refuse { reason, note } => {
            let note = note.as_deref().map(str::trim).filter(|note| !note.is_empty());
            if note.is_some_and(|note| note.chars().count() > 500 || note.chars().any(super::resource::is_invisible)) {
                return Err(AppError::Invalid(vec![FieldError::new("note", "too-long", "is longer than 500 characters").with("max", 500)]));
            }
            mail::queue(&tx, &row.contact_email, &row.contact_locale, mail::Letter::Refused { reason: reason.as_str() }).await?;
            employer_registration::Model {
                status: RegistrationStatus::Refused.to_string(),
                refused_for: Some(reason.to_string()),
                note: note.map(str::to_owned),
                decided_on: Some(ctx.now.date()),
                ..row
            }
        }
    };
    let version = record::update::<employer_registration::Entity>(&mut tx, next.clone(), version, &["status", "decided_on"]).await?;
    tx.commit().await?;
    Ok(employer_registration::Model { version, ..next })
}

/// Employers that may be the same firm: the same register number, LEI or name in the country. For whoever decides.
///
/// # Errors
/// When the request is not the actor's to read.
pub async fn look_alikes(ctx: &Ctx<'_>, id: Uuid) -> Result<Vec<(Uuid, String)>, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Registration)?;
    let conn = ctx.state.store.read();
    let row = record::find::<employer_registration::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    Ok(same_firm(conn, &row).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

async fn same_firm(conn: &impl ConnectionTrait, row: &employer_registration::Model) -> Result<Vec<organisation::Model>, AppError> {
    use passerelle_store::query::Condition;
    let mut alike = Condition::any()
        .add(organisation::Column::RegisterNumber.eq(row.register_number.as_str()))
        .add(organisation::Column::Search.eq(fold(&row.name)));
    if let Some(lei) = &row.lei {
        alike = alike.add(organisation::Column::Lei.eq(lei.as_str()));
    }
    let find = organisation::Entity::find()
        .filter(organisation::Column::Kind.eq(OrganisationKind::Employer.as_str()))
        .filter(organisation::Column::Country.eq(row.country.as_str()))
        .filter(alike);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

async fn admit(ctx: &Ctx<'_>, tx: &mut Tx, row: &employer_registration::Model, found: &Verify) -> Result<Uuid, AppError> {
    let stands =
        [("insolvent", found.insolvent), ("open_sanction", found.open_sanction), ("unpaid_wage_judgment", found.unpaid_wage_judgment)];
    let against = stands.into_iter().filter(|(_, answer)| *answer == Some(Answer::Yes));
    let errors: Vec<FieldError> = against
        .map(|(field, _)| FieldError::new(field, "registration-against", "stands against the firm: refuse the request (R12)"))
        .collect();
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let same_number = |known: &organisation::Model| known.register_number.as_deref() == Some(row.register_number.as_str());
    if same_firm(tx.conn(), row).await?.iter().any(same_number) {
        return Err(AppError::Conflict("an employer with this register number is here already: refuse the request as a duplicate".into()));
    }
    let (id, now) = (Uuid::now_v7(), ctx.now.ms());
    let answer = |answer: Option<Answer>| answer.unwrap_or(Answer::Unknown).to_string();
    let employer = organisation::Model {
        id,
        version: 1,
        created_at_ms: now,
        updated_at_ms: now,
        search: fold(&row.name),
        name: row.name.clone(),
        kind: OrganisationKind::Employer.to_string(),
        country: row.country.clone(),
        subdivision: None,
        parent_id: None,
        register_number: Some(row.register_number.clone()),
        lei: row.lei.clone(),
        status: OrganisationStatus::Active.to_string(),
        licence_valid_to: found.licence_valid_to,
        insolvent: answer(found.insolvent),
        open_sanction: answer(found.open_sanction),
        unpaid_wage_judgment: answer(found.unpaid_wage_judgment),
        provides_housing: false,
        housing_approved: Answer::Unknown.to_string(),
        accreditation: None,
        accreditation_valid_to: None,
        accreditation_evidence: None,
        demo: false,
    };
    record::insert::<organisation::Entity>(tx, employer).await?;
    let place = site::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: now,
        updated_at_ms: now,
        organisation_id: id,
        name: row.name.clone(),
        city: row.city.clone(),
        subdivision: None,
    };
    record::insert::<site::Entity>(tx, place).await?;
    // From the register's own word, not from an account: it stands whoever leaves the authority.
    let invitation = Invitation {
        email: row.contact_email.clone(),
        role: Role::EmployerApprover.to_string(),
        organisation: Some(id),
        countries: String::new(),
        subdivisions: String::new(),
        trainee: None,
        valid_to: None,
        by: None,
    };
    links::send(ctx.state, tx, Purpose::Invite, (&row.contact_email, &row.contact_locale), None, &json!(invitation)).await?;
    Ok(id)
}

/// Countries that an employer can register in: those of the pathways that are known here, on either side.
///
/// # Errors
/// When the database refuses.
pub async fn countries(state: &AppState) -> Result<Vec<String>, AppError> {
    use passerelle_store::query::QuerySelect;
    let authorities = [OrganisationKind::DestinationAuthority, OrganisationKind::OriginAuthority].map(OrganisationKind::as_str);
    let mut found: Vec<String> = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Country)
        .distinct()
        .filter(organisation::Column::Kind.is_in(authorities))
        .into_tuple()
        .all(state.store.read())
        .await
        .map_err(StoreError::from)?;
    found.sort();
    Ok(found)
}

/// The record as people and programs read it.
///
/// # Errors
/// As reading the record.
pub async fn view(ctx: &Ctx<'_>, id: Uuid) -> Result<crate::app::resource::Document, AppError> {
    records::find("employer-registrations").ok_or(AppError::NotFound)?.get(ctx, id).await
}
