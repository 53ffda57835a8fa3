//! The track of a person, what would change with another, and the balance of an agreement.

use super::cells::{Names, choices, word_key, word_name};
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::tracks::{self, Barrier, Choose, Prospect, enrolment, equity};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::corridor::Party;
use passerelle_domain::equity::{Balance, TrackReason};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::Track;
use uuid::Uuid;

/// `GET /ui/trainees/{id}/track`
pub async fn form(page: Page, PathId(id): PathId) -> Answer {
    permit(&page.actor, Action::Read, Subject::Trainee)?;
    shown(&page, id, &[], &Sent::default()).await
}

/// `POST /ui/trainees/{id}/track`
pub async fn choose(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Read, Subject::Trainee)?;
    sent.guard(&page)?;
    let done = match read(&sent) {
        Ok(choose) => tracks::choose(&page.ctx(), id, sent.version()?, &choose).await.map(|_| ()),
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(()) => Ok(see(format!("/ui/trainees/{id}/track?notice=saved"))),
        Err(refused) => shown(&page, id, &mendable(refused)?, &sent).await,
    }
}

fn read(sent: &Sent) -> Result<Choose, Vec<FieldError>> {
    let track = Track::parse(sent.get("track")).map_err(|error| vec![FieldError::of("track", &error)])?;
    let reason = TrackReason::parse(sent.get("reason")).map_err(|error| vec![FieldError::of("reason", &error)])?;
    Ok(Choose { track, reason, her_word: sent.get("her_word") == "true" })
}

/// What was and what is then, in words: an arrow points the wrong way in half of the scripts.
pub(super) fn then(t: Locale, was: &str, is: &str) -> String {
    t.with_all("track-then", [("was", was.to_owned()), ("is", is.to_owned())])
}

fn track_name(t: Locale, track: &str) -> String {
    t.get(&word_key("track", track))
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let title = Names::of(&ctx, "trainees", [id]).await?.name(id);
    let (standing, prospects, history) = tracks::prospects(&ctx, id).await?;
    let mut sheet = Sheet::new(page.shell("track-title")).lead(t.get("track-lead")).crumb(format!("/ui/trainees/{id}"), title);
    let rows = prospects.iter().map(|prospect| prospect_cells(t, prospect)).collect();
    let columns = ["field-track", "track-standing", "track-effects", "track-cost"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("track-choices"), columns, rows, empty: String::new() });
    let hand = tracks::hand(&ctx, ctx.state.store.read(), id).await?;
    let open: Vec<&str> = prospects.iter().filter(|one| one.barrier.is_none()).map(|one| one.track.as_str()).collect();
    if let Some(hand) = hand
        && !open.is_empty()
    {
        let mut form = Form::new(format!("/ui/trainees/{id}/track"), t.get("track-choose"))
            .heading(t.get("track-choose"))
            .hidden("version", standing.person.version.to_string())
            .input(
                Input::new("select", "track", t.get("field-track"))
                    .options(choices(t, "track", &open))
                    .value(standing.track.as_str())
                    .required(),
            )
            .input(
                Input::new("select", "reason", t.get("field-reason"))
                    .options(choices(t, "track-reason", TrackReason::WORDS))
                    .hint(t.get("track-reason-hint"))
                    .required(),
            );
        if hand != Party::Trainee {
            form = form.input(Input::new("checkbox", "her_word", t.get("track-her-word")).required());
        }
        sheet = sheet.form(form.refused(t, errors, |name| sent.some(name)));
    }
    let rows = history.iter().map(|row| {
        vec![
            Cell::text(formats::date(t, row.on_date)),
            Cell::text(then(t, &track_name(t, &row.from_track), &track_name(t, &row.to_track))),
            Cell::text(t.get(&word_key("track-reason", &row.reason))),
            Cell::text(t.get(&word_key("party", &row.party))),
        ]
    });
    let columns = ["field-on-date", "field-track", "field-reason", "field-party"].map(|key| t.get(key)).into();
    sheet.table(Table { heading: t.get("track-history"), columns, rows: rows.collect(), empty: t.get("track-history-none") }).answer()
}

fn prospect_cells(t: Locale, prospect: &Prospect) -> Vec<Cell> {
    let standing = match (&prospect.barrier, prospect.mine) {
        (Some(barrier), _) => Cell::tag(barrier_text(t, barrier), "block"),
        (None, true) => Cell::tag(t.get("track-hers"), "pass"),
        (None, false) => Cell::tag(t.get("track-open"), "pass"),
    };
    let effects: Vec<String> = [(prospect.takes_undecided_seat, "track-takes-undecided"), (prospect.gives_back_match, "track-gives-back")]
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, key)| t.get(key))
        .collect();
    let costs: Vec<String> = prospect
        .costs
        .iter()
        .filter_map(|(code, cost)| {
            let currency = Currency::parse(code).ok()?;
            let money = |minor| formats::money(t, Money::new(minor, currency));
            Some(then(t, &money(cost.from_minor), &money(cost.to_minor)))
        })
        .collect();
    vec![
        Cell::text(track_name(t, prospect.track.as_str())),
        standing,
        Cell::text(if effects.is_empty() { "—".into() } else { effects.join(" ") }),
        Cell::text(if costs.is_empty() { "—".into() } else { costs.join(" · ") }),
    ]
}

fn barrier_text(t: Locale, barrier: &Barrier) -> String {
    match barrier {
        Barrier::PastChoice { state } => t.with1("track-barrier-past", "state", t.get(&word_key("journey-state", state))),
        Barrier::OnHold => t.get("error-track-held"),
        Barrier::TooLate { until } => t.with1("track-barrier-late", "until", formats::date(t, *until)),
        Barrier::NoSeat { .. } => t.get("track-barrier-full"),
        Barrier::Equity { .. } => t.get("track-barrier-equity"),
        Barrier::EquityMoney => t.get("error-track-equity-money"),
        Barrier::AgreementShut { .. } => t.get("error-agreement-shut"),
    }
}

/// What an enrolment still waits for, on the page of a journey.
///
/// # Errors
/// When the person is not the actor's to see.
pub async fn gate_parts(page: &Page, person: Uuid) -> Result<Vec<Part>, AppError> {
    let (ctx, t) = (page.ctx(), page.locale);
    if permit_group(&page.actor, Action::Read, Subject::Trainee, FieldGroup::Journey).is_err() {
        return Ok(vec![]);
    }
    let gates = match enrolment::gates(&ctx, person).await {
        Ok(gates) => gates,
        Err(AppError::NotFound) => None,
        Err(other) => return Err(other),
    };
    let Some(gates) = gates else { return Ok(vec![]) };
    let mut rows: Vec<Vec<Cell>> = gates
        .checks
        .iter()
        .map(|check| {
            let verdict = check.verdict.as_str();
            let fix = gates.fixes.get(&check.rule).map(|fix| fix.in_language(t.code()).to_owned()).unwrap_or_default();
            vec![
                Cell::link(check.rule.to_string(), format!("/ui/rules/{}", check.rule)),
                Cell::tag(word_name(t, verdict), verdict.to_owned()),
                Cell::text(fix),
            ]
        })
        .collect();
    let (verdict, fix) = if gates.seat_free { ("pass", String::new()) } else { ("block", t.get("error-no-seat")) };
    rows.push(vec![Cell::text(t.get("enrolment-seat")), Cell::tag(word_name(t, verdict), verdict), Cell::text(fix)]);
    if !gates.agreement_open {
        rows.push(vec![
            Cell::text(t.get("record-agreements")),
            Cell::tag(word_name(t, "block"), "block"),
            Cell::text(t.get("error-agreement-shut")),
        ]);
    }
    let columns = ["rules-rule", "field-status", "enrolment-fix"].map(|key| t.get(key)).into();
    Ok(vec![Part::Table(Table { heading: t.get("enrolment-title"), columns, rows, empty: String::new() })])
}

/// How the two tracks of an agreement stand to each other.
///
/// # Errors
/// When the agreement is not the actor's to read.
pub async fn equity_parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let Some(standing) = equity::of(&page.ctx(), id).await? else {
        return Ok(vec![Part::Notice { text: t.get("equity-no-share"), kind: "warn" }]);
    };
    let count = |count: u64| Cell::number(formats::count(t, count));
    let balance = |name: String, balance: Balance| {
        let verdict = if balance.breach { "block" } else { "pass" };
        vec![
            Cell::text(name),
            count(balance.away_departed),
            count(balance.home_funded),
            count(balance.home_needed),
            count(balance.short),
            Cell::tag(word_name(t, verdict), verdict),
        ]
    };
    let rows = vec![
        balance(t.get("equity-overall"), standing.overall),
        balance(t.with1("equity-window", "from", formats::date(t, standing.window_from)), standing.window),
    ];
    let columns =
        ["equity-span", "equity-away", "equity-home", "equity-needed", "equity-short", "field-status"].map(|key| t.get(key)).into();
    let heading = t.with1("equity-title", "percent", standing.overall.ratio_percent);
    let mut parts = vec![Part::Table(Table { heading, columns, rows, empty: String::new() })];
    parts.push(Part::Facts {
        heading: String::new(),
        facts: vec![
            (t.get("equity-on-the-way"), count(standing.away_on_the_way)),
            (t.get("equity-short-later"), count(standing.short_when_all_left)),
        ],
    });
    let rows: Vec<Vec<Cell>> = standing
        .money
        .iter()
        .filter_map(|(code, sum)| {
            let currency = Currency::parse(code).ok()?;
            let money = |minor| Cell::number(formats::money(t, Money::new(minor, currency)));
            let verdict = if sum.holds { "pass" } else { "block" };
            Some(vec![money(sum.away_minor), money(sum.home_minor), Cell::tag(word_name(t, verdict), verdict)])
        })
        .collect();
    if !rows.is_empty() {
        let columns = ["equity-away-money", "equity-home-money", "field-status"].map(|key| t.get(key)).into();
        parts.push(Part::Table(Table { heading: t.get("equity-money"), columns, rows, empty: String::new() }));
    }
    if standing.breach {
        parts.push(Part::Notice { text: t.get("equity-breach"), kind: "bad" });
    }
    Ok(parts)
}

/// Whether a link to the choice of track is offered on a record.
pub fn offered(page: &Page) -> bool {
    page.actor.trainee.is_some() || permit(&page.actor, Action::Update, Subject::Trainee).is_ok()
}
