//! The course of a recognition case on its page: what has happened, what is due, and a form for each
//! event that the reader may bring.

use super::cells::{choices, word_key};
use super::parts::{Cell, Form, Input, Moment, Part, Sheet, Table, mendable_event};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::case_events::Act;
use crate::app::equivalence;
use crate::app::recognition::{self, Course, Paper, PaperStanding};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::recognition::{Deficit, Event, EventKind, Measure};
use uuid::Uuid;

/// Timeline, facts of the procedure, and the forms.
///
/// # Errors
/// When the database refuses.
pub async fn parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let course = recognition::course(&page.ctx(), id).await?;
    let today = page.now.date();
    let mut moments: Vec<Moment> = course
        .events
        .iter()
        .map(|event| Moment {
            when: formats::date(t, event.on),
            what: t.get(&word_key("recognition-state", &event.to)),
            note: t.get(&word_key("party", &event.party)),
            state: "done",
        })
        .collect();
    if let Some(due) = course.case.due_on {
        moments.push(Moment {
            when: formats::date(t, due),
            what: t.get("recognition-due"),
            note: String::new(),
            state: if due < today { "risk" } else { "next" },
        });
    }
    let mut parts = Vec::new();
    if !moments.is_empty() {
        parts.push(Part::Timeline { heading: t.get("recognition-course"), moments });
    }
    let Some(entry) = &course.procedure else {
        parts.push(Part::Notice { text: t.get("recognition-no-procedure"), kind: "warn" });
        return Ok(parts);
    };
    let fee = [&entry.fee, &entry.fee_max].into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" – ");
    let mut facts = vec![
        (t.get("field-authority"), Cell::text(entry.authority.clone())),
        (t.get("recognition-limit"), Cell::text(t.with1("recognition-months", "count", entry.procedure.limit_months))),
        (t.get("recognition-fee"), Cell::text(if fee.is_empty() { "—".into() } else { fee })),
        (t.get("rules-source"), Cell::text(entry.source.clone())),
    ];
    if !course.case.deficits.is_empty() {
        let said = |deficit: &Deficit| match deficit.hours {
            Some(hours) => format!("{} ({})", deficit.subject, t.with1("recognition-hours", "count", hours)),
            None => deficit.subject.clone(),
        };
        facts.push((t.get("recognition-deficits"), Cell::text(course.case.deficits.iter().map(said).collect::<Vec<_>>().join("; "))));
    }
    if !course.case.missing.is_empty() {
        facts.push((t.get("recognition-missing"), Cell::text(course.case.missing.join(", "))));
    }
    parts.push(Part::Facts { heading: t.get("recognition-procedure"), facts });
    use passerelle_domain::people::RecognitionState as S;
    // Once it is decided nobody asks what the file lacked.
    let open = matches!(course.case.state, S::Draft | S::Filed | S::DocsPending | S::ClockRunning | S::Objection | S::Suspended);
    if open && !course.papers.is_empty() {
        parts.push(checklist(page, &course));
    }
    parts.extend(course.mine.iter().map(|kind| Part::Form(Box::new(form(page, &course, *kind).folded()))));
    Ok(parts)
}

/// What a complete file has, and what of it lies in the case.
fn checklist(page: &Page, course: &Course) -> Part {
    let t = page.locale;
    let row = |paper: &Paper| {
        let class = if paper.standing == PaperStanding::Held { "pass" } else { "block" };
        let forms: Vec<String> = paper.forms.iter().map(|form| t.get(&word_key("document-form", form))).collect();
        vec![
            Cell::text(paper.paper.clone()),
            Cell::tag(t.get(&word_key("paper-standing", paper.standing.as_str())), class),
            Cell::text(forms.join(", ")),
            Cell::text(paper.valid_to.map(|end| formats::date(t, end)).unwrap_or_default()),
        ]
    };
    let columns = ["field-paper", "field-status", "field-form", "field-valid-to"].map(|key| t.get(key)).into();
    let rows = course.papers.iter().map(row).collect();
    Part::Table(Table { heading: t.get("recognition-checklist"), columns, rows, empty: t.get("list-empty") })
}

fn form(page: &Page, course: &Course, kind: EventKind) -> Form {
    let t = page.locale;
    let title = t.get(&word_key("recognition-event", kind.as_str()));
    let mut form = Form::new(format!("/ui/recognition-cases/{}/events", course.row.id), title.clone())
        .heading(title)
        .hidden("version", course.row.version.to_string())
        .hidden("event", kind.as_str());
    let measures =
        |measures: &[Measure]| choices(page.locale, "measure", &measures.iter().map(|measure| measure.as_str()).collect::<Vec<_>>());
    let allowed = course.procedure.as_ref().map(|entry| entry.procedure.measures.clone()).unwrap_or_default();
    let reason = || Input::new("textarea", "reason", t.get("field-reason")).required();
    let tick = |name: &str| Input::new("checkbox", name, t.get(&format!("recognition-{}", name.replace('_', "-"))));
    let inputs = match kind {
        EventKind::File => vec![tick("consent")],
        EventKind::AcknowledgeComplete => {
            let lacking = course.papers.iter().filter(|paper| paper.standing != PaperStanding::Held);
            let lacking: Vec<(String, String)> = lacking.map(|paper| (paper.paper.clone(), paper.paper.clone())).collect();
            let seen = Input::new("choices", "seen", t.get("recognition-seen")).hint(t.get("recognition-seen-hint")).options(lacking);
            if seen.options.is_empty() { vec![] } else { vec![seen] }
        }
        EventKind::RequestDocuments => {
            let papers = course.procedure.as_ref().map(|entry| entry.papers.join(", ")).unwrap_or_default();
            vec![Input::new("text", "missing", t.get("recognition-missing")).hint(t.get("step-needs-hint")).value(papers).required()]
        }
        EventKind::Supply => {
            vec![
                Input::new("text", "papers", t.get("recognition-supplied"))
                    .hint(t.get("step-needs-hint"))
                    .value(course.case.missing.join(", "))
                    .required(),
            ]
        }
        EventKind::Extend | EventKind::Refuse | EventKind::Object => vec![reason()],
        EventKind::DecidePartial => vec![
            Input::new("textarea", "deficits", t.get("recognition-deficits")).hint(t.get("recognition-deficits-hint")).required(),
            Input::new("choices", "measures", t.get("recognition-measures")).options(measures(&allowed)).required(),
        ],
        EventKind::WaiveAssessment => {
            vec![Input::new("select", "measure", t.get("recognition-measure")).options(measures(&allowed)).required()]
        }
        EventKind::ChooseMeasure => vec![
            Input::new("select", "measure", t.get("recognition-measure")).options(measures(&course.case.measures)).required(),
            tick("place_reserved"),
            Input::new("select", "payer", t.get("recognition-payer")).options(choices(page.locale, "party", Party::WORDS)).required(),
        ],
        EventKind::License => vec![tick("language"), tick("health"), tick("good_character")],
        EventKind::Suspend => vec![tick("contingency_case")],
        _ => vec![],
    };
    for input in inputs {
        form = form.input(input);
    }
    form.input(
        Input::new("text", "on", t.get("recognition-on")).hint(t.get("hint-kind-date")).value(page.now.date().to_string()).required(),
    )
}

/// The event that the form stands for.
fn read(sent: &Sent) -> Result<Act<Event>, Vec<FieldError>> {
    let list = |name: &str| {
        sent.get(name).split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let yes = |name: &str| sent.get(name) == "true";
    let measure = || Measure::parse(sent.get("measure")).map_err(|error| vec![FieldError::of("measure", &error)]);
    let kind = EventKind::parse(sent.get("event")).map_err(|error| vec![FieldError::of("event", &error)])?;
    let event = match kind {
        EventKind::File => Event::File { consent: yes("consent"), identity: false, credential: false, authority: false },
        EventKind::AcknowledgeComplete => {
            Event::AcknowledgeComplete { seen: sent.all("seen").into_iter().map(str::to_owned).collect(), lacking: vec![] }
        }
        EventKind::RequestDocuments => Event::RequestDocuments { missing: list("missing") },
        EventKind::Supply => Event::Supply { papers: list("papers") },
        EventKind::Extend => Event::Extend { reason: sent.get("reason").into() },
        EventKind::DecideFull => Event::DecideFull,
        EventKind::DecidePartial => {
            let line = |line: &str| match line.rsplit_once(':') {
                Some((subject, hours)) if formats::latin_digits(hours).trim().parse::<u32>().is_ok() => {
                    Deficit { subject: subject.trim().into(), hours: formats::latin_digits(hours).trim().parse().ok() }
                }
                _ => Deficit { subject: line.trim().into(), hours: None },
            };
            let deficits = sent.get("deficits").lines().filter(|text| !text.trim().is_empty()).map(line).collect();
            Event::DecidePartial {
                deficits,
                measures: sent.all("measures").into_iter().filter_map(|word| Measure::parse(word).ok()).collect(),
            }
        }
        EventKind::Refuse => Event::Refuse { reason: sent.get("reason").into() },
        EventKind::WaiveAssessment => Event::WaiveAssessment { measure: measure()? },
        EventKind::ChooseMeasure => Event::ChooseMeasure {
            measure: measure()?,
            place_reserved: yes("place_reserved"),
            payer: Party::parse(sent.get("payer")).map_err(|error| vec![FieldError::of("payer", &error)])?,
        },
        EventKind::Pass => Event::Pass,
        EventKind::Fail => Event::Fail,
        EventKind::Retry => Event::Retry,
        EventKind::License => Event::License { language: yes("language"), health: yes("health"), good_character: yes("good_character") },
        EventKind::Object => Event::Object { reason: sent.get("reason").into() },
        EventKind::Uphold => Event::Uphold,
        EventKind::Overturn => Event::Overturn,
        EventKind::Suspend => Event::Suspend { contingency_case: yes("contingency_case") },
        EventKind::Resume => Event::Resume,
        EventKind::Reapply => Event::Reapply { covered: vec![] },
        EventKind::Withdraw => Event::Withdraw,
        EventKind::Lapse => Event::Lapse,
    };
    let on = sent.date("on");
    if on.is_none() && !sent.get("on").is_empty() {
        return Err(vec![FieldError::new("on", "date", "is not a date such as 2027-09-01")]);
    }
    Ok(Act { event, on })
}

/// `POST /ui/recognition-cases/{id}/events`
pub async fn act(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Read, Subject::RecognitionCase)?;
    let result = match read(&sent) {
        Ok(act) => recognition::act(&page.ctx(), id, sent.version()?, &act).await,
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match result {
        Ok(_) => Ok(see(format!("/ui/recognition-cases/{id}?notice=saved"))),
        Err(error) => {
            let course = recognition::course(&page.ctx(), id).await?;
            let kind = EventKind::parse(sent.get("event")).map_err(|_| AppError::NotFound)?;
            let form = form(&page, &course, kind).refused(page.locale, &mendable_event(error)?, |name| sent.some(name));
            let title = form.heading.clone();
            Sheet::new(page.shell_titled(title))
                .crumb(format!("/ui/recognition-cases/{id}"), page.locale.get("form-cancel"))
                .form(Form { heading: String::new(), ..form })
                .answer()
        }
    }
}

/// `GET /ui/recognition`: the board of cases by state, and how decisions came out.
pub async fn board(page: Page) -> Answer {
    let (ctx, t) = (page.ctx(), page.locale);
    let count = |number: usize| Cell::number(formats::count(t, number));
    let mut late = false;
    let columns = recognition::board(&ctx).await?.into_iter().map(|column| {
        late |= column.overdue > 0;
        let state = t.get(&word_key("recognition-state", column.state.as_str()));
        vec![
            Cell::link(state, format!("/ui/recognition-cases?state={}", column.state)),
            Cell::number(formats::number(t, column.cases)),
            Cell::number(formats::number(t, column.due_soon)),
            if column.overdue > 0 { Cell::tag(formats::number(t, column.overdue), "block") } else { Cell::number(formats::number(t, 0)) },
        ]
    });
    let board = Table {
        heading: t.get("recognition-board"),
        columns: ["field-state", "recognition-cases", "journey-standing-due-soon", "journey-standing-overdue"].map(|key| t.get(key)).into(),
        rows: columns.collect(),
        empty: t.get("list-empty"),
    };
    let days = |days: Option<i64>| Cell::number(days.map_or_else(|| "—".to_owned(), |days| formats::number(t, days)));
    let outcomes = recognition::outcomes(&ctx).await?.into_iter().map(|row| {
        vec![
            Cell::text(row.authority),
            Cell::text(row.destination),
            Cell::text(row.occupation),
            count(row.full),
            count(row.partial),
            count(row.refused),
            days(row.median_days),
            days(row.p90_days),
        ]
    });
    let columns = [
        "field-authority",
        "field-destination",
        "field-occupation",
        "recognition-full",
        "recognition-partial",
        "recognition-refused",
        "recognition-median",
        "recognition-p90",
    ];
    let outcomes = Table {
        heading: t.get("recognition-outcomes"),
        columns: columns.map(|key| t.get(key)).into(),
        rows: outcomes.collect(),
        empty: t.get("recognition-no-outcomes"),
    };
    let lead = if late { t.get("recognition-board-late") } else { t.get("recognition-board-lead") };
    Sheet::new(page.shell("recognition-board-title")).lead(lead).table(board).table(outcomes).answer()
}

/// What notices have said of a programme, for whoever may read them.
///
/// # Errors
/// When the database refuses.
pub async fn expectation(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let (ctx, t) = (page.ctx(), page.locale);
    if permit(&page.actor, Action::List, Subject::RecognitionCase).is_err() {
        return Ok(vec![]);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a share of one, in whole percent")]
    let percent = |share: f64| Cell::number(t.with1("plan-percent", "percent", (share * 100.0).round() as i64));
    let count = |number: usize| Cell::number(formats::count(t, number));
    let mut parts = Vec::new();
    for found in equivalence::of_programme(&ctx, id).await? {
        let place = format!("{} · {}", found.destination, found.occupation);
        let expected = &found.expectation;
        parts.push(Part::Facts {
            heading: t.with1("expectation-title", "place", &place),
            facts: vec![
                (t.get("expectation-notices"), count(expected.notices)),
                (t.get("recognition-full"), percent(expected.full)),
                (t.get("recognition-partial"), percent(expected.partial)),
                (t.get("recognition-refused"), percent(expected.refused)),
            ],
        });
        if !expected.deficits.is_empty() {
            let rows = expected.deficits.iter().map(|deficit| {
                vec![
                    Cell::text(deficit.subject.clone()),
                    count(deficit.notices),
                    percent(deficit.chance),
                    Cell::number(deficit.hours.map_or_else(|| "—".to_owned(), |hours| formats::number(t, i64::from(hours)))),
                    if deficit.module { Cell::tag(t.get("expectation-module"), "warn") } else { Cell::text(String::new()) },
                ]
            });
            let columns = ["expectation-deficit", "expectation-notices", "expectation-chance", "expectation-hours", "action"];
            parts.push(Part::Table(Table {
                heading: t.get("expectation-deficits"),
                columns: columns.map(|key| t.get(key)).into(),
                rows: rows.collect(),
                empty: String::new(),
            }));
        }
    }
    Ok(parts)
}
