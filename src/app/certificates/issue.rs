//! Signing certificates, many at once, and taking one back.

use super::keys::{self, Signer};
use super::{address, list_address};
use crate::app::Ctx;
use crate::app::resource::short_reference;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use chrono::{NaiveDate, NaiveTime};
use passerelle_credentials::badge::{Badge, Kind};
use passerelle_credentials::{proof, status};
use passerelle_domain::access::{Action, FieldGroup, Reach, Scope, Subject, permit, permit_group};
use passerelle_domain::certificate::{BATCH_MAX, CertificateKind, CertificateStatus, RevocationReason};
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::people::CredentialStatus;
use passerelle_store::entity::{certificate, cohort, credential, organisation, programme, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use rand::Rng;
use serde::Deserialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is to be signed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    pub programme_id: Uuid,
    /// Up to 500 people of the institute.
    pub trainee_ids: Vec<Uuid>,
    /// `diploma`, `certificate`, `course` or `micro_credential`.
    pub kind: String,
    pub awarded_on: NaiveDate,
    /// Last day that it holds; without it, for good.
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
    /// What had to be done for it, as it stands on the certificate.
    pub criteria: String,
}

/// Why a certificate is taken back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// `mistake`, `replaced` or `fraud`.
    pub reason: String,
}

/// Somebody of a cohort who may be certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: Uuid,
    pub name: String,
    /// Has a certificate of this programme that was not taken back.
    pub certified: bool,
}

/// The programme that people of a cohort are certified for.
///
/// # Errors
/// When the actor signs no certificates, or the cohort is not hers.
pub async fn programme_of(ctx: &Ctx<'_>, cohort_id: Uuid) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::Certificate)?;
    let scope = permit(ctx.actor, Action::Read, Subject::Cohort)?;
    let cohort = record::find::<cohort::Entity>(ctx.state.store.read(), &scope, cohort_id).await?;
    Ok(cohort.ok_or(AppError::NotFound)?.programme_id)
}

/// People of a cohort, for the form.
///
/// # Errors
/// As [`programme_of`].
pub async fn candidates(ctx: &Ctx<'_>, cohort_id: Uuid) -> Result<Vec<Candidate>, AppError> {
    let programme_id = programme_of(ctx, cohort_id).await?;
    let names = permit_group(ctx.actor, Action::Read, Subject::Trainee, FieldGroup::Name)?;
    let conn = ctx.state.store.read();
    let people = trainee::Entity::find()
        .filter(<trainee::Entity as passerelle_store::Record>::visible(&names))
        .filter(trainee::Column::CohortId.eq(cohort_id))
        .filter(trainee::Column::MergedInto.is_null())
        .filter(trainee::Column::ErasedAtMs.is_null())
        .order_by_asc(trainee::Column::FamilyName)
        .order_by_asc(trainee::Column::GivenName)
        .limit(BATCH_MAX as u64)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
    let certified = standing(conn, programme_id, &ids).await?;
    let people =
        people.into_iter().map(|person| Candidate { id: person.id, name: full_name(&person), certified: certified.contains(&person.id) });
    Ok(people.collect())
}

fn full_name(person: &trainee::Model) -> String {
    format!("{} {}", person.given_name, person.family_name).trim().to_owned()
}

/// Those who have a certificate of the programme that stands.
async fn standing(
    conn: &impl passerelle_store::query::ConnectionTrait,
    programme: Uuid,
    people: &[Uuid],
) -> Result<BTreeSet<Uuid>, AppError> {
    let find = certificate::Entity::find()
        .select_only()
        .column(certificate::Column::TraineeId)
        .filter(certificate::Column::ProgrammeId.eq(programme))
        .filter(certificate::Column::Status.eq(CertificateStatus::Issued.as_str()))
        .filter(certificate::Column::TraineeId.is_in(people.iter().copied()));
    let found: Vec<Uuid> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    Ok(found.into_iter().collect())
}

/// Signs certificates: all that are asked for, or none.
///
/// # Errors
/// When the programme or somebody is not the institute's, somebody has one already, or a day makes no sense.
pub async fn issue(ctx: &Ctx<'_>, asked: &Issue) -> Result<Vec<certificate::Model>, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::Certificate)?;
    let kind = checked(ctx, asked)?;
    let mut tx = ctx.begin().await?;
    // Whoever signs for a programme waits for whoever signs for it now: nobody gets two.
    let programme = record::hold::<programme::Entity>(&tx, asked.programme_id).await?;
    let programme = programme.filter(|row| signs_for(&scope, row.institute_id));
    let programme = programme.ok_or_else(|| AppError::invalid("programme_id", "reference", "is not a programme of your institute"))?;
    // Places in the list and the key are the institute's: whoever signs for it at the same time waits.
    let institute = record::hold::<organisation::Entity>(&tx, programme.institute_id).await?.ok_or(AppError::NotFound)?;
    let people = people(&tx, &programme, &asked.trainee_ids).await?;
    let key = keys::current_or_new(ctx.state, &mut tx, institute.id).await?;
    let signer = keys::signer(ctx.state, &key)?;
    let places = places(&tx, institute.id, people.len()).await?;
    let now = ctx.now;
    let rows: Vec<certificate::Model> = people
        .iter()
        .zip(places)
        .map(|(person, place)| certificate::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: now.ms(),
            updated_at_ms: now.ms(),
            institute_id: institute.id,
            trainee_id: person.id,
            programme_id: programme.id,
            holder_name: full_name(person),
            title: programme.awarded_qualification.clone(),
            kind: kind.to_string(),
            awarded_on: asked.awarded_on,
            valid_to: asked.valid_to,
            status: CertificateStatus::Issued.to_string(),
            place,
            document: String::new(),
            revoked_on: None,
            revoked_for: None,
            search: fold(&format!("{} {}", full_name(person), programme.awarded_qualification)),
        })
        .collect();
    let rows = sign_all(ctx, rows, signer, &institute, &programme, &asked.criteria).await?;
    record::insert_many::<certificate::Entity>(&mut tx, rows.clone()).await?;
    // Whom an institute has certified is asked for one by one.
    for row in &rows {
        tx.note("issued", "certificate", Some(row.id), serde_json::json!({ "trainee": row.trainee_id }));
    }
    award(&mut tx, &programme, &institute, &rows).await?;
    tx.commit().await?;
    Ok(rows)
}

/// Whether one of the actor's own organisations is meant: she may only read those of others.
fn signs_for(scope: &Scope, institute: Uuid) -> bool {
    scope.reaches().any(|reach| matches!(reach, Reach::Organisations(own) if own.contains(&OrganisationId(institute))))
}

fn checked(ctx: &Ctx<'_>, asked: &Issue) -> Result<CertificateKind, AppError> {
    let mut errors = Vec::new();
    let kind = CertificateKind::parse(&asked.kind);
    if kind.is_err() {
        errors.push(FieldError::new("kind", "choice", "is none of diploma, certificate, course, micro_credential"));
    }
    if asked.awarded_on > ctx.now.date() {
        errors.push(FieldError::new("awarded_on", "award-future", "lies in the future: what is not completed is not certified"));
    }
    if asked.valid_to.is_some_and(|end| end < asked.awarded_on) {
        errors.push(FieldError::new("valid_to", "window-reversed", "lies before the day of the award"));
    }
    let criteria = asked.criteria.trim().chars().count();
    if criteria == 0 {
        errors.push(FieldError::new("criteria", "required", "says what had to be done for it"));
    } else if criteria > 2_000 {
        errors.push(FieldError::new("criteria", "too-long", "is longer than 2000 characters").with("max", 2_000));
    }
    let distinct: BTreeSet<_> = asked.trainee_ids.iter().collect();
    if asked.trainee_ids.is_empty() {
        errors.push(FieldError::new("trainee_ids", "required", "names nobody"));
    } else if asked.trainee_ids.len() > BATCH_MAX {
        errors.push(FieldError::new("trainee_ids", "batch", format!("names more than {BATCH_MAX} people")).with("max", BATCH_MAX));
    } else if distinct.len() < asked.trainee_ids.len() {
        errors.push(FieldError::new("trainee_ids", "twice", "names somebody twice"));
    }
    if errors.is_empty() { kind.map_err(AppError::internal) } else { Err(AppError::Invalid(errors)) }
}

/// The people who are asked for: all of the programme's institute, none certified yet.
async fn people(tx: &Tx, programme: &programme::Model, ids: &[Uuid]) -> Result<Vec<trainee::Model>, AppError> {
    let find = trainee::Entity::find()
        .filter(trainee::Column::Id.is_in(ids.iter().copied()))
        .filter(trainee::Column::InstituteId.eq(programme.institute_id))
        .filter(trainee::Column::MergedInto.is_null())
        .filter(trainee::Column::ErasedAtMs.is_null())
        .order_by_asc(trainee::Column::Id);
    let people = find.all(tx.conn()).await.map_err(StoreError::from)?;
    if people.len() < ids.len() {
        let missing = ids.len() - people.len();
        let error = FieldError::new("trainee_ids", "others", format!("names {missing} who are not of the institute"));
        return Err(AppError::Invalid(vec![error.with("count", missing)]));
    }
    if let Some(first) = standing(tx.conn(), programme.id, ids).await?.first() {
        let error = FieldError::new("trainee_ids", "certified", format!("names {first}, who has a certificate of it that stands"));
        return Err(AppError::Invalid(vec![error.with("who", short_reference(*first))]));
    }
    Ok(people)
}

/// Free places in the institute's list, by chance: their order tells nobody who was certified with whom.
async fn places(tx: &Tx, institute: Uuid, count: usize) -> Result<Vec<i64>, AppError> {
    let find =
        certificate::Entity::find().select_only().column(certificate::Column::Place).filter(certificate::Column::InstituteId.eq(institute));
    let taken: Vec<i64> = find.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?;
    let mut taken: BTreeSet<i64> = taken.into_iter().collect();
    // Half empty at least, or chance would look long for a free one.
    if taken.len() + count > status::LENGTH / 2 {
        return Err(AppError::Conflict("the institute's list of certificates is full".into()));
    }
    let mut random = rand::rng();
    let mut places = Vec::with_capacity(count);
    while places.len() < count {
        let place = random.random_range(0..status::LENGTH as i64);
        if taken.insert(place) {
            places.push(place);
        }
    }
    Ok(places)
}

async fn sign_all(
    ctx: &Ctx<'_>,
    mut rows: Vec<certificate::Model>,
    signer: Signer,
    institute: &organisation::Model,
    programme: &programme::Model,
    criteria: &str,
) -> Result<Vec<certificate::Model>, AppError> {
    let config = ctx.state.config.clone();
    let (institute, programme, criteria, now) = (institute.clone(), programme.clone(), criteria.trim().to_owned(), ctx.now);
    let work = move || {
        let list = list_address(&config, institute.id);
        let description = description(&programme);
        let alignments =
            [(format!("ISCO-08 {}", programme.occupation), format!("http://data.europa.eu/esco/isco/C{}", programme.occupation))];
        for row in &mut rows {
            let (id, code) = (address(&config, row.id), short_reference(row.trainee_id));
            let badge = Badge {
                id: &id,
                issuer: &signer.issuer,
                issuer_name: &institute.name,
                issuer_url: None,
                holder_name: &row.holder_name,
                holder_code: &code,
                achievement: &format!("urn:uuid:{}", programme.id),
                kind: kind_of(&row.kind),
                name: &row.title,
                description: &description,
                criteria: &criteria,
                alignments: &alignments,
                from: row.awarded_on.and_time(NaiveTime::MIN).and_utc(),
                until: row.valid_to.and_then(|day| day.and_hms_opt(23, 59, 59)).map(|end| end.and_utc()),
                list: &list,
                at: usize::try_from(row.place).map_err(AppError::internal)?,
            };
            let signed = proof::sign(badge.document(), &signer.key, &signer.method, now.0).map_err(AppError::internal)?;
            row.document = serde_json::to_string_pretty(&signed)?;
        }
        Ok(rows)
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}

fn kind_of(word: &str) -> Kind {
    match CertificateKind::parse(word) {
        Ok(CertificateKind::Diploma) => Kind::Diploma,
        Ok(CertificateKind::Course) => Kind::Course,
        Ok(CertificateKind::MicroCredential) => Kind::MicroCredential,
        _ => Kind::Certificate,
    }
}

/// What the programme is, in words that need no translation to be compared.
fn description(programme: &programme::Model) -> String {
    let level = programme.eqf_level.map(|level| format!("; EQF {level} ({})", programme.eqf_basis)).unwrap_or_default();
    format!("{}; {} h; {}{level}", programme.name, programme.hours, programme.language)
}

/// Notes the qualification as awarded in the record of each.
async fn award(
    tx: &mut Tx,
    programme: &programme::Model,
    institute: &organisation::Model,
    rows: &[certificate::Model],
) -> Result<(), AppError> {
    let find = credential::Entity::find()
        .filter(credential::Column::TraineeId.is_in(rows.iter().map(|row| row.trainee_id)))
        .filter(credential::Column::Title.eq(programme.awarded_qualification.as_str()));
    let known = find.all(tx.conn()).await.map_err(StoreError::from)?;
    let mut new = Vec::new();
    for row in rows {
        match known.iter().find(|known| known.trainee_id == row.trainee_id) {
            Some(held) if held.status == CredentialStatus::Awarded.as_str() => {}
            Some(held) => {
                let next =
                    credential::Model { status: CredentialStatus::Awarded.to_string(), awarded_on: Some(row.awarded_on), ..held.clone() };
                record::update::<credential::Entity>(tx, next, held.version, &["status", "awarded_on"]).await?;
            }
            None => new.push(credential::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: tx.now_ms(),
                updated_at_ms: tx.now_ms(),
                trainee_id: row.trainee_id,
                title: row.title.clone(),
                awarding_body: institute.name.clone(),
                occupation: programme.occupation.clone(),
                eqf_level: programme.eqf_level,
                eqf_basis: programme.eqf_basis.clone(),
                status: CredentialStatus::Awarded.to_string(),
                awarded_on: Some(row.awarded_on),
            }),
        }
    }
    record::insert_many::<credential::Entity>(tx, new).await?;
    Ok(())
}

/// Takes a certificate back: from now on its bit in the list is set.
///
/// # Errors
/// When it is not the actor's, was taken back before, or the reason is none.
pub async fn revoke(ctx: &Ctx<'_>, id: Uuid, version: i64, asked: &Revoke) -> Result<certificate::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Certificate)?;
    let reason = RevocationReason::parse(&asked.reason)
        .map_err(|_| AppError::invalid("reason", "choice", "is none of mistake, replaced, fraud; a debt is no reason"))?;
    let mut tx = ctx.begin().await?;
    let row = record::find::<certificate::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.status == CertificateStatus::Revoked.as_str() {
        return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] });
    }
    let next = certificate::Model {
        status: CertificateStatus::Revoked.to_string(),
        revoked_on: Some(ctx.now.date()),
        revoked_for: Some(reason.to_string()),
        ..row
    };
    let version = record::update::<certificate::Entity>(&mut tx, next.clone(), version, &["status", "revoked_on", "revoked_for"]).await?;
    withdraw(&mut tx, &next).await?;
    tx.commit().await?;
    Ok(certificate::Model { version, ..next })
}

/// The qualification in her record goes with its last certificate.
async fn withdraw(tx: &mut Tx, row: &certificate::Model) -> Result<(), AppError> {
    let other = certificate::Entity::find()
        .filter(certificate::Column::TraineeId.eq(row.trainee_id))
        .filter(certificate::Column::Title.eq(row.title.as_str()))
        .filter(certificate::Column::Status.eq(CertificateStatus::Issued.as_str()))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if other.is_some() {
        return Ok(());
    }
    let held = credential::Entity::find()
        .filter(credential::Column::TraineeId.eq(row.trainee_id))
        .filter(credential::Column::Title.eq(row.title.as_str()))
        .filter(credential::Column::Status.eq(CredentialStatus::Awarded.as_str()))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    for held in held {
        let version = held.version;
        let next = credential::Model { status: CredentialStatus::Revoked.to_string(), ..held };
        record::update::<credential::Entity>(tx, next, version, &["status"]).await?;
    }
    Ok(())
}
