//! People as a document for partners. Fixed numbers of statements; who goes out is noted.

use super::{Candidate, Education, Exchange, Extension, Language, MOST, Profile, VERSION};
use crate::app::Ctx;
use crate::clock::Moment;
use crate::error::AppError;
use chrono::{Datelike, NaiveDate};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::privacy::ConsentPurpose;
use passerelle_store::StoreError;
use passerelle_store::entity::{consent, credential, language_certificate, skill_claim, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, SelectStatement};
use passerelle_store::record::Record;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// People of whom the same is said, without whom nobody is shown in the anonymous profile.
const ALIKE: usize = 5;

/// The candidates that the actor may take out, of a cohort or of all.
///
/// # Errors
/// When the actor may export no people, or there are more than one document holds.
pub async fn export(ctx: &Ctx<'_>, profile: Profile, cohort: Option<Uuid>) -> Result<Exchange, AppError> {
    let conn = ctx.state.store.read();
    // Each profile asks for the groups that it shows; a group that is closed to the actor closes the document.
    permit(ctx.actor, Action::Export, Subject::Exchange)?;
    let mut scopes = vec![permit(ctx.actor, Action::Export, Subject::Trainee)?];
    let groups: &[FieldGroup] = match profile {
        Profile::Anonymous => &[FieldGroup::Training, FieldGroup::Journey, FieldGroup::Identity],
        Profile::FullWithConsent => &[
            FieldGroup::Training,
            FieldGroup::Journey,
            FieldGroup::Name,
            FieldGroup::Identity,
            FieldGroup::Demographic,
            FieldGroup::Contact,
        ],
    };
    for group in groups {
        match permit_group(ctx.actor, Action::Export, Subject::Trainee, *group) {
            Ok(scope) => scopes.push(scope),
            Err(_) => return Err(AppError::invalid("profile", "exchange-closed", "shows what your role is not shown")),
        }
    }
    let people = || {
        let mut find = trainee::Entity::find().filter(trainee::Column::ErasedAtMs.is_null());
        for scope in &scopes {
            find = find.filter(trainee::Entity::visible(scope));
        }
        if let Some(cohort) = cohort {
            find = find.filter(trainee::Column::CohortId.eq(cohort));
        }
        if profile == Profile::FullWithConsent {
            find = find.filter(trainee::Column::Id.in_subquery(agreed()));
        }
        find.order_by_asc(trainee::Column::Id).limit(MOST + 1)
    };
    let rows = people().all(conn).await.map_err(StoreError::from)?;
    if rows.len() as u64 > MOST {
        return Err(AppError::Conflict(format!("more than {MOST} people: choose a cohort")));
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut papers = Papers::of(ctx, &ids, profile).await?;
    let today = ctx.now.date();
    let source = format!("Passerelle ({})", ctx.state.config.server.public_url.trim_end_matches('/'));
    let (candidates, withheld) = match profile {
        Profile::FullWithConsent => (rows.iter().map(|row| named(row, &source, today, &mut papers)).collect(), 0),
        Profile::Anonymous => anonymous(&rows, &source, ctx.now, &mut papers),
    };
    let mut tx = ctx.begin().await?;
    tx.note("exchanged", "trainee", None, serde_json::json!({ "profile": profile, "people": candidates.len() }));
    if profile == Profile::FullWithConsent {
        // Each of them can read that she was taken out, and by whom.
        for id in &ids {
            tx.note("exchanged", "trainee", Some(*id), serde_json::json!({ "profile": profile }));
        }
    }
    tx.commit().await?;
    Ok(Exchange { schema_version: VERSION.into(), profile, made_at: ctx.now.0.to_rfc3339(), withheld, candidates })
}

/// People who agree to be shared with partners.
fn agreed() -> SelectStatement {
    consent::Entity::find()
        .select_only()
        .column(consent::Column::TraineeId)
        .filter(consent::Column::Purpose.eq(ConsentPurpose::PartnerSharing.as_str()))
        .filter(consent::Column::WithdrawnAtMs.is_null())
        .into_query()
}

/// What hangs on people, by person.
#[derive(Default)]
struct Papers {
    education: BTreeMap<Uuid, Vec<Education>>,
    language: BTreeMap<Uuid, Vec<Language>>,
    skills: BTreeMap<Uuid, Vec<String>>,
}

impl Papers {
    async fn of(ctx: &Ctx<'_>, ids: &[Uuid], profile: Profile) -> Result<Self, AppError> {
        let conn = ctx.state.store.read();
        let mut found = Self::default();
        let named = profile == Profile::FullWithConsent;
        for chunk in ids.chunks(1_000) {
            if let Ok(scope) = permit(ctx.actor, Action::Export, Subject::Credential) {
                let find = credential::Entity::find()
                    .filter(credential::Entity::visible(&scope))
                    .filter(credential::Column::TraineeId.is_in(chunk.iter().copied()))
                    .order_by_asc(credential::Column::Id);
                for row in find.all(conn).await.map_err(StoreError::from)? {
                    found.education.entry(row.trainee_id).or_default().push(Education {
                        to: row.awarded_on.filter(|_| named),
                        institution: named.then_some(row.awarding_body),
                        degree_or_program_name: named.then_some(row.title),
                        level: row.eqf_level.map_or_else(|| "not stated".into(), |level| format!("EQF {level}")),
                    });
                }
            }
            if let Ok(scope) = permit(ctx.actor, Action::Export, Subject::LanguageCertificate) {
                let find = language_certificate::Entity::find()
                    .filter(language_certificate::Entity::visible(&scope))
                    .filter(language_certificate::Column::TraineeId.is_in(chunk.iter().copied()))
                    .order_by_asc(language_certificate::Column::Id);
                for row in find.all(conn).await.map_err(StoreError::from)? {
                    found.language.entry(row.trainee_id).or_default().push(Language {
                        language: row.language,
                        level: Some(format!("{} {}", row.scale, row.level)),
                        language_details: named.then_some(row.issuer),
                    });
                }
            }
            if let Ok(scope) = permit(ctx.actor, Action::Export, Subject::SkillClaim) {
                let find = skill_claim::Entity::find()
                    .filter(skill_claim::Entity::visible(&scope))
                    .filter(skill_claim::Column::TraineeId.is_in(chunk.iter().copied()))
                    .order_by_asc(skill_claim::Column::Skill);
                for row in find.all(conn).await.map_err(StoreError::from)? {
                    let held = found.skills.entry(row.trainee_id).or_default();
                    if held.last() != Some(&row.skill) {
                        held.push(row.skill);
                    }
                }
            }
        }
        Ok(found)
    }
}

/// What is said of somebody in either profile.
fn base(row: &trainee::Model, source: &str, today: NaiveDate) -> Candidate {
    let first = row.nationalities.split(',').find(|code| !code.is_empty());
    Candidate {
        meta_source: source.to_owned(),
        country_of_origin: first.unwrap_or(&row.training_country).to_owned(),
        country_of_residence: row.habitual_residence.clone(),
        main_occupation: format!("ISCO-08 {}", row.occupation),
        x_gsp: Some(Extension {
            occupation: row.occupation.clone(),
            age_band: row.birth_date.and_then(|born| age_band(born, today)).map(str::to_owned),
            ..Extension::default()
        }),
        ..Candidate::default()
    }
}

fn named(row: &trainee::Model, source: &str, today: NaiveDate, papers: &mut Papers) -> Candidate {
    let moment = |ms: i64| Moment::from_ms(ms).0.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mut nationalities = row.nationalities.split(',').filter(|code| !code.is_empty()).map(str::to_owned);
    let mut made = base(row, source, today);
    if let Some(extension) = &mut made.x_gsp {
        extension.track = row.track.clone();
        extension.stage = row.journey.clone();
        extension.ready = row.ready_on.to_string();
        extension.skills = papers.skills.remove(&row.id).unwrap_or_default();
    }
    Candidate {
        id: row.id.to_string(),
        given_names: Some(row.given_name.clone()),
        family_names: Some(row.family_name.clone()),
        gender: gender(&row.sex).map(str::to_owned),
        date_of_birth: row.birth_date,
        email: row.email.clone(),
        phone: row.phone.clone(),
        country_of_citizenship: nationalities.next(),
        additional_citizenships: nationalities.collect(),
        passport_expiry: row.passport_valid_to,
        education: papers.education.remove(&row.id).unwrap_or_default(),
        language: papers.language.remove(&row.id).unwrap_or_default(),
        created_at: moment(row.created_at_ms),
        updated_at: Some(moment(row.updated_at_ms)),
        ..made
    }
}

/// People without anything that names them, each one of at least [`ALIKE`] of whom the same is said: where her languages
/// make her stand alone they are left out, then her age, and if that is not enough she is. In no order that could be found
/// again.
fn anonymous(rows: &[trainee::Model], source: &str, now: Moment, papers: &mut Papers) -> (Vec<Candidate>, usize) {
    let salt = crate::auth::secret::random();
    let half = |day: NaiveDate| format!("{}-H{}", day.year(), 1 + day.month0() / 6);
    let mut open: Vec<(String, Candidate)> = rows
        .iter()
        .map(|row| {
            let mut made = base(row, source, now.date());
            made.created_at = now.0.to_rfc3339();
            if let Some(extension) = &mut made.x_gsp {
                extension.ready = half(row.ready_on);
            }
            made.language = papers.language.remove(&row.id).unwrap_or_default();
            made.language.sort_by(|a, b| (&a.language, &a.level).cmp(&(&b.language, &b.level)));
            (pseudonym(&salt, row.id), made)
        })
        .collect();
    let drops: [fn(&mut Candidate); 3] = [
        |_| {},
        |one| one.language.clear(),
        |one| {
            if let Some(extension) = &mut one.x_gsp {
                extension.age_band = None;
            }
        },
    ];
    let mut told = Vec::new();
    for drop in drops {
        open.iter_mut().for_each(|(_, one)| drop(one));
        let mut alike: BTreeMap<String, usize> = BTreeMap::new();
        let said = |one: &Candidate| serde_json::to_string(one).unwrap_or_default();
        open.iter().for_each(|(_, one)| *alike.entry(said(one)).or_default() += 1);
        let (many, few): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|(_, one)| alike.get(&said(one)).is_some_and(|count| *count >= ALIKE));
        told.extend(many);
        open = few;
    }
    let mut candidates: Vec<Candidate> = told.into_iter().map(|(id, one)| Candidate { id, ..one }).collect();
    candidates.sort_by(|a, b| a.id.cmp(&b.id));
    (candidates, open.len())
}

/// A number that holds for one document alone: two documents do not tell who is in both.
fn pseudonym(salt: &str, id: Uuid) -> String {
    let digest = Sha256::new().chain_update(salt.as_bytes()).chain_update(id.as_bytes()).finalize();
    digest.iter().take(12).fold("anon-".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// The words of the shared schema; nothing where nothing was said.
fn gender(sex: &str) -> Option<&'static str> {
    match sex {
        "female" => Some("Female"),
        "male" => Some("Male"),
        "other" => Some("Other"),
        _ => None,
    }
}

/// Bands of the indicators (SDG 17.18).
fn age_band(born: NaiveDate, today: NaiveDate) -> Option<&'static str> {
    let before = (today.month(), today.day()) < (born.month(), born.day());
    match today.year() - born.year() - i32::from(before) {
        18..=24 => Some("18-24"),
        25..=34 => Some("25-34"),
        35..=44 => Some("35-44"),
        45.. => Some("45+"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_hold_for_one_document_and_ages_are_banded() {
        let id = Uuid::from_u128(7);
        assert_eq!(pseudonym("a", id), pseudonym("a", id));
        assert_ne!(pseudonym("a", id), pseudonym("b", id));
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(age_band(day("2001-11-28"), day("2026-11-27")), Some("18-24"));
        assert_eq!(age_band(day("2001-11-27"), day("2026-11-27")), Some("25-34"));
        assert_eq!(age_band(day("2010-01-01"), day("2026-11-27")), None);
    }
}
