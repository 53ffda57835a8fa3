//! Pages: rendered on the server, in four languages, complete without scripts.

pub mod cells;
pub mod charts;
pub mod door;
pub mod match_runs;
pub mod records;
pub mod reference;
pub mod shell;
pub mod statics;

use super::problem::{KINDS, Problem, field_message};
use crate::error::AppError;
use crate::i18n::Locale;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use passerelle_domain::access::{Action, Subject, permit};
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

struct HomeCard {
    title: String,
    count: Option<u64>,
    href: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    shell: Shell,
    greeting: String,
    roles: String,
    cards: Vec<HomeCard>,
}

/// `GET /ui`: what waits for this person.
pub async fn home(page: Page) -> Answer {
    use crate::app::records;
    use crate::app::resource::ListRequest;
    let ctx = page.ctx();
    let mut cards = Vec::new();
    if permit(ctx.actor, Action::Decide, Subject::Proposal).is_ok()
        && let Some(proposals) = records::find("proposals")
    {
        let side = if ctx.actor.trainee.is_some() { "trainee_decision" } else { "employer_decision" };
        let request = ListRequest { params: [(side.to_owned(), "pending".to_owned()), ("limit".into(), "1".into())].into(), counted: true };
        let waiting = proposals.list(&ctx, &request).await?;
        let title = page.locale.get("home-waiting-for-you");
        cards.push(HomeCard { title, count: waiting.total, href: format!("/ui/proposals?{side}=pending") });
    }
    for resource in records::ALL.into_iter().filter(|resource| shell::in_navigation(resource.name()) && resource.may(&ctx, Action::List)) {
        let request = ListRequest { params: [("limit".to_owned(), "1".to_owned())].into(), counted: true };
        let listing = resource.list(&ctx, &request).await?;
        let title = page.locale.get(&format!("records-{}", resource.name()));
        cards.push(HomeCard { title, count: listing.total, href: format!("/ui/{}", resource.name()) });
    }
    let roles: Vec<String> =
        ctx.actor.grants.iter().map(|grant| page.locale.get(&format!("role-{}", grant.role.as_str().replace('_', "-")))).collect();
    html(&HomePage {
        greeting: page.locale.with1("home-greeting", "name", &page.account.name),
        roles: roles.join(", "),
        shell: page.shell("home-title"),
        cards,
    })
}
