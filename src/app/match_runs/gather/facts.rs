//! Rows of the database as the facts that the engine and the rules of law reckon with.

use chrono::NaiveDate;
use passerelle_domain::corridor::*;
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::ids::*;
use passerelle_domain::language::*;
use passerelle_domain::law::*;
use passerelle_domain::money::*;
use passerelle_domain::occupation::*;
use passerelle_domain::parse::ParseError;
use passerelle_domain::people::*;
use passerelle_domain::period::DateWindow;
use passerelle_engine::pathway::{Objective, PathwayGraph, Standing, routes, simulate};
use passerelle_store::entity::*;
use std::collections::BTreeSet;

/// What hangs on a person, as the tables have it.
pub(super) struct Papers {
    pub(super) languages: Vec<language_certificate::Model>,
    pub(super) skills: Vec<skill_claim::Model>,
    pub(super) cases: Vec<recognition_case::Model>,
}

pub(super) fn trainee_facts(row: trainee::Model, papers: Papers) -> Result<TraineeFacts, ParseError> {
    let countries = |joined: &str| joined.split(',').filter(|code| !code.is_empty()).map(CountryCode::parse).collect::<Result<Vec<_>, _>>();
    Ok(TraineeFacts {
        id: TraineeId(row.id),
        birth_date: row.birth_date,
        nationalities: countries(&row.nationalities)?,
        habitual_residence: CountryCode::parse(&row.habitual_residence)?,
        training_country: CountryCode::parse(&row.training_country)?,
        institute: OrganisationId(row.institute_id),
        occupation: IscoCode::parse(&row.occupation)?,
        track: Track::parse(&row.track)?,
        journey: JourneyState::parse(&row.journey)?,
        ready_on: row.ready_on,
        passport_valid_to: row.passport_valid_to,
        identity_confirmed: Answer::parse(&row.identity_confirmed)?,
        possible_duplicate: row.possible_duplicate,
        languages: sorted(papers.languages.into_iter().map(language_fact).collect::<Result<_, _>>()?, |fact| {
            (fact.language.clone(), fact.level.to_string(), fact.expires_on)
        }),
        skills: papers
            .skills
            .into_iter()
            .map(|claim| Ok(SkillFact { skill: ConceptUri::parse(&claim.skill)?, provenance: SkillProvenance::parse(&claim.provenance)? }))
            .collect::<Result<_, ParseError>>()?,
        recognitions: sorted(
            papers
                .cases
                .into_iter()
                .map(|case| {
                    Ok(RecognitionFact {
                        destination: CountryCode::parse(&case.destination)?,
                        occupation: IscoCode::parse(&case.occupation)?,
                        state: RecognitionState::parse(&case.state)?,
                    })
                })
                .collect::<Result<_, ParseError>>()?,
            |fact| (fact.destination, fact.occupation, fact.state),
        ),
        preferred_destinations: countries(&row.preferred_destinations)?,
        waiting_since: row.waiting_since,
        merit: i32::try_from(row.merit).unwrap_or_default(),
        first_turn: false,
    })
}

fn sorted<T, K: Ord>(mut list: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    list.sort_by_key(key);
    list
}

/// The level that counts is the lowest that the certificate shows.
fn language_fact(row: language_certificate::Model) -> Result<LanguageFact, ParseError> {
    let scale = LanguageScale::parse(&row.scale)?;
    let mut level = LanguageLevel::on(scale, &row.level)?;
    for part in [row.listening, row.reading, row.speaking, row.writing].into_iter().flatten() {
        let part = LanguageLevel::on(scale, &part)?;
        if part.steps_above(&level).is_some_and(|steps| steps < 0) {
            level = part;
        }
    }
    Ok(LanguageFact { language: LanguageTag::parse(&row.language)?, level, expires_on: row.expires_on })
}

pub(super) fn need_facts(
    row: need::Model,
    employer: &organisation::Model,
    subdivision: Option<String>,
    skills: Vec<need_skill::Model>,
    pools: Vec<seat_pool::Model>,
) -> Result<NeedFacts, ParseError> {
    let currency = if row.currency.is_empty() { None } else { Some(Currency::parse(&row.currency)?) };
    let money = |minor: Option<i64>| Some(Money::new(minor?, currency?));
    let language = match (&row.language, &row.language_level) {
        (Some(language), Some(level)) => Some((LanguageTag::parse(language)?, LanguageLevel::parse(level)?)),
        _ => None,
    };
    Ok(NeedFacts {
        id: NeedId(row.id),
        employer: EmployerFacts {
            id: OrganisationId(employer.id),
            suspended: employer.status == OrganisationStatus::Suspended.as_str(),
            licence_valid_to: employer.licence_valid_to,
            insolvent: Answer::parse(&employer.insolvent)?,
            open_sanction: Answer::parse(&employer.open_sanction)?,
            unpaid_wage_judgment: Answer::parse(&employer.unpaid_wage_judgment)?,
            provides_housing: employer.provides_housing,
            housing_approved: Answer::parse(&employer.housing_approved)?,
        },
        country: CountryCode::parse(&row.country)?,
        occupation: IscoCode::parse(&row.occupation)?,
        skills: skills
            .into_iter()
            .map(|skill| {
                Ok(NeedSkill {
                    skill: ConceptUri::parse(&skill.skill)?,
                    importance: SkillImportance::parse(&skill.importance)?,
                    weight: i32::try_from(skill.weight).unwrap_or(1),
                })
            })
            .collect::<Result<_, ParseError>>()?,
        start: DateWindow::new(row.start_from, row.start_to)?,
        wage: money(row.wage_minor),
        wage_per: WagePeriod::parse(&row.wage_per)?,
        hours_per_week_centi: row.hours_per_week_centi,
        comparable_wage: money(row.comparable_wage_minor),
        language,
        open: row.status == NeedStatus::Open.as_str(),
        subdivision: subdivision.as_deref().map(SubdivisionCode::parse).transpose()?,
        pools: pools
            .into_iter()
            .map(|pool| Ok(SeatPool { pathway: PathwayId::parse(&pool.pathway)?, seats: u32::try_from(pool.seats).unwrap_or_default() }))
            .collect::<Result<_, ParseError>>()?,
    })
}

pub(super) fn quota_facts(row: quota::Model) -> Result<QuotaFacts, ParseError> {
    Ok(QuotaFacts {
        name: row.name,
        side: QuotaSide::parse(&row.side)?,
        scope: QuotaScope::parse(&row.scope)?,
        country: CountryCode::parse(&row.country)?,
        subject: row.subject,
        cap: u32::try_from(row.cap).unwrap_or(u32::MAX),
        used: u32::try_from(row.used).unwrap_or(u32::MAX),
        exempts_government_placement: row.exempts_government_placement,
    })
}

/// The pathways of a pack, with the facts that hold on that day and that origin.
pub(super) fn pathway_facts(pack: &CorridorPack, agreements: &[agreement::Model], day: NaiveDate) -> Vec<PathwayFacts> {
    let permit_days: u32 = pack.permit.value.stages.iter().filter_map(|stage| stage.days).map(|days| days.typical).sum();
    // A pack without days in its permit still has them in its steps.
    let permit_days = if permit_days > 0 { permit_days } else { PathwayGraph::new(&pack.steps).days().typical / 3 };
    let lead = lead_time(pack, day);
    let of_origin =
        |origins: &[CountryCode], id: &PathwayId| origins.is_empty() || id.origin.is_some_and(|origin| origins.contains(&origin));
    let pathway = |id: PathwayId| PathwayFacts {
        pack_version: pack.version,
        destination: pack.destination,
        status: pack.status,
        open: pack.is_open_on(day),
        occupations: pack.occupations.value.clone(),
        age: pack.age.value.clone(),
        languages: pack
            .language
            .iter()
            .filter(|fact| fact.holds_on(day) && matches!(fact.value.stage, LanguageStage::Entry | LanguageStage::Visa))
            .filter(|fact| of_origin(&fact.value.origins, &id))
            .map(|fact| LanguageGate {
                language: fact.value.language.clone(),
                any_of: fact.value.any_of.clone(),
                occupations: fact.value.occupations.clone(),
            })
            .collect(),
        recognition: pack
            .recognition
            .iter()
            .filter(|fact| fact.holds_on(day))
            .map(|fact| RecognitionGate {
                regulated: fact.value.regulated,
                occupations: fact.value.occupations.clone(),
                entry_states: fact.value.entry_states.clone(),
            })
            .collect(),
        wage_floors: pack
            .wage_floors
            .iter()
            .filter(|fact| fact.holds_on(day))
            .filter_map(|fact| {
                Some(WageFloorFact {
                    amount: fact.value.amount?,
                    per: fact.value.per?,
                    occupations: fact.value.occupations.clone(),
                    age_from: fact.value.age_from,
                    age_under: fact.value.age_under,
                })
            })
            .collect(),
        employer_licence: pack.permit.value.employer_licence,
        permit_days,
        lead: lead.clone(),
        in_time_min_percent: agreement_row(pack, &id, agreements, day).and_then(|row| u8::try_from(row.in_time_min_percent?).ok()),
        agreement: agreement_of(pack, &id, agreements, day),
        id,
    };
    pack.pathways().into_iter().map(pathway).collect()
}

/// Samples behind a lead time: a hundred people stand for them.
const LEAD_SAMPLES: u32 = 2_000;

/// Days from being ready until work, on the quickest way of the pathway. What is learnt before is done.
fn lead_time(pack: &CorridorPack, day: NaiveDate) -> Option<LeadTime> {
    use passerelle_domain::corridor::StepKind;
    let learnt = |kind: StepKind| matches!(kind, StepKind::Training | StepKind::LanguageCourse | StepKind::Exam);
    let done = pack.steps.iter().filter(|step| learnt(step.kind)).map(|step| step.id.clone()).collect();
    let standing = Standing { papers: BTreeSet::new(), done };
    let route = routes(&pack.steps, &standing, &Objective::Milestone(JourneyState::Placed), day).ok()?.swap_remove(0);
    let steps: Vec<_> = route.steps.iter().filter_map(|id| pack.steps.iter().find(|step| step.id == *id)).collect();
    let forecast = simulate(&steps, LEAD_SAMPLES, 1);
    // One of every twenty samples: of a hundred people, those who arrive, the quickest first.
    let share = usize::try_from(LEAD_SAMPLES / 100).unwrap_or(1);
    Some(LeadTime(forecast.days.iter().skip(share - 1).step_by(share).copied().collect()))
}

fn agreement_row<'a>(
    pack: &CorridorPack,
    id: &PathwayId,
    agreements: &'a [agreement::Model],
    day: NaiveDate,
) -> Option<&'a agreement::Model> {
    let origin = id.origin?.to_string();
    let row = agreements.iter().find(|row| row.pack == pack.id.as_str() && row.origin == origin)?;
    in_force(row, day).then_some(row)
}

/// Whether an agreement covers people on that day.
pub(super) fn in_force(row: &agreement::Model, day: NaiveDate) -> bool {
    AgreementStatus::parse(&row.status).is_ok_and(AgreementStatus::covers_open_cases) && row.ends_on.is_none_or(|end| day <= end)
}

fn agreement_of(pack: &CorridorPack, id: &PathwayId, agreements: &[agreement::Model], day: NaiveDate) -> Option<AgreementFacts> {
    let row = agreement_row(pack, id, agreements, day)?;
    Some(AgreementFacts {
        between_governments: row.between_governments,
        labour_market_analysis: row.labour_market_analysis,
        support_to_origin: row.support_to_origin,
    })
}
