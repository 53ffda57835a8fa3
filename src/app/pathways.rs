//! Pathways for people: what is wrong with one in words, ways through it with dates and chances.

use super::Ctx;
use super::corridors;
use super::law::{self, Law};
use crate::error::AppError;
use crate::i18n::Locale;
use chrono::{Days, NaiveDate};
use passerelle_domain::corridor::{CorridorPack, Party, Step};
use passerelle_domain::people::JourneyState;
use passerelle_engine::pathway::{
    Actual, Finding, FindingCode, Forecast, Ground, Objective, Route, RouteError, Schedule, Standing, routes, schedule, simulate, validate,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything wrong with a pack: its own rules, then the pathway's.
pub fn findings(pack: &CorridorPack, day: NaiveDate, parties: Option<&BTreeSet<Party>>) -> Vec<Finding> {
    validate(pack, &Ground { day, parties })
}

/// A finding as a sentence, and what mends it.
pub fn words(t: Locale, finding: &Finding) -> (String, String) {
    let what = match finding.code {
        FindingCode::MilestoneMissing => t.get(&format!("journey-state-{}", finding.what.replace('_', "-"))),
        FindingCode::NobodyPerforms => t.get(&format!("party-{}", finding.what.replace('_', "-"))),
        _ => finding.what.clone(),
    };
    let args = BTreeMap::from([("what".to_owned(), what), ("place".to_owned(), finding.place.clone())]);
    (t.with(&format!("finding-{}", finding.code), &args), t.with(&format!("finding-{}-fix", finding.code), &args))
}

/// A question about ways through a pathway.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// State of the journey to reach; `placed` without it.
    #[serde(default)]
    pub to: Option<JourneyState>,
    /// Step to reach instead.
    #[serde(default)]
    pub to_step: Option<String>,
    /// Papers that are held.
    #[serde(default)]
    pub held: BTreeSet<String>,
    /// Steps that are done.
    #[serde(default)]
    pub done: BTreeSet<String>,
    /// Day of the first step; today without it.
    #[serde(default)]
    pub start: Option<NaiveDate>,
    /// What has happened, by step.
    #[serde(default)]
    pub actuals: BTreeMap<String, Actual>,
    /// Day by which she has to be ready.
    #[serde(default)]
    pub ready_by: Option<NaiveDate>,
    /// Samples of the forecast; 10,000 without it, 0 for none.
    #[serde(default)]
    pub samples: Option<u32>,
    #[serde(default)]
    pub seed: Option<u64>,
}

/// Most samples that one question may ask for.
const MOST_SAMPLES: u32 = 100_000;

/// One way with its dates and chances.
#[derive(Debug, Clone, Serialize)]
pub struct Planned {
    #[serde(flatten)]
    pub route: Route,
    pub schedule: Schedule,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forecast: Option<Forecast>,
    /// Chance of being ready by the day that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_by_chance: Option<f64>,
    /// Day by which half of those who arrive have arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_p50_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    pub pack: String,
    pub pack_version: u32,
    pub routes: Vec<Planned>,
}

/// Every way that no other beats, with dates and chances.
///
/// # Errors
/// When nothing leads there, or a number is out of range.
pub fn plan(pack: &CorridorPack, law: &Law, ask: &Ask, today: NaiveDate) -> Result<Answer, AppError> {
    let samples = ask.samples.unwrap_or(10_000);
    if samples > MOST_SAMPLES {
        return Err(AppError::invalid("samples", "range", format!("is more than {MOST_SAMPLES}")));
    }
    let objective = match &ask.to_step {
        Some(step) => Objective::Step(step.clone()),
        None => Objective::Milestone(ask.to.unwrap_or(JourneyState::Placed)),
    };
    for step in ask.actuals.keys().chain(&ask.done) {
        if !pack.steps.iter().any(|known| known.id == *step) {
            return Err(AppError::invalid("actuals", "step", format!("{step} is no step of {}", pack.id)));
        }
    }
    let standing = Standing { papers: ask.held.clone(), done: ask.done.clone() };
    let start = ask.start.unwrap_or(today);
    let found = routes(&pack.steps, &standing, &objective, start).map_err(|error| match error {
        RouteError::NoSuchObjective => AppError::invalid("to", "objective", error.to_string()),
        RouteError::NoWay | RouteError::TooManyChoices(_) => AppError::Conflict(error.to_string()),
    })?;
    let routes = found.into_iter().map(|route| {
        let steps: Vec<&Step> = route.steps.iter().filter_map(|id| pack.steps.iter().find(|step| step.id == *id)).collect();
        let forecast = (samples > 0).then(|| simulate(&steps, samples, ask.seed.unwrap_or(1)));
        let within = ask.ready_by.and_then(|day| u32::try_from((day - start).num_days()).ok());
        let on = |days: u32| start.checked_add_days(Days::new(days.into()));
        Planned {
            schedule: schedule(&steps, start, today.max(start), &law.calendars, &ask.actuals),
            ready_by_chance: forecast
                .as_ref()
                .and_then(|forecast| ask.ready_by.map(|_| within.map_or(0.0, |days| forecast.chance_within(days)))),
            ready_p50_on: forecast.as_ref().and_then(|forecast| on(forecast.p50?)),
            forecast,
            route,
        }
    });
    Ok(Answer { pack: pack.id.to_string(), pack_version: pack.version, routes: routes.collect() })
}

/// Ways through a published pathway.
///
/// # Errors
/// When the actor may not see it, or as [`plan`].
pub async fn plan_published(ctx: &Ctx<'_>, pack: &str, ask: &Ask) -> Result<Answer, AppError> {
    let pack = corridors::get(ctx, pack).await?;
    let law = law::read(ctx).await?;
    let (ask, today) = (ask.clone(), ctx.now.date());
    // Seconds in the worst case: not on the threads that answer everybody.
    tokio::task::spawn_blocking(move || plan(&pack, &law, &ask, today)).await.map_err(AppError::internal)?
}
