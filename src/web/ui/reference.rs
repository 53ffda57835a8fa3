//! Corridors with the picture of their steps, and the search for occupations and skills.

use super::cells::{country, word_key};
use super::charts;
use super::shell::{Page, Shell};
use super::{Answer, html};
use crate::app::{concepts as search, corridors as packs};
use crate::error::AppError;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::Params;
use actix_web::web;
use askama::Template;
use passerelle_domain::corridor::CorridorPack;
use passerelle_domain::country::CountryCode;
use passerelle_domain::fact::Fact;
use passerelle_engine::pathway::PathwayGraph;

struct PackRow {
    href: String,
    name: String,
    origins: String,
    destination: String,
    status: String,
    status_code: &'static str,
    days: String,
}

#[derive(Template)]
#[template(path = "corridors.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<PackRow>,
}

fn countries(t: Locale, codes: &[CountryCode]) -> String {
    if codes.is_empty() {
        return t.get("any-country");
    }
    codes.iter().map(|code| country(t, code.as_str())).collect::<Vec<_>>().join(", ")
}

/// `GET /ui/corridors`
pub async fn corridors(page: Page) -> Answer {
    let rows = pack_rows(&page).await?;
    html(&ListPage { shell: page.shell("corridors-title"), rows })
}

/// `GET /ui/corridors.csv`
pub async fn corridors_csv(page: Page) -> Answer {
    let t = page.locale;
    let header = ["field-name", "corridor-from", "corridor-to", "corridor-status", "corridor-days"].map(|key| t.get(key));
    let rows = pack_rows(&page).await?.into_iter().map(|row| vec![row.name, row.origins, row.destination, row.status, row.days]);
    csv_export::table("corridors", &header, &rows.collect::<Vec<_>>())
}

async fn pack_rows(page: &Page) -> Result<Vec<PackRow>, AppError> {
    let t = page.locale;
    let rows = packs::list(&page.ctx()).await?.into_iter().map(|pack| PackRow {
        href: format!("/ui/corridors/{}", pack.id),
        name: pack.name.in_language(t.code()).to_owned(),
        origins: countries(t, &pack.origins),
        destination: country(t, pack.destination.as_str()),
        status: t.get(&word_key("fact-status", pack.status.as_str())),
        status_code: pack.status.as_str(),
        days: t.with1("days", "count", pack.days_total.value.typical),
    });
    Ok(rows.collect())
}

struct StepRow {
    name: String,
    actor: String,
    days: String,
    after: String,
    on_failure: String,
}

/// A fact in words with the evidence for it.
struct FactRow {
    text: String,
    source: String,
    since: String,
    marks: Vec<String>,
    note: String,
}

struct Section {
    heading: String,
    rows: Vec<FactRow>,
}

#[derive(Template)]
#[template(path = "corridor.html")]
struct CorridorPage {
    shell: Shell,
    heading: String,
    plan_href: String,
    intro: Vec<(String, String)>,
    svg: String,
    steps: Vec<StepRow>,
    sections: Vec<Section>,
    sources: Vec<(String, String, String)>,
}

/// `GET /ui/corridors/{pack}`
pub async fn corridor(page: Page, id: web::Path<String>) -> Answer {
    let t = page.locale;
    let pack = packs::get(&page.ctx(), &id).await?;
    let name = pack.name.in_language(t.code()).to_owned();
    let graph_days = PathwayGraph::new(&pack.steps).days();
    let intro = vec![
        (t.get("corridor-from"), countries(t, &pack.origins)),
        (t.get("corridor-to"), country(t, pack.destination.as_str())),
        (t.get("corridor-status"), t.get(&word_key("fact-status", pack.status.as_str()))),
        (t.get("corridor-valid"), format!("{} – {}", pack.valid_from, pack.valid_to.map(|end| end.to_string()).unwrap_or_default())),
        (t.get("corridor-version"), pack.version.to_string()),
        (t.get("corridor-days"), format!("{} – {} – {}", graph_days.min, graph_days.typical, graph_days.max)),
    ];
    let step_name = |id: &String| pack.steps.iter().find(|step| step.id == *id).map(|step| charts::step_name(t, step)).unwrap_or_default();
    let steps = pack.steps.iter().map(|step| StepRow {
        name: charts::step_name(t, step),
        actor: charts::actor_name(t, step.actor),
        days: format!("{} – {} – {}", step.days.min, step.days.typical, step.days.max),
        after: step.after.iter().map(step_name).collect::<Vec<_>>().join(", "),
        on_failure: step.on_failure.clone().unwrap_or_default(),
    });
    let sources =
        pack.sources.iter().map(|(key, source)| (key.clone(), source.title.clone(), t.get(&word_key("source-kind", source.kind.as_str()))));
    html(&CorridorPage {
        svg: charts::pathway(&t.get("corridor-steps"), &pack.steps, t),
        shell: page.shell_titled(name.clone()),
        heading: name,
        plan_href: format!("/ui/corridors/{}/plan", pack.id),
        intro,
        steps: steps.collect(),
        sections: sections(t, &pack),
        sources: sources.collect(),
    })
}

fn fact_row<T>(t: Locale, fact: &Fact<T>, text: impl FnOnce(&T) -> String) -> FactRow {
    let mut marks = Vec::new();
    if fact.illustrative {
        marks.push(t.get("fact-illustrative"));
    }
    if fact.status != passerelle_domain::fact::FactStatus::InForce {
        marks.push(t.get(&word_key("fact-status", fact.status.as_str())));
    }
    FactRow {
        text: text(&fact.value),
        source: fact.source.clone(),
        since: fact.valid_from.to_string(),
        marks,
        note: fact.note.clone().unwrap_or_default(),
    }
}

/// Every key of the pack, in its order.
fn sections(t: Locale, pack: &CorridorPack) -> Vec<Section> {
    let plain = |fact: &Fact<String>| fact_row(t, fact, Clone::clone);
    let party = |party: passerelle_domain::corridor::Party| charts::actor_name(t, Some(party));
    let isco = |codes: &[passerelle_domain::occupation::IscoCode]| {
        if codes.is_empty() { t.get("any-occupation") } else { codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ") }
    };
    let only = |codes: &[CountryCode]| if codes.is_empty() { String::new() } else { format!(" ({})", countries(t, codes)) };
    let mut sections = Vec::new();
    let mut add = |key: &str, rows: Vec<FactRow>| {
        if !rows.is_empty() {
            sections.push(Section { heading: t.get(&format!("corridor-{key}")), rows });
        }
    };
    add("instruments", pack.instruments.iter().map(plain).collect());
    add("occupations", vec![fact_row(t, &pack.occupations, |scope| isco(&scope.isco))]);
    add(
        "qualification",
        pack.qualification.iter().map(|fact| fact_row(t, fact, |rule| format!("{}{}", rule.requirement, only(&rule.origins)))).collect(),
    );
    add(
        "language",
        pack.language
            .iter()
            .map(|fact| {
                fact_row(t, fact, |rule| {
                    let levels = rule.any_of.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / ");
                    format!(
                        "{}: {} {levels}{}",
                        t.get(&word_key("language-stage", rule.stage.as_str())),
                        rule.language,
                        only(&rule.origins)
                    )
                })
            })
            .collect(),
    );
    add(
        "recognition",
        pack.recognition
            .iter()
            .map(|fact| {
                fact_row(t, fact, |rule| {
                    let mut parts = vec![t.get(&word_key("regulated", rule.regulated.as_str()))];
                    parts.extend(rule.authority.clone());
                    parts.extend(rule.limit_months.map(|months| t.with1("months", "count", months)));
                    parts.extend(rule.measures.iter().chain(&rule.procedure).cloned());
                    parts.join(" · ")
                })
            })
            .collect(),
    );
    add(
        "permit",
        vec![fact_row(t, &pack.permit, |rule| {
            let stages = rule.stages.iter().map(|stage| match stage.days {
                Some(days) => format!("{} ({} – {} – {})", stage.name, days.min, days.typical, days.max),
                None => stage.name.clone(),
            });
            format!("{}: {}", rule.permit, stages.collect::<Vec<_>>().join(" → "))
        })],
    );
    add("labour-market-test", pack.labour_market_test.iter().map(plain).collect());
    add(
        "fees",
        pack.fees
            .iter()
            .map(|fact| {
                fact_row(t, fact, |fee| {
                    let amount =
                        [fee.amount, fee.amount_max].into_iter().flatten().map(|money| money.to_string()).collect::<Vec<_>>().join(" – ");
                    format!(
                        "{}: {amount} · {} · {}",
                        fee.item,
                        charts::actor_name(t, fee.payer),
                        t.get(&word_key("cost-class", fee.class.as_str()))
                    )
                })
            })
            .collect(),
    );
    add(
        "quotas",
        pack.quotas
            .iter()
            .map(|fact| {
                fact_row(t, fact, |quota| {
                    let cap = quota.cap.map(|cap| cap.to_string()).unwrap_or_else(|| "—".into());
                    let period = quota.period.clone().unwrap_or_default();
                    format!("{}: {} {cap} {period}", t.get(&word_key("quota-side", quota.side.as_str())), quota.counts)
                })
            })
            .collect(),
    );
    add(
        "wage-floors",
        pack.wage_floors
            .iter()
            .map(|fact| {
                fact_row(t, fact, |floor| match (floor.amount, floor.per) {
                    (Some(amount), Some(per)) => format!("{}: {amount} {}", floor.rule, t.get(&word_key("wage-period", per.as_str()))),
                    _ => floor.rule.clone(),
                })
            })
            .collect(),
    );
    add(
        "age",
        vec![fact_row(t, &pack.age, |age| {
            let most = age.max.map(|max| format!(" – {max}")).unwrap_or_else(|| " +".into());
            format!("{}{most}", age.min)
        })],
    );
    add("family", pack.family.iter().map(plain).collect());
    add(
        "social-security",
        pack.social_security
            .iter()
            .map(|fact| {
                fact_row(t, fact, |link| {
                    let since = link.since.map(|day| format!(" ({day})")).unwrap_or_default();
                    format!("{}{since}{}", t.get(&word_key("agreement-link", link.agreement.as_str())), only(&link.origins))
                })
            })
            .collect(),
    );
    add(
        "pays",
        pack.pays
            .iter()
            .map(|fact| {
                fact_row(t, fact, |rule| {
                    format!("{}: {}", party(rule.payer), if rule.items.is_empty() { "—".into() } else { rule.items.join(", ") })
                })
            })
            .collect(),
    );
    add(
        "safeguards",
        vec![fact_row(t, &pack.safeguards_list, |note| if note.listed.is_empty() { "—".into() } else { countries(t, &note.listed) })],
    );
    add("return", vec![plain(&pack.return_rule)]);
    add("protection", pack.protection.iter().map(plain).collect());
    add("evidence", pack.evidence.iter().map(plain).collect());
    add("days-total", vec![fact_row(t, &pack.days_total, |days| format!("{} – {} – {}", days.min, days.typical, days.max))]);
    sections
}

struct HitRow {
    label: String,
    matched: String,
    kind: String,
    isco: String,
    uri: String,
}

#[derive(Template)]
#[template(path = "concepts.html")]
struct ConceptPage {
    shell: Shell,
    q: String,
    hits: Vec<HitRow>,
}

/// `GET /ui/concepts?q=`
pub async fn concepts(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let q: String = params.get("q").map(|q| q.chars().take(200).collect()).unwrap_or_default();
    let hits = search::search(&page.ctx(), &q, t.code(), None).await?;
    let rows = hits.into_iter().map(|hit| HitRow {
        kind: t.get(&word_key("concept-kind", &hit.kind)),
        isco: hit.isco.unwrap_or_default(),
        matched: if hit.matched == hit.label { String::new() } else { hit.matched },
        label: hit.label,
        uri: hit.uri,
    });
    html(&ConceptPage { shell: page.shell("concepts-title"), q, hits: rows.collect() })
}
