//! Match runs on pages: progress, totals, proposals, why and why not, and the two decisions.

use super::cells::{Labels, cell_text, word_key};
use super::charts;
use super::parts::Part;
use super::shell::{Page, Shell};
use super::{Answer, html, see};
use crate::app::match_runs::{self as runs};
use crate::app::{proposals, records as kinds};
use crate::clock::Moment;
use crate::error::AppError;
use crate::i18n::{Locale, plain};
use crate::web::csv_export;
use crate::web::extract::{Params, PathId};
use actix_web::web;
use askama::Template;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::law::Verdict;
use passerelle_domain::people::{Decision, DeclineReason};
use passerelle_engine::matching::policy::Mode;
use passerelle_engine::matching::score::Score;
use passerelle_engine::matching::{Totals, hide};
use passerelle_store::entity::{match_run, proposal};
use passerelle_store::record;
use std::collections::BTreeMap;
use uuid::Uuid;

type Form = web::Form<BTreeMap<String, String>>;

struct RunRow {
    href: String,
    asked: String,
    as_of: String,
    status: String,
    proposed: String,
}

#[derive(Template)]
#[template(path = "match_runs.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<RunRow>,
    may_run: bool,
    modes: Vec<(String, String)>,
    usual: String,
}

/// `GET /ui/match-runs`
pub async fn list(page: Page) -> Answer {
    let rows = rows(&page).await?;
    let may_run = permit(&page.actor, Action::Create, Subject::MatchRun).is_ok();
    let usual = page.state.policy.mode.to_string();
    html(&ListPage { shell: page.shell("match-runs-title"), rows, may_run, modes: modes(page.locale), usual })
}

/// A way of choosing, from a form.
pub(super) fn mode(word: &str) -> Result<Mode, AppError> {
    Mode::parse(word).map_err(|_| AppError::invalid("mode", "choice", "must be a mode of matching"))
}

/// Ways of choosing, to choose from.
pub(super) fn modes(t: Locale) -> Vec<(String, String)> {
    Mode::ALL.iter().map(|mode| (mode.to_string(), t.get(&word_key("mode-name", mode.as_str())))).collect()
}

async fn rows(page: &Page) -> Result<Vec<RunRow>, AppError> {
    let t = page.locale;
    let found = runs::list(&page.ctx()).await?;
    let row = |run: &match_run::Model| -> Result<RunRow, AppError> {
        Ok(RunRow {
            href: format!("/ui/match-runs/{}", run.id),
            asked: Moment::from_ms(run.created_at_ms).0.format("%Y-%m-%d %H:%M").to_string(),
            as_of: run.as_of.to_string(),
            status: t.get(&format!("run-status-{}", run.status)),
            proposed: totals_of(run)?.map(|totals| format!("{} / {}", totals.proposed, totals.trainees)).unwrap_or_default(),
        })
    };
    found.rows.iter().map(row).collect()
}

/// `GET /ui/match-runs.csv`
pub async fn list_csv(page: Page) -> Answer {
    let t = page.locale;
    let header = ["match-asked", "match-as-of", "field-status", "match-proposed"].map(|key| t.get(key));
    let rows = rows(&page).await?.into_iter().map(|row| vec![row.asked, row.as_of, row.status, row.proposed]);
    csv_export::table("match-runs", &header, &rows.collect::<Vec<_>>())
}

/// `POST /ui/match-runs`
pub async fn create(page: Page, form: Form) -> Answer {
    page.guard(&form)?;
    let mode = form.get("mode").map(|word| mode(word)).transpose()?;
    let run = runs::request(&page.ctx(), runs::Asked { seed: None, mode }).await?;
    Ok(see(format!("/ui/match-runs/{}", run.id)))
}

fn totals_of(run: &match_run::Model) -> Result<Option<Totals>, AppError> {
    Ok(run.summary.as_deref().map(serde_json::from_str).transpose()?)
}

struct Figure {
    label: String,
    value: String,
}

struct ChartBlock {
    heading: String,
    svg: String,
    rows: Vec<(String, u64)>,
}

#[derive(Template)]
#[template(path = "match_run.html")]
struct RunPage {
    shell: Shell,
    status: String,
    running: bool,
    percent: i32,
    stage: String,
    failure: Option<String>,
    figures: Vec<Figure>,
    charts: Vec<ChartBlock>,
    links: Vec<(String, String)>,
    may_ask: bool,
    why_action: String,
    mode: String,
    other_policy: Option<String>,
    /// Packs that are matched in another way.
    elsewhere: Vec<String>,
    weights: Vec<(String, String, String)>,
    digests: Vec<(String, String)>,
}

/// `GET /ui/match-runs/{id}`
pub async fn show(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    let run = runs::get(&page.ctx(), id).await?;
    let totals = totals_of(&run)?;
    let running = run.status == "queued" || run.status == "running";
    let mut shell = page.shell("match-run-title");
    shell.reload_seconds = if running { 2 } else { 0 };
    let mut links = Vec::new();
    for name in ["proposals", "outcomes"] {
        if kinds::find(name).is_some_and(|resource| resource.may(&page.ctx(), Action::List)) {
            links.push((format!("/ui/{name}?run_id={id}"), t.get(&format!("records-{name}"))));
        }
    }
    // Whoever runs the service may start a run, and reads neither people nor quotas.
    let asks = permit(&page.actor, Action::Create, Subject::MatchRun).is_ok()
        && [Subject::Outcome, Subject::Quota].into_iter().all(|subject| permit(&page.actor, Action::Read, subject).is_ok());
    if run.status == "finished" && asks {
        links.push((format!("/ui/match-runs/{id}/what-if"), t.get("what-if-title")));
        links.push((format!("/ui/match-runs/{id}/fairness"), t.get("fairness-title")));
    }
    let digests = [("match-snapshot", &run.snapshot_digest), ("match-result", &run.result_digest), ("match-engine", &run.engine_version)];
    html(&RunPage {
        shell,
        status: t.get(&format!("run-status-{}", run.status)),
        running,
        percent: run.progress_percent,
        stage: run.stage.as_deref().map(|stage| t.get(&format!("stage-{stage}"))).unwrap_or_default(),
        failure: run.failure.clone(),
        figures: totals.as_ref().map(|totals| figures(t, totals)).unwrap_or_default(),
        charts: totals.as_ref().map(|totals| charts_of(t, totals)).unwrap_or_default(),
        links,
        may_ask: permit(&page.actor, Action::Read, Subject::Outcome).is_ok(),
        why_action: format!("/ui/match-runs/{id}/why"),
        mode: way_of(&page, &run).map(|mode| t.get(&word_key("mode", mode))).unwrap_or_default(),
        other_policy: match &run.policy_version {
            Some(version) if *version != page.state.policy.version => Some(t.with1("match-other-policy", "version", version)),
            _ => None,
        },
        elsewhere: totals.as_ref().map(|totals| totals.elsewhere.iter().cloned().collect()).unwrap_or_default(),
        weights: weights(&page, t),
        digests: digests.into_iter().filter_map(|(key, value)| Some((t.get(key), value.clone()?))).collect(),
    })
}

/// How a run chose; of a run of before it is known while the same policy counts.
fn way_of<'r>(page: &'r Page, run: &'r match_run::Model) -> Option<&'r str> {
    let same = run.policy_version.as_ref().is_none_or(|version| *version == page.state.policy.version);
    run.mode.as_deref().or(same.then_some(page.state.policy.mode.as_str()))
}

fn figures(t: Locale, totals: &Totals) -> Vec<Figure> {
    [
        ("match-trainees", totals.trainees),
        ("match-seats", totals.seats),
        ("match-pairs", totals.pairs_considered),
        ("match-candidates", totals.candidates),
        ("match-proposed", totals.proposed),
    ]
    .map(|(key, value)| Figure { label: t.get(key), value: value.to_string() })
    .into()
}

fn charts_of(t: Locale, totals: &Totals) -> Vec<ChartBlock> {
    let most_first = |mut rows: Vec<(String, u64)>| {
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows
    };
    let corridors = most_first(totals.proposed_by_corridor.iter().map(|(name, count)| (name.clone(), *count)).collect());
    let reasons = most_first(
        totals.unmatched_by_reason.iter().map(|(code, count)| (t.get(&word_key("reason-name", code.as_str())), *count)).collect(),
    );
    [("match-by-corridor", corridors), ("match-by-reason", reasons)]
        .into_iter()
        .filter(|(_, rows)| !rows.is_empty())
        .map(|(key, rows)| ChartBlock { heading: t.get(key), svg: charts::bars(&t.get(key), &rows), rows })
        .collect()
}

/// The weights of both sides: whoever is ranked may see by what.
fn weights(page: &Page, t: Locale) -> Vec<(String, String, String)> {
    let policy = &page.state.policy;
    let percent = |weight: Option<&u32>| weight.map(|weight| format!("{weight} %")).unwrap_or_default();
    passerelle_engine::matching::policy::Feature::ALL
        .iter()
        .map(|feature| {
            let name = t.get(&word_key("feature", feature.as_str()));
            (name, percent(policy.need_weights.get(feature)), percent(policy.trainee_weights.get(feature)))
        })
        .collect()
}

struct VerdictRow {
    rule: String,
    outcome: String,
    outcome_code: &'static str,
    text: String,
    facts: String,
    source: String,
}

fn verdict_rows(page: &Page, verdicts: &[Verdict]) -> Vec<VerdictRow> {
    let t = page.locale;
    let catalogue = &page.state.law.catalogue;
    let title = |verdict: &Verdict| {
        let rule = catalogue.rules.iter().find(|rule| rule.rule == verdict.rule);
        rule.map(|rule| rule.title.in_language(t.code()).to_owned()).unwrap_or_default()
    };
    let source = |verdict: &Verdict| {
        let rule = catalogue.rules.iter().find(|rule| rule.rule == verdict.rule && rule.version == verdict.version);
        rule.map(|rule| rule.source.clone()).unwrap_or_default()
    };
    verdicts
        .iter()
        .map(|verdict| VerdictRow {
            rule: format!("{} {} ({})", verdict.rule, title(verdict), t.with1("version", "number", verdict.version)),
            outcome: t.get(&format!("verdict-{}", verdict.outcome)),
            outcome_code: verdict.outcome.as_str(),
            text: verdict.reason.as_ref().map(|reason| t.say(reason)).unwrap_or_default(),
            facts: verdict.facts_used.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("; "),
            source: source(verdict),
        })
        .collect()
}

fn score_rows(t: Locale, score: &Score) -> Vec<(String, String)> {
    let shown = |points: i64| format!("{}.{:02} %", points / 100, points % 100);
    let mut rows: Vec<(String, String)> =
        score.parts.iter().map(|(feature, points)| (t.get(&word_key("feature", feature.as_str())), shown(*points))).collect();
    rows.push((t.get("score-of-need"), shown(i64::from(score.v))));
    rows.push((t.get("score-of-trainee"), shown(i64::from(score.u))));
    rows
}

#[derive(Template)]
#[template(path = "why.html")]
struct WhyPage {
    shell: Shell,
    /// What the run's certificate says of a lawful pair, and what would change it.
    assignment: Option<(String, String)>,
    lawful: bool,
    pathway: String,
    reasons: Vec<(String, String)>,
    verdicts: Vec<VerdictRow>,
    scores: Vec<(String, String)>,
    run_href: String,
}

/// `GET /ui/match-runs/{id}/why?trainee=&need=`
pub async fn why(page: Page, PathId(id): PathId, Params(params): Params) -> Answer {
    let t = page.locale;
    let named = |name: &str| {
        let given = params.get(name).and_then(|id| Uuid::try_parse(id.trim()).ok());
        given.ok_or_else(|| AppError::invalid(name, "reference", "must name a record"))
    };
    let why = runs::why(&page.ctx(), id, named("trainee")?, named("need")?).await?;
    let report = &why.report;
    html(&WhyPage {
        assignment: why.assignment.as_ref().map(|reason| (t.why(reason), t.fix(reason))),
        shell: page.shell("why-title"),
        lawful: report.reasons.is_empty(),
        pathway: report.pathway.clone().unwrap_or_default(),
        reasons: report.reasons.iter().map(|reason| (t.why(reason), t.fix(reason))).collect(),
        verdicts: verdict_rows(&page, &report.verdicts),
        scores: report.score.as_ref().map(|score| score_rows(t, score)).unwrap_or_default(),
        run_href: format!("/ui/match-runs/{id}"),
    })
}

#[derive(Template)]
#[template(path = "proposal.html")]
struct ProposalPage {
    heading: String,
    parts: Vec<Part>,
    shell: Shell,
    facts: Vec<(String, String, Option<String>)>,
    verdicts: Vec<VerdictRow>,
    scores: Vec<(String, String)>,
    decide_action: Option<String>,
    offer_action: Option<String>,
    version: i64,
    reasons: Vec<(String, String)>,
    error: Option<String>,
}

/// `GET /ui/proposals/{id}`
pub async fn proposal(page: Page, PathId(id): PathId) -> Answer {
    proposal_page(&page, id, None).await
}

async fn proposal_page(page: &Page, id: Uuid, error: Option<String>) -> Answer {
    let t = page.locale;
    let ctx = page.ctx();
    let resource = kinds::find("proposals").ok_or(AppError::NotFound)?;
    let documents = [resource.get(&ctx, id).await?];
    let labels = Labels::of(&ctx, resource, &documents, t).await?;
    let [document] = documents;
    let facts = resource.fields().iter().filter(|field| document.data.contains_key(field.name) && field.name != "run_id").map(|field| {
        (t.get(&field.label_key()), plain(&cell_text(field, &document, &labels)), super::cells::cell_href(field, &document, &labels))
    });
    let scope = permit(ctx.actor, Action::Read, Subject::Proposal)?;
    let row = record::find::<proposal::Entity>(page.state.store.read(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let mut verdicts: Vec<Verdict> = serde_json::from_str(&row.verdicts)?;
    let (knows_trainee, knows_need) = proposals::sides(ctx.actor, &row);
    verdicts.iter_mut().for_each(|verdict| hide(verdict, knows_trainee, knows_need));
    let score: Score = serde_json::from_str(&row.score_parts)?;
    let mine = if ctx.actor.trainee.is_some() { &row.trainee_decision } else { &row.employer_decision };
    let may_decide = permit(ctx.actor, Action::Decide, Subject::Proposal).is_ok() && mine == Decision::Pending.as_str();
    let agreed = row.trainee_decision == Decision::Accepted.as_str() && row.employer_decision == Decision::Accepted.as_str();
    let may_offer = agreed
        && row.offered_at_ms.is_none()
        && permit(ctx.actor, Action::Decide, Subject::Proposal).is_ok()
        && ctx.actor.works_for(passerelle_domain::ids::OrganisationId(row.employer_id));
    let mut parts = super::cases::work_parts(page, "proposals", id).await?;
    if agreed {
        let links = vec![(format!("/ui/proposals/{id}/contract"), t.get("contract-title"))];
        parts.insert(0, Part::Links { heading: String::new(), links });
    }
    html(&ProposalPage {
        offer_action: may_offer.then(|| format!("/ui/proposals/{id}/offer")),
        facts: facts.collect(),
        verdicts: verdict_rows(page, &verdicts),
        scores: score_rows(t, &score),
        decide_action: may_decide.then(|| format!("/ui/proposals/{id}/decision")),
        version: row.version,
        reasons: DeclineReason::WORDS.iter().map(|word| ((*word).to_owned(), t.get(&word_key("decline-reason", word)))).collect(),
        error,
        heading: t.get("proposal-title"),
        parts,
        shell: page.shell("proposal-title"),
    })
}

/// `POST /ui/proposals/{id}/decision`
pub async fn decide(page: Page, PathId(id): PathId, form: Form) -> Answer {
    page.guard(&form)?;
    let given = |name: &str| form.get(name).map(String::as_str).filter(|text| !text.is_empty());
    let decision = given("decision").and_then(|word| Decision::parse(word).ok()).unwrap_or(Decision::Pending);
    let reason = given("reason").and_then(|word| DeclineReason::parse(word).ok());
    let version = given("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    match proposals::decide(&page.ctx(), id, version, &proposals::Decide { decision, reason }).await {
        Ok(_) => Ok(see(format!("/ui/proposals/{id}?notice=decided"))),
        Err(AppError::Invalid(errors)) => {
            let text = errors.iter().map(|error| crate::web::problem::field_message(page.locale, error)).collect::<Vec<_>>().join(" ");
            proposal_page(&page, id, Some(text)).await
        }
        Err(AppError::Conflict(why)) => proposal_page(&page, id, Some(why)).await,
        Err(other) => Err(other),
    }
}

/// `POST /ui/proposals/{id}/offer`
pub async fn offer(page: Page, PathId(id): PathId, form: Form) -> Answer {
    page.guard(&form)?;
    let version = form.get("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    let yes = |name: &str| form.get(name).is_some_and(|text| text == "true");
    let make = proposals::MakeOffer { contract_complete: yes("contract_complete"), works_council: yes("works_council") };
    match proposals::offer(&page.ctx(), id, version, make).await {
        Ok(_) => Ok(see(format!("/ui/proposals/{id}?notice=decided"))),
        Err(AppError::Invalid(errors)) => {
            let text = errors.iter().map(|error| crate::web::problem::field_message(page.locale, error)).collect::<Vec<_>>().join(" ");
            proposal_page(&page, id, Some(text)).await
        }
        Err(AppError::Conflict(why)) => proposal_page(&page, id, Some(why)).await,
        Err(other) => Err(other),
    }
}
