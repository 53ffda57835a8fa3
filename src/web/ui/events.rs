//! Cases that a state machine carries, on their pages: what has happened, what comes next, and a form
//! for each event that the reader may bring. Forms are made from what the machine asks for.

pub mod many;

use super::cells::word_key;
use super::charts;
use super::parts::{Cell, Form, Input, Moment, Part, Sheet, mendable_event};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::case_events::{Act, EventView};
use crate::app::contingency;
use crate::app::{Ctx, agreements, corridors, journeys, needs};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::extract::PathId;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::CAUSES;
use passerelle_domain::corridor::Step;
use passerelle_domain::machine::contingency::UNSHOWN;
use passerelle_domain::machine::{Ask, agreement, contingency as case, journey, need};
use passerelle_domain::money::Money;
use passerelle_engine::pathway::{JourneyStanding, Next};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::marker::PhantomData;
use uuid::Uuid;

/// What the forms of a case offer to choose from.
#[derive(Debug, Default)]
struct Choices {
    steps: Vec<(String, String)>,
    packs: Vec<(String, String)>,
    items: Vec<(String, String)>,
}

/// A state machine as its pages need it.
trait Machine {
    type Event: Serialize + DeserializeOwned;
    /// `journeys`, `needs`, `agreements`.
    const RECORDS: &'static str;
    /// Beginning of the keys of its events in the catalogues, and the list of its states there.
    const NAME: &'static str;
    const STATES: &'static str;
    /// What it takes to bring any event at all.
    const NEEDS: (Action, Subject);

    /// The event of that name and what it asks for.
    fn asks(kind: &str) -> Option<&'static [(&'static str, Ask)]>;
    async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Self::Event>) -> Result<(), AppError>;
    async fn forms<'p>(page: &'p Page, id: Uuid) -> Result<Forms<'p, Self>, AppError>
    where
        Self: Sized;
}

struct Journeys;
struct Needs;
struct Agreements;
struct Contingencies;

impl Machine for Journeys {
    type Event = journey::Event;
    const RECORDS: &'static str = "journeys";
    const NAME: &'static str = "journey";
    const STATES: &'static str = "journey-state";
    const NEEDS: (Action, Subject) = (Action::Read, Subject::Journey);

    fn asks(kind: &str) -> Option<&'static [(&'static str, Ask)]> {
        journey::EventKind::parse(kind).ok().map(journey::asks)
    }

    async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Self::Event>) -> Result<(), AppError> {
        journeys::act(ctx, id, version, act).await.map(|_| ())
    }

    async fn forms<'p>(page: &'p Page, id: Uuid) -> Result<Forms<'p, Self>, AppError> {
        forms_of_journey(page, &journeys::course(&page.ctx(), id).await?).await
    }
}

impl Machine for Needs {
    type Event = need::Event;
    const RECORDS: &'static str = "needs";
    const NAME: &'static str = "need";
    const STATES: &'static str = "need-status";
    const NEEDS: (Action, Subject) = (Action::Update, Subject::Need);

    fn asks(kind: &str) -> Option<&'static [(&'static str, Ask)]> {
        need::EventKind::parse(kind).ok().map(need::asks)
    }

    async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Self::Event>) -> Result<(), AppError> {
        needs::act(ctx, id, version, act).await.map(|_| ())
    }

    async fn forms<'p>(page: &'p Page, id: Uuid) -> Result<Forms<'p, Self>, AppError> {
        Ok(Forms::new(page, id, needs::course(&page.ctx(), id).await?.row.version, Choices::default()))
    }
}

impl Machine for Agreements {
    type Event = agreement::Event;
    const RECORDS: &'static str = "agreements";
    const NAME: &'static str = "agreement";
    const STATES: &'static str = "agreement-status";
    const NEEDS: (Action, Subject) = (Action::Update, Subject::Agreement);

    fn asks(kind: &str) -> Option<&'static [(&'static str, Ask)]> {
        agreement::EventKind::parse(kind).ok().map(agreement::asks)
    }

    async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Self::Event>) -> Result<(), AppError> {
        agreements::act(ctx, id, version, act).await.map(|_| ())
    }

    async fn forms<'p>(page: &'p Page, id: Uuid) -> Result<Forms<'p, Self>, AppError> {
        Ok(Forms::new(page, id, agreements::course(&page.ctx(), id).await?.row.version, Choices::default()))
    }
}

impl Machine for Contingencies {
    type Event = case::Event;
    const RECORDS: &'static str = "contingency-cases";
    const NAME: &'static str = "contingency";
    const STATES: &'static str = "contingency-state";
    const NEEDS: (Action, Subject) = (Action::Read, Subject::ContingencyCase);

    fn asks(kind: &str) -> Option<&'static [(&'static str, Ask)]> {
        // A choice is made among what is shown, on a form of its own.
        case::EventKind::parse(kind).ok().filter(|kind| *kind != case::EventKind::Consent).map(case::asks)
    }

    async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Self::Event>) -> Result<(), AppError> {
        contingency::act::act(ctx, id, version, act).await.map(|_| ())
    }

    async fn forms<'p>(page: &'p Page, id: Uuid) -> Result<Forms<'p, Self>, AppError> {
        let course = contingency::course(&page.ctx(), id).await?;
        Ok(Forms::new(page, id, course.row.version, choices_of(&course)))
    }
}

/// The forms of one case.
struct Forms<'p, M> {
    page: &'p Page,
    action: String,
    version: i64,
    choices: Choices,
    machine: PhantomData<M>,
}

impl<'p, M: Machine> Forms<'p, M> {
    fn new(page: &'p Page, id: Uuid, version: i64, choices: Choices) -> Self {
        Self { page, action: format!("/ui/{}/{id}/events", M::RECORDS), version, choices, machine: PhantomData }
    }

    /// What has happened, and a folded form for each event that the reader may bring.
    fn parts(&self, events: &[EventView], kinds: impl Iterator<Item = &'static str>) -> Vec<Part> {
        let t = self.page.locale;
        let moments: Vec<Moment> = events.iter().map(|event| happened::<M>(t, event)).collect();
        let course = (!moments.is_empty()).then(|| Part::Timeline { heading: t.get("journey-timeline"), moments });
        course.into_iter().chain(self.folded(kinds)).collect()
    }

    fn folded(&self, kinds: impl Iterator<Item = &'static str>) -> Vec<Part> {
        kinds.filter_map(|kind| Some(Part::Form(Box::new(self.form(kind, M::asks(kind)?).folded())))).collect()
    }

    fn form(&self, kind: &str, asks: &[(&'static str, Ask)]) -> Form {
        let t = self.page.locale;
        let title = t.get(&word_key(&format!("{}-event", M::NAME), kind));
        let mut form = Form::new(self.action.clone(), title.clone())
            .heading(title)
            .hidden("version", self.version.to_string())
            .hidden("event", kind.to_owned());
        for (name, ask) in asks {
            form = form.input(self.input(name, *ask));
        }
        let on = Input::new("text", "on", t.get("recognition-on")).hint(t.get("hint-kind-date"));
        form.input(on.value(self.page.now.date().to_string()).required())
    }

    fn input(&self, name: &'static str, ask: Ask) -> Input {
        let t = self.page.locale;
        let label = t.get(&format!("asks-{}", name.replace('_', "-")));
        let list = |list: &str, words: &[&str]| words.iter().map(|word| ((*word).to_owned(), t.get(&word_key(list, word)))).collect();
        match ask {
            Ask::Yes | Ask::Flag => Input::new("checkbox", name, label),
            Ask::Percent | Ask::Count | Ask::Version => Input::new("number", name, label).required(),
            Ask::Text if name == "reason" => Input::new("textarea", name, label).required(),
            Ask::Text => Input::new("text", name, label).required(),
            Ask::Date => Input::new("text", name, label).hint(t.get("hint-kind-date")),
            Ask::Money => Input::new("text", name, label).hint(t.get("hint-kind-money")),
            Ask::CostItem => {
                let none = std::iter::once((String::new(), "—".to_owned()));
                Input::new("select", name, label).options(none.chain(self.choices.items.iter().cloned()).collect())
            }
            Ask::Cause(begins) => {
                let causes = CAUSES.iter().map(|cause| cause.code).filter(|code| code.starts_with(begins));
                let named = causes.map(|code| (code.to_owned(), cause(t, code)));
                Input::new("select", name, label).options(named.collect()).required()
            }
            Ask::Words(words, of) => Input::new("select", name, label).options(list(words, of)).required(),
            Ask::Choice(words, of) => Input::new("select", name, label).options(list(words, of)),
            Ask::Step => Input::new("select", name, label).options(self.choices.steps.clone()).required(),
            Ask::Pack => Input::new("select", name, label).options(self.choices.packs.clone()).required(),
        }
    }
}

/// A cause in words, with its code.
pub fn cause(t: Locale, code: &str) -> String {
    let words = cause_in_words(t, code);
    if words == code { words } else { format!("{words} ({code})") }
}

/// A reason as somebody wrote it, or as the service says it.
pub fn reason_in_words(t: Locale, reason: &str) -> String {
    if reason == UNSHOWN { t.get("contingency-unshown") } else { reason.to_owned() }
}

/// A cause in words alone, for letters.
pub fn cause_in_words(t: Locale, code: &str) -> String {
    let key = format!("cause-{}", code.to_lowercase().replace(['.', '_'], "-"));
    if t.has(&key) { t.get(&key) } else { code.to_owned() }
}

/// The event that a form stands for, as the interface takes it.
fn read<E: Serialize + DeserializeOwned>(t: Locale, sent: &Sent, kind: &str, asks: &[(&'static str, Ask)]) -> Result<Act<E>, AppError> {
    let mut event = Map::from_iter([("event".to_owned(), Value::from(kind))]);
    let mut errors = Vec::new();
    for (name, ask) in asks {
        let text = sent.get(name).trim();
        let value = match ask {
            Ask::Yes | Ask::Flag => Some(Value::from(text == "true")),
            Ask::Percent | Ask::Count | Ask::Version => {
                let most = if *ask == Ask::Percent { 100 } else { 1_000_000 };
                let number = sent.number(name).filter(|number| (0..=most).contains(number));
                if number.is_none() {
                    errors.push(FieldError::new(name, "range", format!("must be from 0 to {most}")).with("min", 0).with("max", most));
                }
                number.map(Value::from)
            }
            Ask::Date | Ask::Money | Ask::CostItem | Ask::Choice(..) if text.is_empty() => None,
            Ask::Money => match Money::parse(&formats::read_money(t, text)) {
                Ok(amount) => Some(String::from(amount).into()),
                Err(error) => {
                    errors.push(FieldError::of(name, &error));
                    None
                }
            },
            Ask::Date => match sent.date(name) {
                Some(day) => Some(day.to_string().into()),
                None => {
                    errors.push(FieldError::new(name, "date", "is not a date such as 2027-09-01"));
                    None
                }
            },
            Ask::Text | Ask::CostItem | Ask::Cause(_) | Ask::Words(..) | Ask::Choice(..) | Ask::Step | Ask::Pack => {
                if text.is_empty() {
                    errors.push(FieldError::new(name, "required", "is missing"));
                }
                Some(text.into())
            }
        };
        event.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    match (sent.date("on"), sent.get("on").is_empty()) {
        (Some(day), _) => {
            event.insert("on".into(), day.to_string().into());
        }
        (None, true) => {}
        (None, false) => errors.push(FieldError::new("on", "date", "is not a date such as 2027-09-01")),
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    Act::read(&Value::Object(event)).map_err(|error| match error {
        AppError::Malformed(why) => AppError::invalid("event", "document", why),
        other => other,
    })
}

fn happened<M: Machine>(t: Locale, event: &EventView) -> Moment {
    let kind = event.event["event"].as_str().unwrap_or_default();
    let mut what = t.get(&word_key(&format!("{}-event", M::NAME), kind));
    let mut said = vec![];
    if event.from != event.to {
        said.push(t.get(&word_key(M::STATES, &event.to)));
    }
    if let Some(state) = event.event["state"].as_str() {
        what = format!("{what}: {}", t.get(&word_key("recognition-state", state)));
    }
    for name in ["step", "paper", "pack"] {
        if let Some(word) = event.event[name].as_str() {
            what = format!("{what}: {word}");
        }
    }
    said.extend(event.event["cause"].as_str().map(|code| cause(t, code)));
    said.extend(event.event["reason"].as_str().map(|reason| reason_in_words(t, reason)));
    said.extend(event.event["representative"].as_str().map(str::to_owned));
    if event.party != "system" {
        said.push(t.get(&word_key("party", &event.party)));
    }
    Moment { when: formats::date(t, event.on), what, note: said.join(" · "), state: "done" }
}

fn step_name(page: &Page, steps: &[Step], id: &str) -> String {
    steps.iter().find(|step| step.id == id).map_or_else(|| id.to_owned(), |step| charts::step_name(page.locale, step))
}

/// Published pathways that lead from one of the countries.
async fn packs_from(page: &Page, origins: &[&str]) -> Result<Vec<(String, String)>, AppError> {
    let packs = corridors::list(&page.ctx()).await?;
    let serving =
        packs.iter().filter(|pack| pack.origins.is_empty() || pack.origins.iter().any(|country| origins.contains(&country.as_str())));
    Ok(serving.map(|pack| (pack.id.to_string(), format!("{} ({})", pack.id, pack.version))).collect())
}

/// Timeline, clocks and forms of a journey.
///
/// # Errors
/// When it is not the reader's.
pub async fn journey_parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let course = journeys::course(&page.ctx(), id).await?;
    let clocks = &course.clocks;
    let steps = course.grounds.steps();
    let mut moments: Vec<Moment> = course.events.iter().map(|event| happened::<Journeys>(t, event)).collect();
    if let Some(next) = &clocks.next {
        let what = match next {
            Next::Step(step) => step_name(page, steps, step),
            Next::Gate(kind) => t.get(&word_key("journey-event", kind.as_str())),
        };
        let turn = clocks.owner.map(|owner| t.with1("timeline-turn", "who", t.get(&word_key("party", owner.as_str()))));
        let due = clocks.due_on.map(|due| t.with1("timeline-due", "date", formats::date(t, due)));
        let late = matches!(clocks.standing, JourneyStanding::Overdue | JourneyStanding::PaperLapses | JourneyStanding::OnHold);
        moments.push(Moment {
            when: t.get("timeline-now"),
            what,
            note: turn.into_iter().chain(due).collect::<Vec<_>>().join(" · "),
            state: if late { "risk" } else { "now" },
        });
    }
    let current = match &clocks.next {
        Some(Next::Step(step)) => step.as_str(),
        _ => "",
    };
    let mut later: Vec<_> = course.ahead.iter().flat_map(|ahead| &ahead.schedule.steps).filter(|planned| planned.step != current).collect();
    later.sort_by_key(|planned| planned.end);
    for planned in later {
        let actor = steps.iter().find(|step| step.id == planned.step).and_then(|step| step.actor);
        let turn = actor.map(|actor| t.get(&word_key("party", actor.as_str())));
        let due = planned.due.as_ref().map(|due| t.with1("timeline-due", "date", formats::date(t, due.on)));
        moments.push(Moment {
            when: t.with1("timeline-about", "date", formats::date(t, planned.end)),
            what: step_name(page, steps, &planned.step),
            note: turn.into_iter().chain(due).collect::<Vec<_>>().join(" · "),
            state: "next",
        });
    }
    let mut facts = vec![(t.get("field-standing"), Cell::text(t.get(&word_key("journey-standing", clocks.standing.as_str()))))];
    if let Some((end, paper)) = &clocks.horizon {
        facts.push((t.get("journey-horizon"), Cell::text(format!("{} ({paper})", formats::date(t, *end)))));
    }
    if let Some(ready) = clocks.ready_on {
        facts.push((t.get("field-ready-on"), Cell::text(formats::date(t, ready))));
    }
    if clocks.standing == JourneyStanding::PaperLapses
        && let Some(paper) = &clocks.trouble
    {
        facts.push((t.get("journey-lapses"), Cell::text(paper.clone())));
    }
    for (paper, held) in &course.journey.papers {
        let until = held.valid_to.map_or_else(|| t.get("journey-no-end"), |end| formats::date(t, end));
        facts.push((paper.clone(), Cell::text(until)));
    }
    let mut parts =
        vec![Part::Timeline { heading: t.get("journey-timeline"), moments }, Part::Facts { heading: t.get("journey-clocks"), facts }];
    let forms = forms_of_journey(page, &course).await?;
    parts.extend(forms.folded(course.mine.iter().map(|kind| kind.as_str())));
    Ok(parts)
}

async fn forms_of_journey<'p>(page: &'p Page, course: &journeys::Course) -> Result<Forms<'p, Journeys>, AppError> {
    let packs = match course.mine.contains(&journey::EventKind::TakePathway) {
        true => packs_from(page, &[&course.row.origin]).await?,
        false => vec![],
    };
    let steps = course.steps.iter().map(|id| (id.clone(), step_name(page, course.grounds.steps(), id))).collect();
    Ok(Forms::new(page, course.row.id, course.row.version, Choices { steps, packs, ..Choices::default() }))
}

/// Course and forms of a need.
///
/// # Errors
/// When it is not the reader's.
pub async fn need_parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let course = needs::course(&page.ctx(), id).await?;
    let count = |number: usize| Cell::number(formats::count(t, number));
    let seats = course.seats;
    let mut parts = vec![Part::Facts {
        heading: t.get("need-seats"),
        facts: vec![
            (t.get("need-free"), count(seats.free)),
            (t.get("need-reserved"), count(seats.reserved)),
            (t.get("need-filled"), count(seats.filled + seats.started)),
        ],
    }];
    let forms = Forms::<Needs>::new(page, id, course.row.version, Choices::default());
    parts.extend(forms.parts(&course.events, course.mine.iter().map(|kind| kind.as_str())));
    Ok(parts)
}

/// Course and forms of an agreement.
///
/// # Errors
/// When it is not the reader's.
pub async fn agreement_parts(page: &Page, id: Uuid) -> Result<Vec<Part>, AppError> {
    let t = page.locale;
    let course = agreements::course(&page.ctx(), id).await?;
    let open = i64::try_from(course.open_journeys).unwrap_or(i64::MAX);
    let mut parts = vec![Part::Facts {
        heading: t.get("journey-clocks"),
        facts: vec![(t.get("agreement-open-journeys"), Cell::number(formats::number(t, open)))],
    }];
    let forms = Forms::<Agreements>::new(page, id, course.row.version, Choices::default());
    parts.extend(forms.parts(&course.events, course.mine.iter().map(|kind| kind.as_str())));
    Ok(parts)
}

/// Course and forms of a contingency case.
pub fn contingency_parts(page: &Page, course: &contingency::Course) -> Vec<Part> {
    let forms = Forms::<Contingencies>::new(page, course.row.id, course.row.version, choices_of(course));
    forms.parts(&course.events, course.mine.iter().map(|kind| kind.as_str()))
}

fn choices_of(course: &contingency::Course) -> Choices {
    let items = course.items.iter().map(|item| (item.clone(), item.clone())).collect();
    Choices { items, ..Choices::default() }
}

/// Brings an event; where it is refused, the form comes again with what was typed and what was wrong.
async fn bring<M: Machine>(page: &Page, id: Uuid, sent: &Sent) -> Answer {
    sent.guard(page)?;
    permit(&page.actor, M::NEEDS.0, M::NEEDS.1)?;
    let kind = sent.get("event");
    let asks = M::asks(kind).ok_or(AppError::NotFound)?;
    let done = match read(page.locale, sent, kind, asks) {
        Ok(act) => M::act(&page.ctx(), id, sent.version()?, &act).await,
        Err(error) => Err(error),
    };
    let Err(error) = done else { return Ok(see(format!("/ui/{}/{id}?notice=saved", M::RECORDS))) };
    let form = M::forms(page, id).await?.form(kind, asks).refused(page.locale, &mendable_event(error)?, |name| sent.some(name));
    let title = form.heading.clone();
    Sheet::new(page.shell_titled(title))
        .crumb(format!("/ui/{}/{id}", M::RECORDS), page.locale.get("form-cancel"))
        .form(Form { heading: String::new(), ..form })
        .answer()
}

/// `POST /ui/journeys/{id}/events`
pub async fn journey_act(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    bring::<Journeys>(&page, id, &sent).await
}

/// `POST /ui/needs/{id}/events`
pub async fn need_act(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    bring::<Needs>(&page, id, &sent).await
}

/// `POST /ui/agreements/{id}/events`
pub async fn agreement_act(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    bring::<Agreements>(&page, id, &sent).await
}

/// `POST /ui/contingency-cases/{id}/events`
pub async fn contingency_act(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    bring::<Contingencies>(&page, id, &sent).await
}

/// `POST /ui/clocks`
pub async fn read_clocks(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    journeys::request(&page.ctx()).await?;
    Ok(see("/ui/journeys?notice=clocks"))
}
