use super::*;
use crate::contingency::CAUSES;
use proptest::prelude::*;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn item(name: &str, class: CostClass, paid: &str, percent: u8) -> Item {
    Item {
        item: name.into(),
        class,
        group: None,
        paid: money(paid),
        refunded: None,
        transferable_percent: percent,
        payers: BTreeMap::new(),
    }
}

fn question(cause: &str, items: Vec<Item>) -> Question {
    Question { cause: cause.into(), decided: None, items, insurance: None, fault_cap: None, reserve: None, repayment: None }
}

/// The eighth golden vector.
fn stays_at_home() -> Question {
    use CostClass::{EducationInvestment, RelatedCost};
    let ticket = Item { refunded: Some(money("EUR 450")), ..item("ticket", RelatedCost, "EUR 600", 0) };
    let items = vec![
        item("vocational", EducationInvestment, "EUR 6000", 90),
        item("language", RelatedCost, "EUR 2700", 70),
        item("exam", RelatedCost, "EUR 400", 0),
        item("recognition", RelatedCost, "EUR 500", 0),
        item("visa", RelatedCost, "EUR 75", 0),
        ticket,
    ];
    Question { insurance: Some(money("EUR 1000")), reserve: Some(money("EUR 100000")), ..question("HLT.INADM", items) }
}

fn told(settlement: &Settlement) -> Vec<(Bearer, Option<&str>, String)> {
    settlement.waterfall.iter().map(|part| (part.bearer, part.party.as_deref(), part.amount.amount())).collect()
}

#[test]
fn what_is_lost_runs_down_the_waterfall() {
    let settled = settle(&stays_at_home()).unwrap();
    assert_eq!([settled.sunk, settled.residual, settled.loss], [money("EUR 9825"), money("EUR 7290"), money("EUR 2535")]);
    assert_eq!(told(&settled), [(Bearer::Insurance, None, "1000.00".into()), (Bearer::Reserve, None, "1535.00".into())]);
    assert_eq!(settled.trainee, money("EUR 0"));
}

#[test]
fn repayment_falls_month_by_month_and_never_touches_her_who_could_not_help_it() {
    let education = || vec![item("vocational", CostClass::EducationInvestment, "EUR 6000", 0)];
    let terms = |lawful| Repayment { lawful, cap: money("EUR 3000"), months: 24, months_served: 8 };
    let asked = |cause: &str, lawful: bool| Question { repayment: Some(terms(lawful)), ..question(cause, education()) };
    assert_eq!(settle(&asked("PER.CHANGE", true)).unwrap().trainee, money("EUR 2000"));
    assert_eq!(settle(&asked("PER.CHANGE", false)).unwrap().trainee, money("EUR 0"));
    assert_eq!(settle(&asked("DST.BORDER", true)).unwrap().trainee, money("EUR 0"));
    // Undecided is not within her control; a decision may say so, and may not turn what is outside into it.
    assert_eq!(settle(&asked("PER.LEGAL", true)).unwrap().trainee, money("EUR 0"));
    let decided = |cause: &str| Question { decided: Some(Control::Within), ..asked(cause, true) };
    assert_eq!(settle(&decided("PER.LEGAL")).unwrap().trainee, money("EUR 2000"));
    assert_eq!(settle(&decided("PER.PREG")).unwrap().trainee, money("EUR 0"));
    // Only education counts, whatever the cap says.
    let language = vec![item("language", CostClass::RelatedCost, "EUR 6000", 0)];
    assert_eq!(settle(&Question { repayment: Some(terms(true)), ..question("PER.CHANGE", language) }).unwrap().trainee, money("EUR 0"));
}

#[test]
fn one_failure_under_two_causes_is_settled_twice_and_balances_twice() {
    let paid =
        |payers: [(Party, u8); 2]| Item { payers: payers.into(), ..item("training", CostClass::EducationInvestment, "EUR 1000.01", 0) };
    let items = vec![paid([(Party::Employer, 60), (Party::Funder, 40)])];
    let border = settle(&question("ORI.AIRSPACE", items.clone())).unwrap();
    assert_eq!(told(&border), [(Bearer::Payer, Some("employer"), "600.01".into()), (Bearer::Payer, Some("funder"), "400.00".into())]);
    let broke = settle(&Question { fault_cap: Some(money("EUR 250")), ..question("EMP.INSOLV", items) }).unwrap();
    assert_eq!(told(&broke)[0], (Bearer::AtFault, Some("employer"), "250.00".into()));
    for settled in [&border, &broke] {
        assert_eq!(settled.waterfall.iter().map(|part| part.amount.minor).sum::<i64>(), settled.loss.minor);
    }
    assert_ne!(border.waterfall, broke.waterfall);
}

#[test]
fn what_cannot_be_reckoned_with_is_named() {
    let refused = |change: &dyn Fn(&mut Question)| {
        let mut asked = stays_at_home();
        change(&mut asked);
        let unfit = settle(&asked).unwrap_err();
        (unfit.field, unfit.rule)
    };
    assert_eq!(refused(&|asked| asked.cause = "PER.NONE".into()), ("cause".into(), "cause-unknown"));
    assert_eq!(refused(&|asked| asked.items.clear()), ("items".into(), "required"));
    assert_eq!(refused(&|asked| asked.items[1].paid = money("MAD 1")), ("items.1.paid".into(), "currency-mixed"));
    assert_eq!(refused(&|asked| asked.items[0].refunded = Some(money("EUR 6001"))), ("items.0.refunded".into(), "refund-beyond"));
    assert_eq!(refused(&|asked| asked.items[0].payers = [(Party::Funder, 90)].into()), ("items.0.payers".into(), "shares-sum"));
    assert_eq!(refused(&|asked| asked.items[1].payers = [(Party::Trainee, 100)].into()), ("items.1.payers".into(), "cost-not-hers"));
    assert_eq!(refused(&|asked| asked.reserve = Some(money("EUR -1"))), ("reserve".into(), "negative"));
}

prop_compose! {
    fn any_item()(paid in 0_i64..10_000_000, back in 0_u8..=100, percent in 0_u8..=100, trainee in 0_u8..=50, class in 0_usize..3) -> Item {
        let class = [CostClass::EducationInvestment, CostClass::RelatedCost, CostClass::RecruitmentFee][class];
        let trainee = if class == CostClass::EducationInvestment { trainee } else { 0 };
        let currency = money("EUR 0").currency;
        Item {
            item: "x".into(),
            class,
            group: None,
            paid: Money::new(paid, currency),
            refunded: Some(Money::new(paid * i64::from(back) / 100, currency)),
            transferable_percent: percent,
            payers: [(Party::Trainee, trainee), (Party::Employer, 100 - trainee)].into(),
        }
    }
}

proptest! {
    #[test]
    fn every_cent_has_a_bearer_and_the_trainee_bears_none_outside_her_control(
        at in 0..CAUSES.len(), items in prop::collection::vec(any_item(), 1..8), cap in 0_i64..5_000_000, reserve in 0_i64..5_000_000,
        insurance in 0_i64..1_000_000, months in 0_u32..60, served in 0_u32..60, decided in 0_usize..4,
    ) {
        let currency = money("EUR 0").currency;
        let decided = [None, Some(Control::Outside), Some(Control::Within), Some(Control::Adjudicate)][decided];
        let asked = Question {
            decided,
            insurance: Some(Money::new(insurance, currency)),
            fault_cap: Some(Money::new(cap, currency)),
            reserve: Some(Money::new(reserve, currency)),
            repayment: Some(Repayment { lawful: true, cap: Money::new(cap, currency), months, months_served: served }),
            ..question(CAUSES[at].code, items)
        };
        let settled = settle(&asked).unwrap();
        prop_assert_eq!(settled.waterfall.iter().map(|part| part.amount.minor).sum::<i64>(), settled.loss.minor);
        prop_assert!(settled.waterfall.iter().all(|part| part.amount.minor > 0));
        prop_assert_eq!(settled.sunk.minor, settled.residual.minor + settled.loss.minor);
        let hers: i64 = settled.waterfall.iter().filter(|part| part.party.as_deref() == Some("trainee") || part.bearer == Bearer::Trainee).map(|part| part.amount.minor).sum();
        prop_assert_eq!(hers, settled.trainee.minor);
        if CAUSES[at].control == Control::Outside || settled.control != Control::Within {
            prop_assert_eq!(hers, 0);
        }
        let drawn: i64 = settled.waterfall.iter().filter(|part| part.bearer == Bearer::Reserve).map(|part| part.amount.minor).sum();
        prop_assert!(drawn <= reserve);
    }
}
