//! Makes the world from the cast, a seed and today's date: organisations and cohorts here, people and their papers in
//! [`people`], what is asked of them in [`demand`].

mod demand;
mod intakes;
mod money;
mod people;
mod stranded;
mod tracks;
mod training;

pub use stranded::PACK;

use super::cast::{COHORTS, CohortPlan, EMPLOYERS};
use crate::app::law::Law;
use crate::clock::Moment;
use crate::error::AppError;
use crate::text::fold;
use chrono::{Days, NaiveDate};
use passerelle_domain::privacy::ConsentPurpose;
use passerelle_store::entity::*;
use passerelle_store::{Tx, record};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use uuid::Uuid;

/// People in training who are matched; those who apply and those who have gone come beside them.
const TRAINEES: usize = 600;

/// Skills of each ISCO code, the essential ones first, as the demonstration part of ESCO has them.
#[derive(Debug, Default)]
pub struct Skills {
    essential: BTreeMap<String, Vec<String>>,
    optional: BTreeMap<String, Vec<String>>,
}

impl Skills {
    /// Reads occupations and relations from the embedded files.
    ///
    /// # Errors
    /// When a file is missing or broken, which a test of this crate would have shown.
    pub fn from_files(read: impl Fn(&str) -> Option<Vec<u8>>) -> Result<Self, AppError> {
        let rows = |name: &str| -> Result<Vec<BTreeMap<String, String>>, AppError> {
            let bytes = read(name).ok_or_else(|| AppError::internal(format!("{name} is missing")))?;
            csv::Reader::from_reader(bytes.as_slice()).deserialize().collect::<Result<_, _>>().map_err(AppError::internal)
        };
        let of = |row: &BTreeMap<String, String>, column: &str| row.get(column).cloned().unwrap_or_default();
        let isco: BTreeMap<String, String> =
            rows("occupations_en.csv")?.iter().map(|row| (of(row, "conceptUri"), of(row, "iscoGroup"))).collect();
        let mut skills = Self::default();
        for row in rows("occupationSkillRelations.csv")? {
            let Some(code) = isco.get(&of(&row, "occupationUri")) else { continue };
            let map = if of(&row, "relationType") == "essential" { &mut skills.essential } else { &mut skills.optional };
            let list = map.entry(code.clone()).or_default();
            let skill = of(&row, "skillUri");
            if !list.contains(&skill) {
                list.push(skill);
            }
        }
        Ok(skills)
    }

    fn essential(&self, isco: &str) -> &[String] {
        self.essential.get(isco).map_or(&[], Vec::as_slice)
    }

    fn optional(&self, isco: &str) -> &[String] {
        self.optional.get(isco).map_or(&[], Vec::as_slice)
    }
}

/// Every row of the world.
#[derive(Debug)]
pub struct World {
    organisations: Vec<organisation::Model>,
    sites: Vec<site::Model>,
    programmes: Vec<programme::Model>,
    cohorts: Vec<cohort::Model>,
    trainees: Vec<trainee::Model>,
    credentials: Vec<credential::Model>,
    recognition_cases: Vec<recognition_case::Model>,
    language_certificates: Vec<language_certificate::Model>,
    skill_claims: Vec<skill_claim::Model>,
    needs: Vec<need::Model>,
    need_skills: Vec<need_skill::Model>,
    seat_pools: Vec<seat_pool::Model>,
    agreements: Vec<agreement::Model>,
    budget_lines: Vec<budget_line::Model>,
    selection_rules: Vec<selection_rule::Model>,
    selection_scores: Vec<selection_score::Model>,
    attendances: Vec<attendance::Model>,
    assessments: Vec<assessment::Model>,
    exam_sessions: Vec<exam_session::Model>,
    paper_checks: Vec<paper_check::Model>,
    employer_registrations: Vec<employer_registration::Model>,
    quotas: Vec<quota::Model>,
    ledger_entries: Vec<ledger_entry::Model>,
    contingency_plans: Vec<contingency_plan::Model>,
    worker_payments: Vec<worker_payment::Model>,
    first_pays: Vec<first_pay::Model>,
    pub disruptions: Vec<disruption::Model>,
    /// People who were ready when the flights stopped.
    pub stranded: Vec<Uuid>,
    pub recognition_authority: Uuid,
    pub worker_organisation: Uuid,
    pub funder: Uuid,
}

struct Maker<'a> {
    rng: ChaCha8Rng,
    now: Moment,
    skills: &'a Skills,
    world: World,
}

impl World {
    /// Equal seeds on equal days give equal worlds but for the identifiers.
    pub fn make(seed: u64, now: Moment, skills: &Skills) -> Self {
        let world = Self {
            organisations: vec![],
            sites: vec![],
            programmes: vec![],
            cohorts: vec![],
            trainees: vec![],
            credentials: vec![],
            recognition_cases: vec![],
            language_certificates: vec![],
            skill_claims: vec![],
            needs: vec![],
            need_skills: vec![],
            seat_pools: vec![],
            agreements: vec![],
            budget_lines: vec![],
            selection_rules: vec![],
            selection_scores: vec![],
            attendances: vec![],
            assessments: vec![],
            exam_sessions: vec![],
            paper_checks: vec![],
            employer_registrations: vec![],
            quotas: vec![],
            ledger_entries: vec![],
            contingency_plans: vec![],
            worker_payments: vec![],
            first_pays: vec![],
            disruptions: vec![],
            stranded: vec![],
            recognition_authority: Uuid::nil(),
            worker_organisation: Uuid::nil(),
            funder: Uuid::nil(),
        };
        let mut maker = Maker { rng: ChaCha8Rng::seed_from_u64(seed), now, skills, world };
        maker.authorities();
        maker.employers();
        maker.cohorts();
        maker.needs();
        maker.agreements();
        maker.tracks();
        maker.quotas();
        maker.intakes();
        maker.stranded();
        maker.money();
        maker.training();
        maker.world
    }

    /// Adds every row to a transaction, parents first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn write(&self, tx: &mut Tx, law: &Law) -> Result<(), AppError> {
        let today = Moment::from_ms(tx.now_ms()).date();
        let journeys = crate::app::journeys::beginnings(law, &self.trainees, today, tx.now_ms())?;
        record::insert_many::<organisation::Entity>(tx, self.organisations.clone()).await?;
        record::insert_many::<site::Entity>(tx, self.sites.clone()).await?;
        record::insert_many::<programme::Entity>(tx, self.programmes.clone()).await?;
        record::insert_many::<agreement::Entity>(tx, self.agreements.clone()).await?;
        record::insert_many::<cohort::Entity>(tx, self.cohorts.clone()).await?;
        record::insert_many::<budget_line::Entity>(tx, self.budget_lines.clone()).await?;
        record::insert_many::<trainee::Entity>(tx, self.trainees.clone()).await?;
        record::insert_many::<journey::Entity>(tx, journeys).await?;
        record::insert_many::<credential::Entity>(tx, self.credentials.clone()).await?;
        record::insert_many::<recognition_case::Entity>(tx, self.recognition_cases.clone()).await?;
        record::insert_many::<language_certificate::Entity>(tx, self.language_certificates.clone()).await?;
        record::insert_many::<skill_claim::Entity>(tx, self.skill_claims.clone()).await?;
        record::insert_many::<selection_rule::Entity>(tx, self.selection_rules.clone()).await?;
        record::insert_many::<selection_score::Entity>(tx, self.selection_scores.clone()).await?;
        record::insert_many::<attendance::Entity>(tx, self.attendances.clone()).await?;
        record::insert_many::<assessment::Entity>(tx, self.assessments.clone()).await?;
        record::insert_many::<exam_session::Entity>(tx, self.exam_sessions.clone()).await?;
        record::insert_many::<paper_check::Entity>(tx, self.paper_checks.clone()).await?;
        record::insert_many::<employer_registration::Entity>(tx, self.employer_registrations.clone()).await?;
        record::insert_many::<need::Entity>(tx, self.needs.clone()).await?;
        record::insert_many::<need_skill::Entity>(tx, self.need_skills.clone()).await?;
        record::insert_many::<seat_pool::Entity>(tx, self.seat_pools.clone()).await?;
        record::insert_many::<quota::Entity>(tx, self.quotas.clone()).await?;
        record::insert_many::<ledger_entry::Entity>(tx, self.ledger_entries.clone()).await?;
        record::insert_many::<contingency_plan::Entity>(tx, self.contingency_plans.clone()).await?;
        record::insert_many::<worker_payment::Entity>(tx, self.worker_payments.clone()).await?;
        record::insert_many::<first_pay::Entity>(tx, self.first_pays.clone()).await?;
        record::insert_many::<disruption::Entity>(tx, self.disruptions.clone()).await?;
        record::insert_many::<consent::Entity>(tx, self.consents(tx.now_ms())).await?;
        Ok(())
    }

    /// Everybody has agreed to be matched; most let employers and the partner see more in time.
    fn consents(&self, now_ms: i64) -> Vec<consent::Model> {
        let purposes = |at: usize| {
            let mut purposes = vec![ConsentPurpose::Matching];
            if at % 20 != 7 {
                purposes.push(ConsentPurpose::EmployerDisclosure);
            }
            if at % 10 != 3 {
                purposes.push(ConsentPurpose::PartnerSharing);
            }
            purposes
        };
        let given = |(at, trainee): (usize, &trainee::Model)| {
            let (trainee_id, institute_id, origin) = (trainee.id, trainee.institute_id, trainee.training_country.clone());
            purposes(at).into_iter().map(move |purpose| consent::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: now_ms,
                updated_at_ms: now_ms,
                trainee_id,
                institute_id,
                origin: origin.clone(),
                purpose: purpose.to_string(),
                recipient_id: None,
                text_version: ConsentPurpose::TEXT_VERSION.into(),
                language: "fr".into(),
                channel: "paper".into(),
                given_by: None,
                given_at_ms: now_ms,
                withdrawn_at_ms: None,
            })
        };
        self.trainees.iter().enumerate().flat_map(given).collect()
    }

    fn organisation(&self, kind: &str, country: &str) -> Uuid {
        self.organisations.iter().find(|row| row.kind == kind && row.country == country).map_or(Uuid::nil(), |row| row.id)
    }

    pub fn institute_of(&self, country: &str) -> Uuid {
        self.organisation("institute", country)
    }

    pub fn employer_of(&self, country: &str) -> Uuid {
        self.organisation("employer", country)
    }

    pub fn authority_of(&self, country: &str) -> Uuid {
        let origin = self.organisation("origin_authority", country);
        if origin.is_nil() { self.organisation("destination_authority", country) } else { origin }
    }

    /// The first trainee from a country, and her name.
    pub fn a_trainee_from(&self, country: &str) -> Option<(Uuid, String)> {
        let found = self.trainees.iter().find(|row| row.training_country == country);
        found.map(|row| (row.id, format!("{} {}", row.given_name, row.family_name)))
    }
}

impl Maker<'_> {
    fn day(&self, days: i64) -> NaiveDate {
        let today = self.now.date();
        if days >= 0 { today + Days::new(days.unsigned_abs()) } else { today - Days::new(days.unsigned_abs()) }
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    fn organisation(&mut self, kind: &str, country: &str, name: &str) -> Uuid {
        let id = Uuid::now_v7();
        let ms = self.now.ms();
        self.world.organisations.push(organisation::Model {
            id,
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            kind: kind.into(),
            name: name.into(),
            country: country.into(),
            subdivision: None,
            parent_id: None,
            register_number: Some(format!("DEMO-{:04}", self.world.organisations.len() + 1)),
            lei: None,
            status: "active".into(),
            licence_valid_to: None,
            insolvent: "no".into(),
            open_sanction: "no".into(),
            unpaid_wage_judgment: "no".into(),
            provides_housing: false,
            housing_approved: "unknown".into(),
            accreditation: None,
            accreditation_valid_to: None,
            accreditation_evidence: None,
            demo: true,
            search: fold(name),
        });
        id
    }

    fn authorities(&mut self) {
        for (kind, country, name) in [
            ("origin_authority", "MA", "Agence de l’emploi, Maroc (démonstration)"),
            ("origin_authority", "PH", "Department of Labour Mobility (demonstration)"),
            ("destination_authority", "DE", "Amt für Fachkräfte (Demonstration)"),
            ("destination_authority", "GB", "Workforce Office (demonstration)"),
        ] {
            self.organisation(kind, country, name);
        }
        self.world.recognition_authority = self.organisation("recognition_authority", "DE", "Anerkennungsstelle Pflege (Demonstration)");
        self.world.worker_organisation = self.organisation("worker_organisation", "DE", "Gewerkschaft Bau und Pflege (Demonstration)");
        self.world.funder = self.organisation("funder", "BE", "Partnership Fund (demonstration)");
    }

    /// Most employers are in good standing; some show what each part of rule R12 blocks.
    fn employers(&mut self) {
        for (country, name, city, subdivision) in EMPLOYERS {
            let id = self.organisation("employer", country, name);
            let far = self.day(900);
            let soon = self.day(120);
            if let Some(row) = self.world.organisations.last_mut() {
                row.licence_valid_to = Some(far);
                match name {
                    "Hotel Seeblick" => {
                        row.provides_housing = true;
                        row.housing_approved = "yes".into();
                    }
                    "Tyne Care Group" => row.licence_valid_to = Some(soon),
                    "Murray River Growers" => {
                        row.provides_housing = true;
                        row.housing_approved = "no".into();
                    }
                    "Edilizia Adriatica" => row.unpaid_wage_judgment = "yes".into(),
                    "Harbour Software" => row.licence_valid_to = None,
                    "Minato Foods" => row.insolvent = "unknown".into(),
                    _ => {}
                }
            }
            self.site(id, name, city, Some(subdivision));
        }
        // One that was suspended and one that went insolvent, to be seen in lists.
        let suspended = self.organisation("employer", "DE", "Nordbau Montage");
        let insolvent = self.organisation("employer", "JP", "Hikari Electronics");
        for row in self.world.organisations.iter_mut().rev().take(2) {
            if row.id == suspended {
                row.status = "suspended".into();
            }
            if row.id == insolvent {
                row.insolvent = "yes".into();
            }
        }
        self.site(suspended, "Nordbau Montage", "Hamburg", Some("DE-HH"));
        self.site(insolvent, "Hikari Electronics", "Osaka", Some("JP-27"));
    }

    fn site(&mut self, organisation_id: Uuid, name: &str, city: &str, subdivision: Option<&str>) {
        let ms = self.now.ms();
        self.world.sites.push(site::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            organisation_id,
            name: name.into(),
            city: city.into(),
            subdivision: subdivision.map(Into::into),
        });
    }

    fn cohorts(&mut self) {
        let each = TRAINEES / COHORTS.len();
        for (number, plan) in COHORTS.iter().enumerate() {
            let institute = match self.world.organisations.iter().find(|row| row.name == plan.institute) {
                Some(row) => row.id,
                None => {
                    let id = self.organisation("institute", plan.country, plan.institute);
                    let until = self.day(800);
                    if let Some(row) = self.world.organisations.last_mut() {
                        row.accreditation = Some("national".into());
                        row.accreditation_valid_to = Some(until);
                    }
                    self.site(id, "Campus", plan.city, None);
                    id
                }
            };
            let cohort = self.cohort(plan, institute, number);
            for _ in 0..each {
                self.trainee(plan, &cohort);
            }
        }
    }

    fn cohort(&mut self, plan: &CohortPlan, institute_id: Uuid, number: usize) -> cohort::Model {
        let ms = self.now.ms();
        let programme = programme::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            institute_id,
            name: plan.programme.into(),
            occupation: plan.occupation.into(),
            isced_field: None,
            eqf_level: None,
            eqf_basis: "none".into(),
            language: plan.language.into(),
            hours: self.rng.random_range(8..24) * 100,
            awarded_qualification: format!("Diploma: {}", plan.programme),
            attempts_max: Some(3),
            search: fold(plan.programme),
        };
        let ends = i64::try_from(number % 6).unwrap_or(0) * 45 + 60;
        let name = format!("{} {}", plan.programme, self.day(ends).format("%Y-%m"));
        let cohort = cohort::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            institute_id,
            programme_id: programme.id,
            search: fold(&name),
            name,
            starts_on: self.day(ends - 360),
            ends_on: self.day(ends),
            seats_away: 20,
            seats_home: 5,
            seats_undecided: 5,
            refresher_places: 2,
            agreement_id: None,
            premium_paid_on: None,
            insured_from: None,
        };
        self.world.programmes.push(programme);
        self.world.cohorts.push(cohort.clone());
        cohort
    }
}
