//! What surrounds every page: language, navigation, the token that forms carry.

use crate::app::Ctx;
use crate::app::records;
use crate::app::resource::Resource;
use crate::auth::{secret, session};
use crate::clock::Moment;
use crate::error::AppError;
use crate::i18n::Locale;
use crate::state::AppState;
use crate::web::extract::SignedIn;
use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use passerelle_domain::access::{Action, Actor, Subject, permit};
use passerelle_store::entity::account;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

/// Name of the cookie that keeps the language.
pub const LANGUAGE_COOKIE: &str = "passerelle_lang";

/// The language of a request: asked for in the address, kept in a cookie, or the browser's.
pub fn locale_of(request: &HttpRequest) -> Locale {
    let asked = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Locale::parse);
    let kept = || request.cookie(LANGUAGE_COOKIE).and_then(|cookie| Locale::parse(cookie.value()));
    let browser = || request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok().and_then(Locale::negotiate);
    asked.or_else(kept).or_else(browser).unwrap_or_default()
}

#[derive(Debug, Clone)]
pub struct NavItem {
    pub href: String,
    pub label: String,
    pub current: bool,
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Shell {
    pub t: Locale,
    pub title: String,
    pub user: Option<String>,
    pub csrf: String,
    pub nav: Vec<NavItem>,
    /// Path and query, for switching the language without losing the page.
    pub here: String,
    pub notice: Option<String>,
    /// Seconds after which the page loads itself again; 0 means never.
    pub reload_seconds: u32,
}

impl Shell {
    /// The frame for somebody who has not signed in.
    pub fn outside(t: Locale) -> Self {
        Self {
            t,
            title: t.get("app-name"),
            user: None,
            csrf: String::new(),
            nav: vec![],
            here: "/ui".into(),
            notice: None,
            reload_seconds: 0,
        }
    }

    pub fn locales(&self) -> [Locale; 4] {
        Locale::ALL
    }
}

/// A request for a page by somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Page {
    pub locale: Locale,
    pub state: web::Data<AppState>,
    pub actor: Actor,
    pub account: account::Model,
    pub now: Moment,
    csrf: String,
    here: String,
}

impl Page {
    pub fn ctx(&self) -> Ctx<'_> {
        Ctx::new(&self.state, &self.actor, self.now)
    }

    /// The frame of this page; `title_key` is a key of the catalogues.
    pub fn shell(&self, title_key: &str) -> Shell {
        self.shell_titled(self.locale.get(title_key))
    }

    pub fn shell_titled(&self, title: String) -> Shell {
        let query = self.here.split_once('?').map_or("", |(_, query)| query);
        let notice = query.split('&').find_map(|pair| pair.strip_prefix("notice=")).map(|key| format!("notice-{key}"));
        Shell {
            t: self.locale,
            title,
            user: Some(self.account.name.clone()),
            csrf: self.csrf.clone(),
            nav: navigation(&self.ctx(), self.locale, &self.here),
            here: self.here.clone(),
            notice: notice.filter(|key| self.locale.has(key)).map(|key| self.locale.get(&key)),
            reload_seconds: 0,
        }
    }

    /// Refuses what does not carry the token of the session.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub fn guard_token(&self, sent: &str) -> Result<(), AppError> {
        check_token(&self.csrf, sent)
    }

    /// Refuses a form that does not carry the token of the session.
    ///
    /// # Errors
    /// [`AppError::Forbidden`].
    pub fn guard(&self, form: &BTreeMap<String, String>) -> Result<(), AppError> {
        check_csrf(&self.csrf, form)
    }
}

/// # Errors
/// [`AppError::Forbidden`] when the form does not carry the token.
pub fn check_csrf(token: &str, form: &BTreeMap<String, String>) -> Result<(), AppError> {
    check_token(token, form.get("csrf").map(String::as_str).unwrap_or_default())
}

/// # Errors
/// [`AppError::Forbidden`] when the token sent is not the session's.
pub fn check_token(token: &str, sent: &str) -> Result<(), AppError> {
    if !token.is_empty() && secret::same(sent, token) { Ok(()) } else { Err(AppError::Forbidden) }
}

/// The token of a session; made when it has none yet.
///
/// # Errors
/// When the session cannot be written.
pub fn csrf_of(request: &HttpRequest) -> Result<String, AppError> {
    let session = request.get_session();
    if let Ok(Some(token)) = session.get::<String>(session::CSRF) {
        return Ok(token);
    }
    let token = secret::random();
    session.insert(session::CSRF, &token).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(token)
}

impl FromRequest for Page {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let signed_in = SignedIn::from_request(&request, payload);
        Box::pin(async move {
            // Pages are for sessions: a token could otherwise make itself longer-lived ones.
            if request.headers().contains_key(header::AUTHORIZATION) {
                return Err(AppError::Unauthenticated);
            }
            let who = signed_in.await?;
            Ok(Self {
                locale: locale_of(&request),
                csrf: csrf_of(&request)?,
                here: request.uri().path_and_query().map_or_else(|| "/ui".into(), |place| place.as_str().to_owned()),
                state: who.state,
                actor: who.actor,
                account: who.account,
                now: who.now,
            })
        })
    }
}

/// Records with a place of their own in the navigation; others are reached from these. Texts that
/// everybody reads where they are shown are listed for those who write them.
pub fn in_navigation(ctx: &Ctx<'_>, resource: &dyn Resource) -> bool {
    let name = resource.name();
    if matches!(name, "help-texts" | "labels") {
        return resource.may(ctx, Action::Create);
    }
    // What she paid is hers to say; officers look at all of it on the page of the monitor.
    if name == "worker-payments" {
        return ctx.actor.trainee.is_some() && resource.may(ctx, Action::List);
    }
    resource.may(ctx, Action::List)
        && matches!(
            name,
            "organisations"
                | "programmes"
                | "cohorts"
                | "trainees"
                | "certificates"
                | "journeys"
                | "tasks"
                | "contingency-cases"
                | "disruptions"
                | "recognition-cases"
                | "needs"
                | "exam-sessions"
                | "employer-registrations"
                | "pledges"
                | "agreements"
                | "quotas"
                | "proposals"
                | "outcomes"
                | "case-transfers"
                | "person-requests"
                | "duplicates"
                | "exceptional-accesses"
                | "access-rules"
                | "shared-groups"
        )
}

fn navigation(ctx: &Ctx<'_>, t: Locale, here: &str) -> Vec<NavItem> {
    let path = here.split('?').next().unwrap_or(here);
    let mut nav = vec![NavItem { href: "/ui".into(), label: t.get("home-title"), current: path == "/ui" }];
    let mut add = |href: String, label: String| {
        let current = path == href || path.starts_with(&format!("{href}/"));
        nav.push(NavItem { href, label, current });
    };
    for resource in records::ALL.into_iter().filter(|resource| in_navigation(ctx, *resource)) {
        add(format!("/ui/{}", resource.name()), t.get(&format!("records-{}", resource.name())));
    }
    if ctx.actor.trainee.is_none() && permit(ctx.actor, Action::List, Subject::RecognitionCase).is_ok() {
        add("/ui/recognition".into(), t.get("recognition-board-title"));
    }
    if permit(ctx.actor, Action::Export, Subject::Exchange).is_ok() {
        add("/ui/exchange".into(), t.get("exchange-title"));
    }
    if permit(ctx.actor, Action::List, Subject::Import).is_ok() {
        add("/ui/imports".into(), t.get("imports-title"));
    }
    if ctx.actor.trainee.is_none() && permit(ctx.actor, Action::List, Subject::TrainingRecord).is_ok() {
        add("/ui/early-warnings".into(), t.get("warnings-title"));
    }
    if ctx.actor.trainee.is_none() && permit(ctx.actor, Action::List, Subject::ContingencyCase).is_ok() {
        add("/ui/ready-register".into(), t.get("ready-title"));
    }
    if ctx.actor.trainee.is_none() && permit(ctx.actor, Action::List, Subject::WorkerPayment).is_ok() {
        add("/ui/recruitment-costs".into(), t.get("recruitment-costs-title"));
    }
    add("/ui/provider-outcomes".into(), t.get("outcomes-title"));
    if permit(ctx.actor, Action::List, Subject::MatchRun).is_ok() {
        add("/ui/match-runs".into(), t.get("match-runs-title"));
    }
    if permit(ctx.actor, Action::List, Subject::Corridor).is_ok() {
        add("/ui/corridors".into(), t.get("corridors-title"));
        add("/ui/concepts".into(), t.get("concepts-title"));
    }
    if permit(ctx.actor, Action::List, Subject::PathwayDraft).is_ok() {
        add("/ui/pathway-drafts".into(), t.get("drafts-title"));
        add("/ui/unmet-demand".into(), t.get("unmet-title"));
    }
    if permit(ctx.actor, Action::List, Subject::Law).is_ok() {
        add("/ui/rules".into(), t.get("rules-title"));
    }
    if permit(ctx.actor, Action::List, Subject::Need).is_ok() {
        add("/ui/pipeline".into(), t.get("pipeline-title"));
    }
    if permit(ctx.actor, Action::List, Subject::Programme).is_ok() {
        add("/ui/seat-plan".into(), t.get("seat-plan-title"));
    }
    if ctx.actor.trainee.is_none() {
        add("/ui/roi".into(), t.get("roi-title"));
    }
    // Who plans for failing departures is whoever reads agreements.
    if permit(ctx.actor, Action::List, Subject::Agreement).is_ok() {
        add("/ui/settlement".into(), t.get("settlement-title"));
        add("/ui/reserve".into(), t.get("reserve-title"));
    }
    add("/ui/worker-costs".into(), t.get("worker-title"));
    if permit(ctx.actor, Action::List, Subject::Team).is_ok() {
        add("/ui/team".into(), t.get("team-title"));
    }
    if permit(ctx.actor, Action::List, Subject::Audit).is_ok() {
        add("/ui/retention".into(), t.get("retention-title"));
    }
    nav
}
