use super::super::columns::FIELDS;
use super::*;

fn ground() -> Ground {
    Ground {
        institute_id: Uuid::from_u128(1),
        cohort_id: Uuid::from_u128(2),
        country: "MA".into(),
        occupation: "2221".into(),
        ready_on: NaiveDate::from_ymd_opt(2027, 6, 30).expect("a day"),
        today: NaiveDate::from_ymd_opt(2026, 11, 27).expect("a day"),
        order: DateOrder::DayFirst,
        mixed: BTreeSet::new(),
        begins_as: "applied".into(),
    }
}

fn judged(ground: &Ground, cells: &[(&str, &str)]) -> Judged {
    let mapping: Mapping = FIELDS.iter().enumerate().map(|(at, field)| ((*field).to_owned(), at)).collect();
    let value = |field: &str| cells.iter().find(|(name, _)| *name == field).map(|(_, text)| (*text).to_owned()).unwrap_or_default();
    let row: Vec<String> = FIELDS.iter().map(|field| value(field)).collect();
    judge(&row, &mapping, ground, Uuid::from_u128(9), 0)
}

const NAME: [(&str, &str); 2] = [("family_name", "Berrada"), ("given_name", "Salma")];

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    NAME.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn a_name_alone_is_a_person_of_the_cohort() {
    let judged = judged(&ground(), &NAME);
    assert_eq!(judged.verdict(), RowVerdict::Good, "{:?}", judged.findings);
    let row = judged.person.row;
    assert_eq!((row.occupation.as_str(), row.nationalities.as_str(), row.track.as_str(), row.merit), ("2221", "MA", "undecided", 50));
    assert_eq!(row.ready_on, ground().ready_on);
    assert!(!judged.person.consents);
}

#[test]
fn words_of_every_language_and_spelling_are_understood() {
    for (sex, track, country) in [
        ("F", "départ", "Maroc"),
        ("weiblich", "Ausland", "Marokko"),
        ("Female", "away", "ma"),
        ("أنثى", "الخارج", "المغرب"),
        ("Femme", "AWAY", "MA"),
    ] {
        let judged = judged(&ground(), &with(&[("sex", sex), ("track", track), ("nationalities", country), ("consent", "x")]));
        assert_eq!(judged.findings, [], "{sex} {track} {country}");
        let row = judged.person.row;
        assert_eq!((row.sex.as_str(), row.track.as_str(), row.nationalities.as_str()), ("female", "away", "MA"));
        assert!(judged.person.consents);
    }
    let two = judged(&ground(), &with(&[("nationalities", "Maroc / France")]));
    assert_eq!(two.person.row.nationalities, "MA,FR");
}

#[test]
fn days_are_read_as_the_column_has_them() {
    let born = |order: DateOrder, text: &str| {
        let ground = Ground { order, ..ground() };
        judged(&ground, &with(&[("birth_date", text)])).person.row.birth_date.map(|day| day.to_string())
    };
    for text in ["2001-03-04", "04/03/2001", "4.3.2001", "04-03-2001", "4 mars 2001", "٠٤/٠٣/٢٠٠١"] {
        assert_eq!(born(DateOrder::DayFirst, text).as_deref(), Some("2001-03-04"), "{text}");
    }
    assert_eq!(born(DateOrder::MonthFirst, "03/04/2001").as_deref(), Some("2001-03-04"));
    assert_eq!(born(DateOrder::MonthFirst, "2001-03-04").as_deref(), Some("2001-03-04"));
    assert_eq!(order_of(["01/02/2001", "03/25/2001"].into_iter()), (DateOrder::MonthFirst, false));
    assert_eq!(order_of(["01/02/2001", "25/03/2001"].into_iter()), (DateOrder::DayFirst, false));
    assert_eq!(order_of(["03/25/2001", "25/03/2001"].into_iter()), (DateOrder::DayFirst, true));
    // Where a column has both, what can be read both ways is asked about, and only that.
    let mixed = Ground { mixed: ["birth_date".to_owned()].into(), ..ground() };
    let doubt = |text: &str| judged(&mixed, &with(&[("birth_date", text)])).verdict();
    assert_eq!(
        ["03/04/2001", "25/03/2001", "04/04/2001", "03/25/2001"].map(doubt),
        [RowVerdict::Doubtful, RowVerdict::Good, RowVerdict::Good, RowVerdict::Bad]
    );
}

#[test]
fn each_fault_names_its_column_and_rule() {
    let codes = |more: &[(&str, &str)]| -> Vec<String> {
        let judged = judged(&ground(), &with(more));
        assert!(judged.findings.iter().all(|finding| finding.column.is_some()), "{:?}", judged.findings);
        judged.findings.into_iter().map(|finding| format!("{}:{}", finding.field, finding.code)).collect()
    };
    assert_eq!(codes(&[("birth_date", "yesterday")]), ["birth_date:date"]);
    assert_eq!(codes(&[("birth_date", "2027-01-01")]), ["birth_date:too-young-to-train", "birth_date:import-unborn"]);
    assert_eq!(codes(&[("birth_date", "#REF!")]), ["birth_date:import-formula"]);
    assert_eq!(codes(&[("sex", "perhaps")]), ["sex:choice"]);
    assert_eq!(codes(&[("nationalities", "Atlantis")]), ["nationalities:country"]);
    assert_eq!(codes(&[("merit", "101")]), ["merit:range"]);
    assert_eq!(codes(&[("email", "nobody")]), ["email:email"]);
    assert_eq!(codes(&[("passport_number", "x")]), ["passport_number:document-number"]);
    assert_eq!(codes(&[("consent", "maybe")]), ["consent:choice"]);
    assert_eq!(codes(&[("occupation", "nurse")]), ["occupation:isco"]);
    let nobody = judged(&ground(), &[("birth_date", "2001-01-01")]);
    assert_eq!(nobody.findings.iter().map(|finding| finding.field.as_str()).collect::<Vec<_>>(), ["given_name", "family_name"]);
}
