//! Pages: rendered on the server, in four languages, complete without scripts.

pub mod account;
pub mod cases;
pub mod cells;
pub mod certificates;
pub mod charts;
pub mod components;
pub mod contingency;
pub mod contracts;
pub mod disruptions;
pub mod door;
pub mod emergency;
pub mod events;
pub mod exchange;
pub mod figures;
pub mod finance;
pub mod gate;
pub mod imports;
pub mod keys;
pub mod law;
pub mod law_tables;
pub mod ledger;
pub mod legality;
pub mod letters;
pub mod match_questions;
pub mod match_runs;
pub mod money;
pub mod needs;
pub mod parts;
pub mod pathway_step;
pub mod pathways;
pub mod pipeline;
pub mod plan;
pub mod plans;
pub mod pledges;
pub mod privacy;
pub mod provider_outcomes;
pub mod ready;
pub mod reckoning;
pub mod recognition;
pub mod records;
pub mod reference;
pub mod registrations;
pub mod seats;
pub mod selection;
pub mod sent;
mod sentences;
pub mod shell;
pub mod shortlist;
pub mod statics;
pub mod suggestions;
pub mod taught;
pub mod team;
pub mod tracks;
pub mod training;
pub mod work;

use super::problem::{KINDS, Problem, field_message};
use crate::error::AppError;
use crate::i18n::Locale;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use passerelle_domain::access::Action;
use passerelle_domain::people::Case;
use shell::{Page, Shell, locale_of};

pub type Answer = Result<HttpResponse, AppError>;

/// Renders a page.
///
/// # Errors
/// When the template fails, which is ours to mend.
pub fn html(template: &impl Template) -> Answer {
    let body = template.render().map_err(AppError::internal)?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body))
}

/// After a form: look at the result with a fresh request.
pub fn see(location: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, location.as_ref())).finish()
}

/// Sends somebody who must sign in to the door, and back afterwards.
pub fn to_sign_in(request: &HttpRequest) -> HttpResponse {
    let wanted = request.uri().path_and_query().map_or("/ui", |place| place.as_str());
    see(format!("/ui/sign-in?next={}", percent(wanted)))
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    heading: String,
    text: String,
    fix: String,
    errors: Vec<(String, String)>,
    instance: String,
}

/// A problem as a page, in the reader's language.
pub fn problem_page(locale: Locale, problem: &Problem, instance: &str) -> HttpResponse {
    let slug = problem.kind.slug;
    let errors = problem.errors.iter().map(|error| {
        let label = locale.get(&format!("field-{}", error.field.replace('_', "-")));
        (if label.starts_with('[') { error.field.clone() } else { label }, field_message(locale, error))
    });
    let page = ProblemPage {
        shell: Shell::outside(locale),
        heading: locale.get(&format!("problem-{slug}-title")),
        text: locale.get(&format!("problem-{slug}-text")),
        fix: locale.get(&format!("problem-{slug}-fix")),
        errors: errors.collect(),
        instance: instance.into(),
    };
    match page.render() {
        Ok(body) => HttpResponse::build(problem.status()).content_type("text/html; charset=utf-8").body(body),
        Err(_) => HttpResponse::build(problem.status()).body(problem.kind.title),
    }
}

/// `GET /problems/{slug}`: what a kind of problem means and how to mend it.
pub async fn problem(request: HttpRequest, slug: web::Path<String>) -> Answer {
    let kind = KINDS.into_iter().find(|kind| kind.slug == slug.as_str()).ok_or(AppError::NotFound)?;
    let locale = locale_of(&request);
    html(&ProblemPage {
        shell: Shell::outside(locale),
        heading: locale.get(&format!("problem-{}-title", kind.slug)),
        text: locale.get(&format!("problem-{}-text", kind.slug)),
        fix: locale.get(&format!("problem-{}-fix", kind.slug)),
        errors: vec![],
        instance: String::new(),
    })
}

/// `GET /`
pub async fn start() -> HttpResponse {
    see("/ui")
}

/// `GET /ui`: what waits for this person: her queue with its deadlines first, then the lists.
pub async fn home(page: Page) -> Answer {
    use crate::app::records;
    use crate::app::resource::ListRequest;
    use crate::app::work::{assignments, notifications};
    use parts::{Card, Part, Sheet};
    let (ctx, t) = (page.ctx(), page.locale);
    let counted = |params: &[(&str, &str)]| ListRequest {
        params: params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .chain([("limit".to_owned(), "1".to_owned())])
            .collect(),
        counted: true,
        exported: false,
    };
    let shown = |count: u64| Some(crate::formats::count(t, count));
    let mut queue = Vec::new();
    let waiting = [
        (
            "proposals",
            if ctx.actor.trainee.is_some() { "trainee_decision" } else { "employer_decision" },
            "pending",
            "home-waiting-for-you",
        ),
        ("case-transfers", "status", "open", "home-transfers"),
        ("person-requests", "status", "open", "home-requests"),
        ("duplicates", "status", "open", "home-duplicates"),
    ];
    for (name, field, value, title) in waiting {
        if let Some(resource) =
            records::find(name).filter(|resource| resource.may(&ctx, Action::Decide) && resource.may(&ctx, Action::List))
        {
            let total = resource.list(&ctx, &counted(&[(field, value)])).await?.total.unwrap_or_default();
            let state = if total > 0 { "warn" } else { "" };
            queue.push(Card { title: t.get(title), count: shown(total), href: format!("/ui/{name}?{field}={value}"), state });
        }
    }
    let keys = crate::app::pathway_drafts::waiting_for_me(&ctx).await?;
    if keys > 0 {
        let count = shown(u64::try_from(keys).unwrap_or(u64::MAX));
        queue.push(Card { title: t.get("home-keys"), count, href: "/ui/pathway-drafts".into(), state: "warn" });
    }
    if ctx.actor.trainee.is_none() {
        for (kind, counts) in assignments::counts(&ctx).await? {
            if !records::find(&kind).is_some_and(|resource| resource.may(&ctx, Action::List)) {
                continue;
            }
            for (case, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
                let state = match case {
                    Case::Overdue | Case::Blocked => "bad",
                    Case::Due => "warn",
                    _ => "",
                };
                let title = format!("{} · {}", t.get(&format!("records-{kind}")), t.get(&cells::word_key("case", case.as_str())));
                queue.push(Card { title, count: shown(count), href: format!("/ui/{kind}?case={case}"), state });
            }
        }
    }
    let journeys = crate::app::journeys::queue(&ctx).await?;
    if let Some((party, count)) = journeys.mine.filter(|(_, count)| *count > 0) {
        let count = shown(u64::try_from(count).unwrap_or_default());
        queue.push(Card { title: t.get("home-my-turn"), count, href: format!("/ui/journeys?owner={party}"), state: "warn" });
    }
    for (standing, title, state) in [
        ("overdue", "home-journeys-overdue", "bad"),
        ("on_hold", "home-journeys-held", "bad"),
        ("paper_lapses", "home-journeys-lapsing", "warn"),
        ("due_soon", "home-journeys-due", "warn"),
    ] {
        if let Some(count) = journeys.by_standing.get(standing) {
            let count = shown(u64::try_from(*count).unwrap_or_default());
            queue.push(Card { title: t.get(title), count, href: format!("/ui/journeys?standing={standing}"), state });
        }
    }
    let unread = notifications::unread(&ctx).await?;
    queue.push(Card { title: t.get("notifications-title"), count: shown(unread), href: "/ui/notifications".into(), state: "" });
    let lists = records::ALL.into_iter().filter(|resource| shell::in_navigation(&ctx, *resource));
    let links = lists.map(|resource| (format!("/ui/{}", resource.name()), t.get(&format!("records-{}", resource.name())))).collect();
    let roles: Vec<String> = ctx.actor.grants.iter().map(|grant| t.get(&cells::word_key("role", grant.role.as_str()))).collect();
    let mut sheet =
        Sheet::new(page.shell("home-title")).lead(roles.join(", ")).part(Part::Cards { heading: t.get("home-queue"), cards: queue });
    sheet.heading = crate::i18n::plain(&t.with1("home-greeting", "name", &page.account.name));
    if let Some(journey) = crate::app::journeys::my_own(&ctx).await? {
        let timeline = events::journey_parts(&page, journey).await?.into_iter().next();
        sheet.parts.extend(timeline);
        sheet
            .parts
            .push(Part::Links { heading: String::new(), links: vec![(format!("/ui/journeys/{journey}"), t.get("record-journeys"))] });
    }
    if ctx.actor.trainee.is_some() {
        sheet = sheet.part(Part::Links { heading: String::new(), links: vec![("/ui/my/emergency".into(), t.get("emergency-title"))] });
        sheet = sheet.part(Part::Links { heading: t.get("home-my-data"), links: privacy::links(t) });
    }
    sheet.part(Part::Links { heading: t.get("home-lists"), links }).answer()
}
