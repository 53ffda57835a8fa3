//! Questions about a finished run: what if something were otherwise, and whether groups fare alike.

use super::Answer;
use super::cells::word_key;
use super::charts;
use super::parts::{Cell, Input, Part, Question, Sheet, Table};
use super::shell::Page;
use crate::app::match_runs::fairness::{self, Share};
use crate::app::match_runs::what_if::{self, ByValue, Effect, LanguageChange, QuotaChange, WhatIf};
use crate::app::{corridors, match_runs};
use crate::error::{AppError, FieldError};
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::{Params, PathId};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_engine::matching::policy::Feature;
use std::collections::BTreeMap;

/// Between the parts of a value that stands for two.
const APART: char = '|';

/// `GET /ui/match-runs/{id}/what-if`: a question in the address, so that it can be shared; nothing is written.
pub async fn what_if(page: Page, PathId(id): PathId, Params(asked): Params) -> Answer {
    let (t, ctx) = (page.locale, page.ctx());
    permit(ctx.actor, Action::Create, Subject::MatchRun)?;
    match_runs::get(&ctx, id).await?;
    let given = |name: &str| asked.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let choices = Choices::of(&page).await?;
    let form =
        Question { action: format!("/ui/match-runs/{id}/what-if"), inputs: inputs(t, &choices, &given), submit: t.get("what-if-ask") };
    let mut sheet = Sheet::new(page.shell("what-if-title"))
        .crumb(format!("/ui/match-runs/{id}"), t.get("match-run-title"))
        .lead(t.get("what-if-lead"))
        .part(Part::Question(Box::new(form)));
    let answer = match question(&page, &given) {
        Ok(question) if question == WhatIf::default() => return sheet.answer(),
        Ok(question) => what_if::ask(&ctx, id, &question).await,
        Err(refused) => Err(refused),
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(AppError::Invalid(errors)) => {
            let text = errors.iter().map(|error| crate::web::problem::field_message(t, error)).collect::<Vec<_>>().join(" ");
            return sheet.part(Part::Notice { text, kind: "warn" }).answer();
        }
        Err(AppError::Conflict(text)) => return sheet.part(Part::Notice { text, kind: "warn" }).answer(),
        Err(AppError::RateLimited { .. }) => return sheet.part(Part::Notice { text: t.get("what-if-busy"), kind: "warn" }).answer(),
        Err(other) => return Err(other),
    };
    let all = answer.all;
    let facts = [
        ("what-if-before", all.matched_before),
        ("what-if-after", all.matched_after),
        ("what-if-moved", all.moved),
        ("what-if-gained", all.gained),
        ("what-if-lost", all.lost),
        ("what-if-waiting", all.waiting()),
    ];
    sheet = sheet.part(Part::Facts {
        heading: t.get("what-if-effect"),
        facts: facts.map(|(key, count)| (t.get(key), Cell::text(count.to_string()))).into(),
    });
    sheet = sheet.part(Part::Text { heading: String::new(), paragraphs: vec![t.get("what-if-rounded")] });
    for (key, groups) in
        [("what-if-by-sex", &answer.by_sex), ("what-if-by-origin", &answer.by_origin), ("what-if-by-institute", &answer.by_institute)]
    {
        sheet = sheet.table(effects(t, key, groups));
    }
    sheet.answer()
}

/// What can be chosen: quotas that the actor may read, and every published pathway.
struct Choices {
    quotas: Vec<(String, String)>,
    pathways: Vec<String>,
}

impl Choices {
    async fn of(page: &Page) -> Result<Self, AppError> {
        let ctx = page.ctx();
        let quotas = what_if::visible_quotas(&ctx).await?.into_iter().collect();
        Ok(Self { quotas, pathways: corridors::pathway_ids(&ctx).await? })
    }
}

fn inputs(t: Locale, choices: &Choices, given: &impl Fn(&str) -> Option<String>) -> Vec<Input> {
    let nothing = || (String::new(), "—".to_owned());
    let with_nothing = |options: Vec<(String, String)>| std::iter::once(nothing()).chain(options).collect::<Vec<_>>();
    let quotas = choices.quotas.iter().map(|(name, subject)| (format!("{name}{APART}{subject}"), format!("{name} · {subject}")));
    let pathways: Vec<(String, String)> = choices.pathways.iter().map(|id| (id.clone(), id.clone())).collect();
    let sides = ["need", "trainee"].into_iter().flat_map(|side| {
        let score = t.get(if side == "need" { "score-of-need" } else { "score-of-trainee" });
        Feature::ALL
            .iter()
            .map(move |feature| (format!("{side}{APART}{feature}"), format!("{score}: {}", t.get(&word_key("feature", feature.as_str())))))
    });
    let select = |name: &str, label: &str, options: Vec<(String, String)>| {
        Input::new("select", name, t.get(label)).options(with_nothing(options)).value(given(name).unwrap_or_default())
    };
    let text = |kind: &'static str, name: &str, label: &str| Input::new(kind, name, t.get(label)).value(given(name).unwrap_or_default());
    vec![
        select("quota", "what-if-quota", quotas.collect()),
        text("number", "cap", "what-if-cap"),
        select("pathway", "what-if-pathway", pathways.clone()),
        text("text", "language", "what-if-language"),
        text("text", "level", "what-if-level").hint("CEFR B1"),
        select("closed", "what-if-closed", pathways),
        select("weight", "what-if-weight", sides.collect()),
        text("number", "percent", "what-if-percent").hint(t.get("what-if-percent-hint")),
        select("mode", "what-if-mode", super::match_runs::modes(t)),
    ]
}

/// The question that the fields ask.
fn question(page: &Page, given: &impl Fn(&str) -> Option<String>) -> Result<WhatIf, AppError> {
    let mut question = WhatIf::default();
    let number = |name: &str| -> Result<u32, AppError> {
        let text = given(name).ok_or_else(|| AppError::invalid(name, "required", "is needed with what it changes"))?;
        text.parse().map_err(|_| AppError::invalid(name, "number", "must be a whole number"))
    };
    // Half a question is none: what has nothing to change is said rather than left out.
    for (whole, half) in [("quota", "cap"), ("pathway", "language"), ("pathway", "level"), ("weight", "percent")] {
        if given(half).is_some() && given(whole).is_none() {
            return Err(AppError::invalid(whole, "required", "is needed with what it changes"));
        }
    }
    if let Some((name, subject)) = given("quota").as_deref().and_then(|quota| quota.rsplit_once(APART)) {
        question.quotas.push(QuotaChange { name: name.into(), subject: subject.into(), cap: number("cap")? });
    }
    if let Some(pathway) = given("pathway") {
        let (language, level) = (given("language").unwrap_or_default(), given("level").unwrap_or_default());
        question.languages.push(LanguageChange { pathway, language, level });
    }
    question.closed.extend(given("closed"));
    if let Some((side, feature)) = given("weight").as_deref().and_then(|weight| weight.split_once(APART)) {
        let feature = Feature::parse(feature).map_err(|_| AppError::invalid("weight", "choice", "must be a feature of the policy"))?;
        let percent = number("percent")?;
        if percent > 100 {
            let range = FieldError::new("percent", "range", "must be from 0 to 100").with("min", 0).with("max", 100);
            return Err(AppError::Invalid(vec![range]));
        }
        let policy = &page.state.policy;
        match side {
            "need" => question.need_weights = Some(reweighted(&policy.need_weights, feature, percent)),
            _ => question.trainee_weights = Some(reweighted(&policy.trainee_weights, feature, percent)),
        }
    }
    if let Some(mode) = given("mode") {
        question.mode = Some(super::match_runs::mode(&mode)?);
    }
    Ok(question)
}

/// One feature has so many percent, and the others share the rest as they did before.
fn reweighted(weights: &BTreeMap<Feature, u32>, feature: Feature, percent: u32) -> BTreeMap<Feature, u32> {
    let others: Vec<(Feature, u32)> =
        weights.iter().filter(|(other, _)| **other != feature).map(|(other, weight)| (*other, *weight)).collect();
    let sum: u32 = others.iter().map(|(_, weight)| weight).sum();
    let rest = 100 - percent;
    if sum == 0 {
        // Nobody is left to share with.
        return [(feature, 100)].into();
    }
    let mut shared: Vec<(Feature, u32, u32)> =
        others.into_iter().map(|(other, weight)| (other, rest * weight / sum, rest * weight % sum)).collect();
    let missing = rest - shared.iter().map(|(_, weight, _)| weight).sum::<u32>();
    shared.sort_by_key(|(other, _, remainder)| (std::cmp::Reverse(*remainder), *other));
    for (_, weight, _) in shared.iter_mut().take(missing as usize) {
        *weight += 1;
    }
    shared.into_iter().map(|(other, weight, _)| (other, weight)).chain([(feature, percent)]).filter(|(_, weight)| *weight > 0).collect()
}

fn effects(t: Locale, heading: &str, groups: &ByValue) -> Table {
    let sex = heading == "what-if-by-sex";
    let row = |(value, effect): (&String, &Option<Effect>)| {
        let name = if sex && value != "unknown" { t.get(&word_key("sex", value)) } else { value.clone() };
        let counts = match effect {
            Some(effect) => [effect.people, effect.matched_before, effect.matched_after, effect.moved, effect.gained, effect.lost]
                .map(|count| count.to_string()),
            None => std::array::from_fn(|_| t.get("too-few")),
        };
        std::iter::once(Cell::text(name)).chain(counts.into_iter().map(Cell::number)).collect()
    };
    let columns = ["what-if-group", "what-if-people", "what-if-before", "what-if-after", "what-if-moved", "what-if-gained", "what-if-lost"];
    Table {
        heading: t.get(heading),
        columns: columns.map(|key| t.get(key)).into(),
        rows: groups.iter().map(row).collect(),
        empty: t.get("list-empty"),
    }
}

/// `GET /ui/match-runs/{id}/fairness`
pub async fn fair(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    let report = fairness::report(&page.ctx(), id).await?;
    let mut sheet = Sheet::new(page.shell("fairness-title"))
        .crumb(format!("/ui/match-runs/{id}"), t.get("match-run-title"))
        .lead(t.get("fairness-lead"))
        .action(format!("/ui/match-runs/{id}/fairness.csv"), t.get("action-csv"));
    let warnings = report.warnings();
    let kind = if warnings > 0 { "warn" } else { "good" };
    let text = if warnings > 0 { t.with1("fairness-warnings", "count", warnings) } else { t.get("fairness-no-warning") };
    sheet = sheet.part(Part::Notice { text, kind });
    for compared in &report.compared {
        let heading = t.get(&format!("fairness-by-{}", compared.by));
        let rows = compared.groups.iter().map(|share| row(t, compared.by, share)).collect();
        let empty = t.get("too-few");
        sheet = sheet.table(Table { heading: heading.clone(), columns: columns(t), rows, empty });
        if compared.hidden > 0 {
            sheet =
                sheet.part(Part::Text { heading: String::new(), paragraphs: vec![t.with1("fairness-hidden", "count", compared.hidden)] });
        }
        if compared.by == "sex" && !compared.groups.is_empty() {
            let bars: Vec<(String, u64)> =
                compared.groups.iter().map(|share| (value(t, compared.by, share), share.percent.round() as u64)).collect();
            let shown = bars.iter().map(|(label, percent)| vec![label.clone(), percent.to_string()]).collect();
            let columns = vec![t.get("what-if-group"), t.get("fairness-share")];
            sheet =
                sheet.part(Part::Picture { heading: t.get("fairness-share"), svg: charts::bars(&heading, &bars), columns, rows: shown });
        }
    }
    sheet.answer()
}

fn value(t: Locale, by: &str, share: &Share) -> String {
    if by == "sex" && share.value != "unknown" { t.get(&word_key("sex", &share.value)) } else { share.value.clone() }
}

fn columns(t: Locale) -> Vec<String> {
    ["what-if-group", "fairness-considered", "match-proposed", "fairness-share", "fairness-interval", "fairness-ratio"]
        .map(|key| t.get(key))
        .into()
}

fn row(t: Locale, by: &str, share: &Share) -> Vec<Cell> {
    let percent = |number: f64| t.with1("plan-percent", "percent", number.round() as i64);
    let ratio = if share.warns { Cell::tag(percent(share.ratio), "warn") } else { Cell::number(percent(share.ratio)) };
    vec![
        Cell::text(value(t, by, share)),
        Cell::number(share.considered.to_string()),
        Cell::number(share.proposed.to_string()),
        Cell::number(percent(share.percent)),
        Cell::number(format!("{} – {}", percent(share.low), percent(share.high))),
        ratio,
    ]
}

/// `GET /ui/match-runs/{id}/fairness.csv`
pub async fn fair_csv(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    let report = fairness::report(&page.ctx(), id).await?;
    let header: Vec<String> = std::iter::once(t.get("fairness-by")).chain(columns(t)).collect();
    let rows = report.compared.iter().flat_map(|compared| {
        compared.groups.iter().map(|share| {
            let cells = row(t, compared.by, share).into_iter().map(|cell| cell.text);
            std::iter::once(t.get(&format!("fairness-by-{}", compared.by))).chain(cells).collect::<Vec<_>>()
        })
    });
    csv_export::table("fairness", &header, &rows.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_share_what_one_feature_leaves() {
        let weights: BTreeMap<Feature, u32> = [(Feature::MustSkills, 45), (Feature::Readiness, 30), (Feature::InTime, 25)].into();
        for percent in [0, 1, 33, 99, 100] {
            let changed = reweighted(&weights, Feature::Readiness, percent);
            assert_eq!(changed.values().sum::<u32>(), 100, "{percent}: {changed:?}");
            assert_eq!(changed.get(&Feature::Readiness).copied().unwrap_or(0), percent);
        }
        assert_eq!(reweighted(&[(Feature::InTime, 100)].into(), Feature::InTime, 40), [(Feature::InTime, 100)].into());
    }
}
