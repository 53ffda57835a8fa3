//! A cohort that was ready to leave when the flights stopped: cases with options, a post at home for three of twelve, a
//! reserve that holds something, and a disruption that is only drilled yet.

use super::Maker;
use crate::text::fold;
use passerelle_store::entity::{disruption, ledger_entry, need};
use uuid::Uuid;

/// What each agreement's reserve holds, in hundredths of a euro. Illustrative.
const RESERVE: i64 = 2_400_000;
pub const PACK: &str = "DE-NAFR-THAMM";

impl Maker<'_> {
    pub(super) fn stranded(&mut self) {
        // Electricians of Rabat, whose flights are gone, and waiters of Tunis, for whom only a drill is held.
        self.ready(0, "MA", 12);
        self.ready(6, "TN", 8);
        self.post_at_home();
        self.reserves();
        self.world.disruptions = vec![
            self.disruption("No flights out of Morocco (demonstration)", "ORI.AIRSPACE", "MA", Some("MA"), (30, 120)),
            self.disruption("Border of Germany closed (exercise)", "DST.BORDER", "DE", None, (90, 540)),
        ];
    }

    /// A cohort of a programme that has finished, is paid for, and has not left.
    fn ready(&mut self, at: usize, origin: &str, people: usize) {
        let Some(cohort) = self.again(at, "of last autumn", -60) else { return };
        let agreement = self.world.agreements.iter().find(|row| row.pack == PACK && row.origin == origin).map(|row| row.id);
        let (paid, awarded) = (self.day(-400), self.day(-60));
        if let Some(row) = self.world.cohorts.last_mut() {
            (row.agreement_id, row.premium_paid_on, row.insured_from) = (agreement, Some(paid), Some(paid));
        }
        self.budget(cohort.id);
        for _ in 0..people {
            let Some(row) = self.another(at, &cohort) else { return };
            (row.journey, row.track, row.ready_on) = ("pre_departure".into(), "away".into(), awarded);
            let id = row.id;
            self.world.stranded.push(id);
            if let Some(paper) = self.world.credentials.last_mut() {
                (paper.status, paper.awarded_on) = ("awarded".into(), Some(awarded));
            }
        }
    }

    fn post_at_home(&mut self) {
        let employer_id = self.organisation("employer", "MA", "Ateliers du Bouregreg");
        let ms = self.now.ms();
        self.world.needs.push(need::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            employer_id,
            site_id: None,
            title: "Electrician at home".into(),
            side: "origin".into(),
            country: "MA".into(),
            occupation: "7411".into(),
            positions: 3,
            start_from: self.day(30),
            start_to: self.day(200),
            wage_minor: Some(7_200_000),
            comparable_wage_minor: Some(7_000_000),
            currency: "MAD".into(),
            wage_per: "year".into(),
            hours_per_week_centi: 4_400,
            language: None,
            language_level: None,
            status: "open".into(),
            shift_work: None,
            housing_offered: None,
            family_support: None,
            demo: true,
            search: fold("Electrician at home"),
        });
    }

    /// Premiums of the places so far.
    fn reserves(&mut self) {
        let ms = self.now.ms();
        let on_date = self.day(-300);
        self.world.ledger_entries = self
            .world
            .agreements
            .iter()
            .map(|agreement| ledger_entry::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                agreement_id: agreement.id,
                contingency_case_id: None,
                trainee_id: None,
                reverses_id: None,
                on_date,
                from_account: "funder".into(),
                to_account: "reserve".into(),
                cost_group: "training".into(),
                cost_class: None,
                currency: "EUR".into(),
                amount_minor: RESERVE,
                control: "outside".into(),
                evidence: None,
                memo: "Premiums (illustrative)".into(),
            })
            .collect();
    }

    fn disruption(&self, name: &str, cause: &str, country: &str, origin: Option<&str>, (typical, p90): (i64, i64)) -> disruption::Model {
        let ms = self.now.ms();
        disruption::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            name: name.into(),
            cause: cause.into(),
            country: country.into(),
            origin: origin.map(str::to_owned),
            destination: Some("DE".into()),
            subdivision: None,
            occupation_prefix: None,
            pathway: Some(PACK.into()),
            begins_on: self.day(-3),
            typical_days: Some(typical),
            p90_days: Some(p90),
            safety_risk: false,
            evidence: Some("Illustrative".into()),
            seed: 2026,
            status: "draft".into(),
            declared_on: None,
            ended_on: None,
            drill: None,
            drilled_on: None,
            organisation_id: None,
        }
    }
}
