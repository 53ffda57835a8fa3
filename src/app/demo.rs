//! The demonstration world: plausible, varied, seeded, and marked as a demonstration in every
//! record that can be marked. Some people and needs are made so that each rule blocks somebody.

mod cast;
mod world;

use super::accounts::{self, NewAccount};
use super::concepts::esco_files::{ImportOptions, Source};
use super::concepts::import::{self, ImportError};
use super::contingency::disruptions;
use super::corridors;
use super::{Ctx, actors, certificates, journeys};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::access::Role;
use passerelle_domain::country::CountryCode;
use passerelle_store::entity::{account, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx};
use uuid::Uuid;
use world::World;

/// Password of every demonstration account. Printed on purpose: the accounts guard nothing.
pub const PASSWORD: &str = "passerelle-demo-2026";
const SCHEME_VERSION: &str = "1.1.1-demo";

/// The part of ESCO that comes with Passerelle.
#[derive(rust_embed::RustEmbed)]
#[folder = "config/esco-demo"]
#[include = "*.csv"]
struct EscoDemo;

/// One person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SignIn {
    pub role: Role,
    pub email: String,
    pub name: String,
}

/// Imports the part of ESCO that comes with Passerelle, in its three languages.
///
/// # Errors
/// When the database refuses.
pub async fn load_concepts(state: &AppState, now: Moment) -> Result<(), AppError> {
    let files = EscoDemo::iter().filter_map(|name| Some((name.to_string(), EscoDemo::get(&name)?.data.into_owned()))).collect();
    let source = Source::Memory(files);
    for language in ["en", "fr", "ar"] {
        let parsed = import::parse(&source, language).map_err(|error| AppError::internal(error.to_string()))?;
        let options = ImportOptions { scheme_version: SCHEME_VERSION.into(), language: language.into() };
        import::write(&state.store, now, &options, parsed, &mut |_, _| {}).await.map_err(|error| match error {
            ImportError::Files(error) => AppError::internal(error.to_string()),
            ImportError::App(error) => error,
        })?;
    }
    Ok(())
}

/// Loads corridors, concepts and the world. A world that stands already is left alone. Gives the
/// people who can sign in, one for each role.
///
/// # Errors
/// When the database refuses.
pub async fn load(state: &AppState, now: Moment, seed: u64) -> Result<Vec<SignIn>, AppError> {
    let packs = corridors::built_in()
        .map_err(|errors| AppError::internal(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    corridors::import(&state.store, None, now, &packs).await?;
    let stands = account::Entity::find()
        .filter(account::Column::Email.eq(email(Role::Operator)))
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?
        .is_some();
    if !stands {
        load_concepts(state, now).await?;
        let skills = world::Skills::from_files(|name| EscoDemo::get(name).map(|file| file.data.into_owned()))?;
        let world = World::make(seed, now, &skills);
        let mut tx = state.store.begin(None, now.ms()).await?;
        world.write(&mut tx, &state.law).await?;
        for role in Role::ALL {
            sign_in(&mut tx, now, *role, &world).await?;
        }
        tx.note("demo", "world", None, serde_json::json!({ "seed": seed }));
        tx.commit().await?;
        certify(state, now).await?;
        strand(state, now, &world).await?;
    }
    Ok(Role::ALL.iter().map(|role| SignIn { role: *role, email: email(*role), name: name_of(*role).into() }).collect())
}

/// People who were ready to leave come to stand still: their pathway and papers are entered as officers do, and the
/// authority of the origin declares what has happened; a job opens their cases.
async fn strand(state: &AppState, now: Moment, world: &World) -> Result<(), AppError> {
    use passerelle_domain::machine::journey::Event;
    let today = now.date();
    let mut tx = state.store.begin(None, now.ms()).await?;
    for person in &world.stranded {
        let take = Event::TakePathway { pack: world::PACK.into(), pack_version: 1, reason: String::new() };
        journeys::by_system(state, &mut tx, *person, &take, today).await?;
        let valid_to = today.checked_add_days(chrono::Days::new(45));
        let paper = Event::AddPaper { paper: "Police record".into(), valid_to, renewable: true };
        journeys::by_system(state, &mut tx, *person, &paper, today).await?;
    }
    tx.commit().await?;
    let find = account::Entity::find().filter(account::Column::Email.eq(email(Role::OriginApprover))).one(state.store.read());
    let Some(approver) = find.await.map_err(StoreError::from)? else { return Ok(()) };
    let actor = actors::resolve(state.store.read(), &approver, now).await?;
    if let Some(declared) = world.disruptions.first() {
        disruptions::declare(&Ctx::new(state, &actor, now), declared.id, declared.version).await?;
    }
    Ok(())
}

/// The head of the institute signs what the demonstration's trainee and a few others have completed.
async fn certify(state: &AppState, now: Moment) -> Result<(), AppError> {
    let find = |role| account::Entity::find().filter(account::Column::Email.eq(email(role))).one(state.store.read());
    let head = find(Role::InstituteHead).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let shown = find(Role::Trainee).await.map_err(StoreError::from)?.and_then(|account| account.trainee_id);
    let Some(shown) = shown else { return Ok(()) };
    let shown = trainee::Entity::find_by_id(shown).one(state.store.read()).await.map_err(StoreError::from)?;
    let Some(cohort) = shown.as_ref().and_then(|person| person.cohort_id) else { return Ok(()) };
    let actor = actors::resolve(state.store.read(), &head, now).await?;
    let ctx = Ctx::new(state, &actor, now);
    let programme_id = certificates::programme_of(&ctx, cohort).await?;
    let people = certificates::candidates(&ctx, cohort).await?;
    let others = people.iter().map(|one| one.id).filter(|id| shown.as_ref().is_some_and(|shown| shown.id != *id)).take(3);
    let asked = certificates::Issue {
        programme_id,
        trainee_ids: shown.iter().map(|person| person.id).chain(others).collect(),
        kind: "course".into(),
        awarded_on: now.date(),
        valid_to: None,
        criteria: "First year completed: all modules passed, 85 % attendance.".into(),
    };
    certificates::issue(&ctx, &asked).await?;
    Ok(())
}

fn email(role: Role) -> String {
    format!("{}@demo.example", role.as_str().replace('_', "-"))
}

async fn sign_in(tx: &mut Tx, now: Moment, role: Role, world: &World) -> Result<(), AppError> {
    let (organisation, countries, locale): (Option<Uuid>, &[&str], &str) = match role {
        Role::Trainee => (None, &[], "ar"),
        Role::InstituteClerk | Role::InstituteHead => (Some(world.institute_of("MA")), &[], "fr"),
        Role::EmployerClerk | Role::EmployerApprover => (Some(world.employer_of("DE")), &[], "de"),
        Role::OriginOfficer | Role::OriginApprover | Role::OriginAuditor => (Some(world.authority_of("MA")), &["MA"], "fr"),
        Role::DestinationOfficer | Role::DestinationApprover | Role::DestinationAuditor => (Some(world.authority_of("DE")), &["DE"], "de"),
        Role::RecognitionOfficer => (Some(world.recognition_authority), &["DE"], "de"),
        Role::WorkerRepresentative => (Some(world.worker_organisation), &["DE"], "de"),
        Role::Funder => (Some(world.funder), &[], "en"),
        Role::Operator => (None, &[], "en"),
    };
    let person = world.a_trainee_from("MA").filter(|_| role == Role::Trainee);
    let account = NewAccount {
        email: email(role),
        name: person.as_ref().map_or_else(|| name_of(role).to_owned(), |(_, name)| name.clone()),
        password: PASSWORD.into(),
        locale: locale.into(),
        role,
        organisation,
        countries: countries.iter().filter_map(|code| CountryCode::parse(code).ok()).collect(),
        trainee: person.map(|(id, _)| id),
    };
    accounts::create(tx, now, &account).await?;
    Ok(())
}

fn name_of(role: Role) -> &'static str {
    match role {
        Role::Trainee => "Salma Berrada",
        Role::InstituteClerk => "Youssef Alaoui",
        Role::InstituteHead => "Nadia Cherkaoui",
        Role::EmployerClerk => "Jonas Weber",
        Role::EmployerApprover => "Katrin Vogel",
        Role::OriginOfficer => "Hicham Tazi",
        Role::OriginApprover => "Laila Benkirane",
        Role::OriginAuditor => "Omar Sefrioui",
        Role::DestinationOfficer => "Miriam Krause",
        Role::DestinationApprover => "Stefan Lindner",
        Role::DestinationAuditor => "Ulrike Sommer",
        Role::RecognitionOfficer => "Petra Hahn",
        Role::WorkerRepresentative => "Murat Aydin",
        Role::Funder => "Claire Dubois",
        Role::Operator => "Robin Keller",
    }
}
