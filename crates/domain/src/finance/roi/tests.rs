use super::*;

fn eur(text: &str) -> Money {
    Money::parse(&format!("EUR {text}")).expect("an amount")
}

/// Seven hundred a month, one per cent leave, four per mille discount, four years, 19,000 paid before.
fn asked() -> Estimate {
    Estimate {
        value: eur("3700"),
        wage: eur("3000"),
        attrition: 0.01,
        discount: 0.004,
        months: 48,
        upfront: vec![Item { cost: Cost::Training, amount: eur("20000") }, Item { cost: Cost::Subsidy, amount: eur("1000") }],
        alternatives: vec![],
    }
}

#[test]
fn a_hire_at_one_per_cent_and_at_two() {
    let sheet = estimate(&asked()).expect("a sheet");
    assert_eq!(sheet.net_present_value, eur("5272.38"));
    assert_eq!(sheet.payback_month, Some(35));
    assert_eq!(sheet.upfront, eur("19000"));
    assert_eq!(sheet.balance.len(), 48);
    let sheet = estimate(&Estimate { attrition: 0.02, ..asked() }).expect("a sheet");
    assert_eq!(sheet.net_present_value, eur("634.91"));
}

#[test]
fn the_balance_crosses_zero_in_the_payback_month() {
    let sheet = estimate(&asked()).expect("a sheet");
    let month = sheet.payback_month.expect("it pays") as usize;
    assert!(sheet.balance[month - 1].minor >= 0 && sheet.balance[month - 2].minor < 0);
    let never = estimate(&Estimate { months: 12, ..asked() }).expect("a sheet");
    assert_eq!(never.payback_month, None);
    assert!(never.roi.expect("something was spent") < 0.0);
}

#[test]
fn an_alternative_with_the_same_figures_is_worth_the_same() {
    let same = Alternative { otherwise: Otherwise::Agency, value: eur("3700"), wage: eur("3000"), attrition: 0.01, upfront: eur("19000") };
    let dearer = Alternative { otherwise: Otherwise::Vacancy, upfront: eur("20000"), ..same.clone() };
    let sheet = estimate(&Estimate { alternatives: vec![same, dearer], ..asked() }).expect("a sheet");
    assert_eq!(sheet.alternatives[0].advantage, eur("0"));
    assert_eq!(sheet.alternatives[1].advantage, eur("1000"));
}

#[test]
fn what_cannot_be_reckoned_names_its_field() {
    let field = |asked: Estimate| estimate(&asked).expect_err("must be refused").field;
    assert_eq!(field(Estimate { attrition: 1.5, ..asked() }), "attrition");
    assert_eq!(field(Estimate { discount: f64::NAN, ..asked() }), "discount");
    assert_eq!(field(Estimate { months: 0, ..asked() }), "months");
    assert_eq!(field(Estimate { wage: Money::parse("USD 3000").expect("an amount"), ..asked() }), "wage");
    let huge = Item { cost: Cost::Levy, amount: Money::new(i64::MAX, asked().value.currency) };
    assert_eq!(field(Estimate { upfront: vec![huge.clone(), huge], ..asked() }), "upfront.1.amount");
    let below = Item { cost: Cost::Subsidy, amount: eur("-1") };
    assert_eq!(field(Estimate { upfront: vec![below], ..asked() }), "upfront.0.amount");
}

#[test]
fn what_was_worked_counts_and_not_what_is_hoped_for() {
    let money = |text: &str| Money::parse(text).unwrap();
    let asked =
        Realised { value: money("EUR 3500"), wage: money("EUR 2800"), discount: 0.0, upfront: money("EUR 19000"), served: vec![24, 3, 0] };
    let told = realised(&asked).unwrap();
    assert_eq!((told.hires, told.months_served, told.net_present_value), (3, 27, money("EUR -100")));
    assert!(!told.paid_back);
    assert!(realised(&Realised { served: vec![24, 4], ..asked.clone() }).unwrap().paid_back);
    assert_eq!(realised(&Realised { upfront: money("MAD 1"), ..asked }).unwrap_err().field, "upfront");
}
