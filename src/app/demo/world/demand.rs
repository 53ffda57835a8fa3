//! The demand side of the demonstration world: needs, agreements and quotas.

use super::super::cast::{EMPLOYERS, NEEDS, NeedPlan};
use super::Maker;
use crate::text::fold;
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::{agreement, need, need_skill, quota, seat_pool};
use rand::Rng;
use uuid::Uuid;

impl Maker<'_> {
    pub(super) fn needs(&mut self) {
        for plan in &NEEDS {
            for round in 0..3 {
                self.need(plan, round);
            }
        }
    }

    fn need(&mut self, plan: &NeedPlan, round: i64) {
        let own: Vec<&str> = EMPLOYERS.iter().filter(|row| row.0 == plan.country).map(|row| row.1).collect();
        let name = plan.employers.first().and_then(|at| own.get(*at)).copied().unwrap_or_default();
        let employer = self.world.organisations.iter().find(|row| row.name == name).map_or(Uuid::nil(), |row| row.id);
        let site_id = self.world.sites.iter().find(|row| row.organisation_id == employer).map(|row| row.id);
        let Ok(currency) = Currency::parse(plan.currency) else { return };
        let unit = 10_i64.pow(currency.exponent());
        let comparable = plan.yearly * unit;
        // A little above comparable staff, as a rule; some needs show what the wage rules block.
        let wage = comparable + comparable * self.rng.random_range(0..12) / 100;
        let wage = match (plan.title, round) {
            ("Waiter", 2) => comparable - comparable / 20,
            ("Software developer", 1) if plan.country == "BE" => comparable - 3_000 * unit,
            ("Community nurse", 1) => 24_000 * unit,
            _ => wage,
        };
        let shown = |minor: i64| Some(Money::new(minor, currency).minor);
        let positions = self.rng.random_range(3..9) * i64::try_from(plan.pathways.len()).unwrap_or(1);
        let start = 240 + round * 110;
        let ms = self.now.ms();
        let id = Uuid::now_v7();
        self.world.needs.push(need::Model {
            id,
            version: 1,
            created_at_ms: ms,
            updated_at_ms: ms,
            employer_id: employer,
            site_id,
            title: format!("{} ({})", plan.title, self.day(start).format("%Y-%m")),
            side: "destination".into(),
            country: plan.country.into(),
            occupation: plan.occupation.into(),
            positions,
            start_from: self.day(start),
            start_to: self.day(start + 120),
            wage_minor: if (plan.title, round) == ("Plumber", 2) { None } else { shown(wage) },
            comparable_wage_minor: if (plan.title, round) == ("Welder", 2) { None } else { shown(comparable) },
            currency: plan.currency.into(),
            wage_per: "year".into(),
            hours_per_week_centi: if plan.country == "DE" { 3_900 } else { 3_800 },
            language: plan.level.map(|(language, _)| language.into()),
            language_level: plan.level.map(|(_, level)| level.into()),
            status: if (plan.title, round) == ("Cook", 2) { "suspended" } else { "open" }.into(),
            shift_work: None,
            housing_offered: None,
            family_support: None,
            demo: true,
            search: fold(plan.title),
        });
        self.need_parts(plan, id, positions);
    }

    fn need_parts(&mut self, plan: &NeedPlan, need_id: Uuid, positions: i64) {
        let ms = self.now.ms();
        let skills = self.skills;
        let must = skills.essential(plan.occupation).iter().take(9).map(|skill| (skill, "must"));
        let nice = skills.optional(plan.occupation).iter().take(3).map(|skill| (skill, "nice"));
        for (skill, importance) in must.chain(nice) {
            let weight = self.rng.random_range(1..=5);
            self.world.need_skills.push(need_skill::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                need_id,
                skill: skill.clone(),
                importance: importance.into(),
                weight,
            });
        }
        let count = i64::try_from(plan.pathways.len()).unwrap_or(1).max(1);
        for pathway in plan.pathways {
            self.world.seat_pools.push(seat_pool::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                need_id,
                pathway: (*pathway).into(),
                seats: positions / count,
            });
        }
    }

    pub(super) fn agreements(&mut self) {
        let between_governments = [
            ("DE-NAFR-THAMM", "MA", "DE"),
            ("DE-NAFR-THAMM", "TN", "DE"),
            ("DE-NAFR-THAMM", "EG", "DE"),
            ("DE-NURSE-TRIPLEWIN", "PH", "DE"),
            ("DE-NURSE-TRIPLEWIN", "IN", "DE"),
            ("DE-NURSE-TRIPLEWIN", "TN", "DE"),
            ("DE-NURSE-TRIPLEWIN", "ID", "DE"),
            ("UK-NURSE-INTL", "NP", "GB"),
            ("UK-NURSE-INTL", "KE", "GB"),
            ("JP-SSW", "VN", "JP"),
            ("IT-ART23", "SN", "IT"),
        ];
        for (pack, origin, destination) in between_governments {
            let ms = self.now.ms();
            let name = format!("{pack} {origin} (demonstration)");
            self.world.agreements.push(agreement::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                search: fold(&name),
                name,
                pack: pack.into(),
                origin: origin.into(),
                destination: destination.into(),
                status: "active".into(),
                signed_on: Some(self.day(-700)),
                ends_on: Some(self.day(1_500)),
                between_governments: true,
                labour_market_analysis: origin == "NP",
                support_to_origin: origin == "NP",
                cost_mode: "strict".into(),
                in_time_min_percent: None,
                equity_percent: Some(50),
                equity_money_percent: None,
                track_choice_days: Some(30),
                matching_mode: None,
                contingency_plan: Some(format!("Contingency annex {pack} {origin} (illustrative)")),
            });
        }
    }

    /// Quotas on both sides: one with an exemption for placements between governments, one used
    /// up, two that bind during the assignment.
    pub(super) fn quotas(&mut self) {
        let rows = [
            ("Deployment cap for health workers", "origin", "PH", "origin", "PH", "departures of health workers", 7_500, 7_488, true),
            ("Nurses leaving for the United Kingdom", "origin", "KE", "corridor", "KE-GB", "departures", 20, 20, false),
            (
                "Approvals, Western Balkans rule",
                "destination",
                "DE",
                "pathway",
                "DE-XK-CONSTRUCTION/XK",
                "approvals",
                50_000,
                49_982,
                false,
            ),
            (
                "Project places, apprentices from Morocco",
                "destination",
                "DE",
                "pathway",
                "DE-NAFR-THAMM/MA",
                "project places",
                260,
                225,
                false,
            ),
        ];
        for (name, side, country, scope, subject, counts, cap, used, exempts) in rows {
            let ms = self.now.ms();
            self.world.quotas.push(quota::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: ms,
                updated_at_ms: ms,
                search: fold(name),
                name: format!("{name} (demonstration)"),
                side: side.into(),
                country: country.into(),
                scope: scope.into(),
                subject: subject.into(),
                counts: counts.into(),
                cap,
                used,
                period_from: self.day(-200),
                period_to: self.day(400),
                exempts_government_placement: exempts,
            });
        }
    }
}
