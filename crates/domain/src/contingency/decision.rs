//! Which responses are open to one person, which are not and why, and in what order the open ones are shown.
//!
//! Safety first; then every response of the cause's order is looked at, and what the matching still knows of other
//! employers, pathways and posts at home. Each is judged by its own conditions and by the law, never by its worth;
//! what stands in the way is said with what would lift it. What is open is ranked by the person's own wishes, then by
//! what would be lost, the days until the next pay, and how much of her skill is used. She chooses; nothing here does.
//!
//! The same question gives the same answer: nothing depends on the order of what is handed in.

use super::cause::{Cause, Control, Duration, is_danger_at_home};
use super::response::{CostKind, Response, Way};
use crate::finance::portion;
use crate::finance::settlement::Bearer;
use crate::people::JourneyState;
use crate::words;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Options that are shown at once.
pub const SHOWN: usize = 3;
/// Days that a new permit takes for a post of another employer or pathway, before which nobody is paid there. Illustrative.
const REFILING_DAYS: u32 = 30;

words!(
    /// Where an opening lies as seen from her pathway.
    OpeningKind {
        SamePathway = "same_pathway",
        /// Another pathway into the same country.
        SameCountry = "same_country",
        OtherCountry = "other_country",
        AtHome = "at_home",
        /// In another occupation of her field, which the plan allows.
        OtherOccupation = "other_occupation",
    }
);

/// A post that the matching knows of, judged by the gates for this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub need: Uuid,
    /// What the post is called.
    #[serde(default)]
    pub title: String,
    pub kind: OpeningKind,
    /// Pack and country of origin; nothing at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pathway: Option<String>,
    pub country: String,
    pub starts_on: NaiveDate,
    /// How much of what she can do is asked for there, in whole percent.
    pub skill_percent: u8,
    /// What she has learnt of the language counts there too.
    pub same_language: bool,
    /// Codes of the rules and gates that keep her out; none where it is lawful.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped_by: Vec<String>,
}

/// One cost that was paid for her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    pub kind: CostKind,
    /// Paid less what has come back, in minor units of `currency`.
    pub sunk_minor: i64,
    pub currency: String,
}

/// What is known of somebody when something breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Situation {
    /// Day of the report: time that works against her stands still from here.
    pub reported_on: NaiveDate,
    /// Day on which it is asked, where that is later: what is over by then is no longer open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_on: Option<NaiveDate>,
    /// Day from which she stands still, where it is another: what she waited before it is not hers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_on: Option<NaiveDate>,
    /// Nothing where no end is known.
    pub lasts: Option<Duration>,
    /// The word of somebody independent, where a cause is open to decision.
    #[serde(default)]
    pub decided: Option<Control>,
    #[serde(default)]
    pub safety_risk: bool,
    /// What has happened is a danger where she is at home, whatever her own cause is.
    #[serde(default)]
    pub danger_at_home: bool,
    /// A refugee, or anybody who may not be sent or kept where she fled from.
    #[serde(default)]
    pub protection_need: bool,
    /// Countries to which whoever needs protection is not sent, and in which she is not kept; where none is known, she is
    /// kept in none at home.
    #[serde(default)]
    pub fled: Vec<String>,
    /// Furthest gate that she passed.
    pub gate: JourneyState,
    #[serde(default)]
    pub deferred_days: u32,
    pub deferral_max_days: u32,
    /// Days from the end of the cause to departure: visa, ticket, start of a course.
    #[serde(default)]
    pub lead_days: u32,
    /// Earliest day on which a paper lapses.
    pub horizon: Option<NaiveDate>,
    /// All that lapses too early can be had again.
    #[serde(default)]
    pub renewable: bool,
    /// Something that a course would close, or nothing to do while she waits.
    #[serde(default)]
    pub idle: bool,
    #[serde(default)]
    pub without_income: bool,
    #[serde(default)]
    pub in_debt: bool,
    /// Last day of a remedy that is open.
    #[serde(default)]
    pub remedy_until: Option<NaiveDate>,
    /// Cut-off day of a quota or a pathway that lies ahead.
    #[serde(default)]
    pub cutoff_on: Option<NaiveDate>,
    /// Her class of people is exempt from the cap.
    #[serde(default)]
    pub exempt: bool,
    /// The employer takes on the new wage floor.
    #[serde(default)]
    pub tops_up: bool,
    /// Another institute takes the course.
    #[serde(default)]
    pub other_institute: bool,
    /// A paper that counts for her alone is issued: her place cannot go to somebody else.
    #[serde(default)]
    pub person_bound: bool,
    /// Fraud is proven after a hearing.
    #[serde(default)]
    pub proven: bool,
    /// Responses in the order of her own wish.
    #[serde(default)]
    pub wishes: Vec<Response>,
    #[serde(default)]
    pub openings: Vec<Opening>,
    #[serde(default)]
    pub paid: Vec<Paid>,
}

/// One way on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub response: Response,
    /// What goes along with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Response>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// Day from which she could be on her way, or at work where the option is a post.
    pub from: NaiveDate,
    /// Minor units lost, by currency; what stays of use is not lost.
    pub loss: BTreeMap<String, i64>,
    /// Days until the next pay.
    pub income_days: u32,
    pub skill_percent: u8,
}

words!(
    /// Why a response is not open. Each has two sentences in the catalogues of messages.
    Bar {
        /// Papers lapse before the end of the cause and the time that a departure takes.
        HorizonShort = "horizon_short",
        /// The longest deferral is used up.
        DeferralSpent = "deferral_spent",
        /// Nobody knows of an end to wait for.
        NoEnd = "no_end",
        /// The matching knows of no post.
        NoOpening = "no_opening",
        /// There are posts, and the law or a gate keeps her out of each.
        OpeningsShut = "openings_shut",
        /// She has not come to the gate that it goes back to.
        TooEarly = "too_early",
        NoRemedy = "no_remedy",
        NotRenewable = "not_renewable",
        NothingToLearn = "nothing_to_learn",
        NoCutoff = "no_cutoff",
        NotExempt = "not_exempt",
        NoTopUp = "no_top_up",
        NoOtherInstitute = "no_other_institute",
        PersonBound = "person_bound",
        NotProven = "not_proven",
        /// The cause is a danger where she would stay.
        IntoDanger = "into_danger",
        /// Fewer places than people, and it is somebody else's turn.
        OtherTurn = "other_turn",
    }
);

/// A response that is not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barred {
    pub response: Response,
    pub bar: Bar,
    /// Rules and gates that keep her out of the posts that there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped_by: Vec<String>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub control: Control,
    /// Begun at once, without waiting for a choice: protection, a stipend, relief of a debt, a claim on whoever failed.
    pub measures: Vec<Response>,
    /// All that is open, in order.
    pub choices: Vec<Choice>,
    /// Places among `choices` that are shown to her first.
    pub shown: Vec<usize>,
    pub barred: Vec<Barred>,
    /// Who bears what is lost, the first one first, as far as each goes.
    #[serde(default)]
    pub bearers: Vec<Bearer>,
    /// Nothing is open: she keeps her certificate, owes nothing, and has the first turn for two years.
    pub unplaced: bool,
}

/// The longest span, in days, that a situation can be asked about.
const DAYS_MOST: u32 = 36_500;
/// Posts, costs and wishes of one person.
const ENTRIES_MOST: usize = 200;

impl Situation {
    /// The day from which whatever is ahead is reckoned.
    fn today(&self) -> NaiveDate {
        self.asked_on.unwrap_or(self.reported_on).max(self.reported_on)
    }

    /// Fields that no situation can have.
    pub fn faults(&self) -> Vec<&'static str> {
        let lasts = self.lasts.is_none_or(|lasts| lasts.typical <= lasts.p90 && lasts.p90 <= DAYS_MOST);
        let paid = |paid: &Paid| (0..=1_000_000_000_000_000).contains(&paid.sunk_minor);
        let sound = [
            ("lasts", lasts),
            ("lead_days", self.lead_days <= DAYS_MOST),
            ("deferred_days", self.deferred_days <= DAYS_MOST),
            ("deferral_max_days", self.deferral_max_days <= DAYS_MOST),
            ("openings", self.openings.len() <= ENTRIES_MOST),
            ("paid", self.paid.len() <= ENTRIES_MOST && self.paid.iter().all(paid)),
            ("wishes", self.wishes.len() <= ENTRIES_MOST),
            ("fled", self.fled.len() <= ENTRIES_MOST),
        ];
        sound.into_iter().filter(|(_, holds)| !holds).map(|(name, _)| name).collect()
    }
}

/// Works out the options.
pub fn decide(cause: &Cause, order: &[Response], now: &Situation) -> Decision {
    let control = cause.control(now.decided);
    let mut found = Search { cause, now, choices: vec![], barred: vec![] };
    // What the plan names, and what is looked at for everybody whatever it names.
    let usual = [Response::Defer, Response::SubEmployer, Response::SubDest, Response::HomeTrack, Response::FurtherTraining];
    let all: Vec<Response> = order.iter().copied().chain(usual.into_iter().filter(|one| !order.contains(one))).collect();
    for response in all.iter().copied().filter(|response| !response.goes_along()) {
        found.look_at(response);
    }
    let Search { mut choices, barred, .. } = found;
    // Each key is copied out once; the vectors that are compared are short.
    let wish = |response: Response| now.wishes.iter().position(|one| *one == response).unwrap_or(usize::MAX);
    let planned = |response: Response| all.iter().position(|one| *one == response).unwrap_or(usize::MAX);
    choices.sort_by_cached_key(|one| {
        let need = one.opening.as_ref().map(|opening| opening.need);
        (wish(one.response), lost_permille(&now.paid, &one.loss), one.income_days, Reverse(one.skill_percent), planned(one.response), need)
    });
    let shown = shown(&choices);
    let (measures, bearers) = (measures(cause, order, control, now), bearers(cause, control));
    Decision { control, measures, unplaced: choices.is_empty(), choices, shown, barred, bearers }
}

/// The way that a loss runs down (the waterfall of the settlement), as far as the cause says. Whoever must answer for it
/// comes before the reserve; she herself is only asked where the cause was hers.
pub fn bearers(cause: &Cause, control: Control) -> Vec<Bearer> {
    use super::cause::AtFault;
    let first = match cause.at_fault {
        AtFault::Nobody | AtFault::Trainee => None,
        AtFault::Insurer => Some(Bearer::Insurance),
        _ => Some(Bearer::AtFault),
    };
    let hers = (control == Control::Within).then_some(Bearer::Trainee);
    first.into_iter().chain(hers).chain([Bearer::Reserve, Bearer::Payer]).collect()
}

impl Decision {
    /// Takes away posts whose places go to others. Where that leaves a response without any, it is barred, and says so.
    pub fn without(&mut self, gone: impl Fn(Uuid) -> bool) {
        let goes = |one: &Choice| one.opening.as_ref().is_some_and(|opening| gone(opening.need));
        let (gone, left): (Vec<Choice>, Vec<Choice>) = std::mem::take(&mut self.choices).into_iter().partition(goes);
        self.choices = left;
        for one in gone {
            let known = self.barred.iter().any(|barred| barred.response == one.response);
            if !known && !self.choices.iter().any(|left| left.response == one.response) {
                self.barred.push(Barred { response: one.response, bar: Bar::OtherTurn, stopped_by: vec![] });
            }
        }
        self.shown = shown(&self.choices);
        self.unplaced = self.choices.is_empty();
    }
}

/// The first three kinds of response, one of them at home where there is one (there is none for whoever fled from there):
/// three posts of one kind are no choice.
fn shown(choices: &[Choice]) -> Vec<usize> {
    let mut shown: Vec<usize> = Vec::new();
    for (at, one) in choices.iter().enumerate() {
        if shown.len() < SHOWN && !shown.iter().any(|known| choices[*known].response == one.response) {
            shown.push(at);
        }
    }
    for at in 0..choices.len() {
        if shown.len() < SHOWN && !shown.contains(&at) {
            shown.push(at);
        }
    }
    let home = choices.iter().position(|one| one.response.is_home());
    if let Some(home) = home.filter(|_| !shown.iter().any(|at| choices[*at].response.is_home())) {
        shown.truncate(SHOWN - 1);
        shown.push(home);
    }
    shown.sort_unstable();
    shown
}

fn measures(cause: &Cause, order: &[Response], control: Control, now: &Situation) -> Vec<Response> {
    use super::cause::AtFault;
    let claims =
        order.contains(&Response::CostRecovery) || matches!(cause.at_fault, AtFault::Employer | AtFault::Partner | AtFault::Insurer);
    let begins = [
        (Response::Protect, now.safety_risk),
        (Response::Stipend, now.without_income && control != Control::Within),
        (Response::DebtRelief, now.in_debt && control == Control::Outside),
        (Response::CostRecovery, claims),
    ];
    begins.into_iter().filter(|(_, holds)| *holds).map(|(response, _)| response).collect()
}

struct Search<'a> {
    cause: &'a Cause,
    now: &'a Situation,
    choices: Vec<Choice>,
    barred: Vec<Barred>,
}

impl Search<'_> {
    fn look_at(&mut self, response: Response) {
        let leads = response.resolution().is_some_and(|outcome| crate::machine::journey::leads_to(self.now.gate, outcome));
        if !leads {
            return self.bar(response, Bar::TooEarly);
        }
        match response {
            Response::Defer => self.defer(),
            Response::SubEmployer => self.posts(response, OpeningKind::SamePathway),
            Response::SubDest => self.posts(response, OpeningKind::OtherCountry),
            Response::SwitchPathway => self.posts(response, OpeningKind::SameCountry),
            // Only into what both states have written into the plan.
            Response::SwitchOccupation => self.posts(response, OpeningKind::OtherOccupation),
            // Said as any other lack of a post: that she fled is nobody's to read out of her case.
            Response::HomeTrack if self.now.protection_need && self.now.fled.is_empty() => self.bar(response, Bar::NoOpening),
            Response::HomeTrack if self.now.danger_at_home || is_danger_at_home(self.cause.code) => self.bar(response, Bar::IntoDanger),
            Response::HomeTrack => self.posts(response, OpeningKind::AtHome),
            Response::TransferPlace if self.now.person_bound => self.bar(response, Bar::PersonBound),
            // To give up her place for somebody else would leave her where she fled from.
            Response::TransferPlace if self.now.protection_need => self.bar(response, Bar::PersonBound),
            Response::FurtherTraining => self.plain(response, self.now.idle, Bar::NothingToLearn),
            Response::ExtendPapers | Response::Retake => self.plain(response, self.now.renewable, Bar::NotRenewable),
            Response::Refile | Response::Appeal | Response::Object => {
                let open = self.now.remedy_until.is_some_and(|until| until >= self.now.today());
                self.plain(response, open, Bar::NoRemedy);
            }
            Response::FileBeforeCutoff => {
                let ahead = self.now.cutoff_on.is_some_and(|day| day >= self.now.today());
                self.plain(response, ahead, Bar::NoCutoff);
            }
            Response::Exemption => self.plain(response, self.now.exempt, Bar::NotExempt),
            Response::TopUpWage => self.plain(response, self.now.tops_up, Bar::NoTopUp),
            Response::RelocateTraining | Response::TransferCohort | Response::TeachOut => {
                self.plain(response, self.now.other_institute, Bar::NoOtherInstitute);
            }
            Response::Terminate => self.plain(response, self.now.proven, Bar::NotProven),
            // Work of the officers, which nothing stands against.
            _ => self.plain(response, true, Bar::NoOpening),
        }
    }

    fn bar(&mut self, response: Response, bar: Bar) {
        self.barred.push(Barred { response, bar, stopped_by: vec![] });
    }

    fn plain(&mut self, response: Response, open: bool, otherwise: Bar) {
        if open {
            let over = self.over(self.now.lasts.map_or(0, |lasts| lasts.typical));
            self.choices.push(self.choice(response, vec![], None, later(over, self.now.lead_days)));
        } else {
            self.bar(response, otherwise);
        }
    }

    /// Later, on the papers that she has; or with new ones where those lapse too early.
    fn defer(&mut self) {
        let now = self.now;
        let Some(lasts) = now.lasts else { return self.bar(Response::Defer, Bar::NoEnd) };
        // What she has waited in this case counts as well.
        let waited = u32::try_from((now.today() - now.held_on.unwrap_or(now.reported_on)).num_days()).unwrap_or(0);
        if now.deferred_days.saturating_add(lasts.typical.max(waited)) > now.deferral_max_days {
            return self.bar(Response::Defer, Bar::DeferralSpent);
        }
        let end = later(self.over(lasts.p90), now.lead_days);
        let with = match now.horizon {
            Some(horizon) if end > horizon && !now.renewable => return self.bar(Response::Defer, Bar::HorizonShort),
            Some(horizon) if end > horizon => vec![Response::ExtendPapers],
            _ => vec![],
        };
        self.choices.push(self.choice(Response::Defer, with, None, later(self.over(lasts.typical), now.lead_days)));
    }

    fn posts(&mut self, response: Response, kind: OpeningKind) {
        // A post where she fled from is none: that it is left out is nobody's to read out of her case either.
        let fled = |opening: &&Opening| self.now.protection_need && self.now.fled.contains(&opening.country);
        let here: Vec<&Opening> =
            self.now.openings.iter().filter(|opening| opening.kind == kind).filter(|opening| !fled(opening)).collect();
        let open = here.iter().filter(|opening| opening.stopped_by.is_empty());
        let choices: Vec<Choice> = open
            .map(|opening| {
                let refiled = if kind == OpeningKind::AtHome { 0 } else { REFILING_DAYS };
                let ready = later(self.now.today(), refiled);
                let from = ready.max(opening.starts_on);
                self.choice(response, vec![], Some((*opening).clone()), from)
            })
            .collect();
        if !choices.is_empty() {
            self.choices.extend(choices);
            return;
        }
        let mut stopped_by: Vec<String> = here.iter().flat_map(|opening| opening.stopped_by.iter().cloned()).collect();
        stopped_by.sort();
        stopped_by.dedup();
        let bar = if here.is_empty() { Bar::NoOpening } else { Bar::OpeningsShut };
        self.barred.push(Barred { response, bar, stopped_by });
    }

    /// The day on which a cause of that length is over: reckoned from the report, and not before today.
    fn over(&self, days: u32) -> NaiveDate {
        later(self.now.reported_on, days).max(self.now.today())
    }

    fn choice(&self, response: Response, with: Vec<Response>, opening: Option<Opening>, from: NaiveDate) -> Choice {
        let same_language = opening.as_ref().is_some_and(|opening| opening.same_language);
        let skill_percent = match (&opening, response.way()) {
            (Some(opening), _) => opening.skill_percent,
            (None, Way::Same) => 100,
            _ => 0,
        };
        Choice {
            response,
            with,
            from,
            loss: lost(&self.now.paid, response.way(), same_language),
            income_days: u32::try_from((from - self.now.today()).num_days()).unwrap_or(0),
            skill_percent,
            opening,
        }
    }
}

fn later(from: NaiveDate, days: u32) -> NaiveDate {
    from.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// What of the costs would be worth nothing on a way, by currency.
fn lost(paid: &[Paid], way: Way, same_language: bool) -> BTreeMap<String, i64> {
    let mut lost = BTreeMap::new();
    for one in paid {
        let stays = portion(one.sunk_minor, one.kind.transferable_percent(way, same_language).into(), 100);
        *lost.entry(one.currency.clone()).or_insert(0) += one.sunk_minor - stays;
    }
    lost
}

/// How much of what was spent is lost, in thousandths summed over the currencies: amounts of two currencies are never
/// added up.
fn lost_permille(paid: &[Paid], lost: &BTreeMap<String, i64>) -> i64 {
    let part = |(currency, minor): (&String, &i64)| {
        let sunk: i64 = paid.iter().filter(|one| one.currency == *currency).map(|one| one.sunk_minor).sum();
        if sunk > 0 { portion(*minor, 1_000, sunk) } else { 0 }
    };
    lost.iter().map(part).sum()
}

#[cfg(test)]
mod tests;
