//! Numbers, money, dates and the order of words as each language writes them, by ICU4X and its CLDR
//! data. What programs read (API, hidden values) is never written by these.

use crate::i18n::Locale;
use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use fixed_decimal::Decimal;
use icu::calendar::Date;
use icu::collator::options::CollatorOptions;
use icu::collator::{Collator, CollatorBorrowed};
use icu::datetime::DateTimeFormatter;
use icu::datetime::fieldsets::{YMD, YMDT};
use icu::datetime::input::{DateTime as IcuDateTime, Time};
use icu::decimal::DecimalFormatter;
use icu::locale::locale;
use passerelle_domain::money::Money;
use std::cmp::Ordering;
use std::sync::LazyLock;

type Gregorian = DateTimeFormatter<YMD>;
type GregorianTime = DateTimeFormatter<YMDT>;

/// What one language needs; building it costs, so each is built once.
struct Formats {
    dates: Option<Gregorian>,
    moments: Option<GregorianTime>,
    numbers: Option<DecimalFormatter>,
    order: Option<CollatorBorrowed<'static>>,
}

fn icu_locale(t: Locale) -> icu::locale::Locale {
    match t {
        Locale::En => locale!("en-GB"),
        Locale::Fr => locale!("fr"),
        Locale::De => locale!("de"),
        // Digits as the Maghreb, which most readers are from, writes them; Gregorian months by name.
        Locale::Ar => locale!("ar-MA"),
    }
}

impl Formats {
    fn of(t: Locale) -> Self {
        let locale = icu_locale(t);
        Self {
            dates: Gregorian::try_new(locale.clone().into(), YMD::medium()).ok(),
            moments: GregorianTime::try_new(locale.clone().into(), YMD::medium().with_time_hm()).ok(),
            numbers: DecimalFormatter::try_new(locale.clone().into(), Default::default()).ok(),
            order: Collator::try_new(locale.into(), CollatorOptions::default()).ok(),
        }
    }
}

static FORMATS: LazyLock<[Formats; 4]> = LazyLock::new(|| Locale::ALL.map(Formats::of));

fn formats(t: Locale) -> &'static Formats {
    let at = Locale::ALL.iter().position(|locale| *locale == t).unwrap_or_default();
    &FORMATS[at]
}

fn icu_date(day: NaiveDate) -> Option<Date<icu::calendar::Iso>> {
    Date::try_new_iso(day.year(), u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?).ok()
}

/// A day: `23 Nov 2026`, `23 nov. 2026`, `23.11.2026`, `23 نونبر 2026`.
pub fn date(t: Locale, day: NaiveDate) -> String {
    let formatted = formats(t).dates.as_ref().zip(icu_date(day)).map(|(format, day)| format.format(&day).to_string());
    formatted.unwrap_or_else(|| day.to_string())
}

/// A day in its external form, put as the language writes it.
pub fn date_text(t: Locale, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |day| date(t, day))
}

/// An instant in its external form; the hour is that of Greenwich, and says so.
pub fn moment(t: Locale, text: &str) -> String {
    let Ok(instant) = DateTime::parse_from_rfc3339(text) else { return text.to_owned() };
    let instant = instant.naive_utc();
    let hour = u8::try_from(instant.hour()).ok().zip(u8::try_from(instant.minute()).ok());
    let time = hour.and_then(|(hour, minute)| Time::try_new(hour, minute, 0, 0).ok());
    let parts = icu_date(instant.date()).zip(time);
    let formatted =
        formats(t).moments.as_ref().zip(parts).map(|(format, (date, time))| format.format(&IcuDateTime { date, time }).to_string());
    formatted.map_or_else(|| text.to_owned(), |formatted| format!("{formatted} UTC"))
}

/// An instant in milliseconds.
pub fn moment_ms(t: Locale, ms: i64) -> String {
    moment(t, &crate::clock::Moment::from_ms(ms).0.to_rfc3339())
}

/// A whole number with the language's grouping.
pub fn number(t: Locale, number: i64) -> String {
    formats(t).numbers.as_ref().map_or_else(|| number.to_string(), |format| format.format(&Decimal::from(number)).to_string())
}

/// How many there are of something.
pub fn count(t: Locale, count: impl TryInto<i64>) -> String {
    number(t, count.try_into().unwrap_or(i64::MAX))
}

/// A number that is kept in hundredths, without zeros at its end.
pub fn hundredths(t: Locale, centi: i64) -> String {
    let mut number = Decimal::from(centi);
    number.multiply_pow10(-2);
    number.absolute.trim_end();
    formats(t).numbers.as_ref().map_or_else(|| number.to_string(), |format| format.format(&number).to_string())
}

/// An amount with its currency: `34,800.00 EUR`, `34 800,00 EUR`. The code and not a sign: a sign is
/// shared by many currencies.
pub fn money(t: Locale, money: Money) -> String {
    let digits = i16::try_from(money.currency.exponent()).unwrap_or(2);
    let mut amount = Decimal::from(money.minor);
    amount.multiply_pow10(-digits);
    let written = formats(t).numbers.as_ref().map_or_else(|| money.to_string(), |format| format.format(&amount).to_string());
    format!("{written}\u{a0}{}", money.currency)
}

/// An amount in its external form.
pub fn money_text(t: Locale, text: &str) -> String {
    Money::parse(text).map_or_else(|_| text.to_owned(), |amount| money(t, amount))
}

/// The order in which the language's readers look for words.
pub fn compare(t: Locale, a: &str, b: &str) -> Ordering {
    formats(t).order.as_ref().map_or_else(|| a.cmp(b), |order| order.compare(a, b))
}

/// A day as people write it: `2026-11-23`, `23.11.2026`, `23/11/2026`, `23 nov. 2026`, `٢٣/١١/٢٠٢٦`.
/// Day before month, as all our languages do; what could be read in two ways is refused by the
/// parser that gets it unchanged.
pub fn read_date(text: &str) -> String {
    let text: String = latin_digits(text).trim().to_lowercase();
    if text.parse::<NaiveDate>().is_ok() {
        return text;
    }
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let [first, month, last] = parts.as_slice() else { return text };
    let month_number = month.parse::<u32>().ok().or_else(|| month_of(month));
    let (day, year) = if first.len() == 4 { (last, first) } else { (first, last) };
    let read = match (year.parse::<i32>(), month_number, day.parse::<u32>()) {
        (Ok(year), Some(month), Ok(day)) if year >= 1_000 => NaiveDate::from_ymd_opt(year, month, day),
        _ => None,
    };
    read.map_or(text.clone(), |day| day.to_string())
}

/// Digits of Arabic and Persian as those that parsers know.
pub fn latin_digits(text: &str) -> String {
    let digit = |c: char| match c {
        '٠'..='٩' => char::from_digit(c as u32 - '٠' as u32, 10).unwrap_or(c),
        '۰'..='۹' => char::from_digit(c as u32 - '۰' as u32, 10).unwrap_or(c),
        '٫' => '.',
        other => other,
    };
    text.chars().map(digit).collect()
}

/// Names of months and their beginnings, in all our languages.
fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&[&str]; 12] = [
        &["jan", "january", "janv", "janvier", "januar", "jän", "يناير", "جانفي"],
        &["feb", "february", "févr", "fevr", "février", "fevrier", "februar", "فبراير", "فيفري"],
        &["mar", "march", "mars", "märz", "marz", "مارس"],
        &["apr", "april", "avr", "avril", "أبريل", "ابريل", "أفريل"],
        &["may", "mai", "مايو", "ماي"],
        &["jun", "june", "juin", "juni", "يونيو", "جوان"],
        &["jul", "july", "juil", "juillet", "juli", "يوليو", "يوليوز", "جويلية"],
        &["aug", "august", "août", "aout", "أغسطس", "غشت", "أوت"],
        &["sep", "sept", "september", "septembre", "سبتمبر", "شتنبر"],
        &["oct", "october", "octobre", "okt", "oktober", "أكتوبر"],
        &["nov", "november", "novembre", "نوفمبر", "نونبر"],
        &["dec", "december", "déc", "decembre", "décembre", "dez", "dezember", "ديسمبر", "دجنبر"],
    ];
    MONTHS.iter().position(|names| names.contains(&word)).and_then(|at| u32::try_from(at + 1).ok())
}

/// An amount as people write it, in the form that the parser takes: `1 250,50 €` is `EUR 1250.50`
/// in French and German, `1,250.50` in English.
pub fn read_money(t: Locale, text: &str) -> String {
    let text = latin_digits(text).replace(['\u{a0}', '\u{202f}'], " ");
    let letters: String = text.chars().filter(|c| c.is_ascii_alphabetic()).collect::<String>().to_uppercase();
    let currency = match (letters.as_str(), text.contains('€'), text.contains('£')) {
        ("", true, _) => "EUR".to_owned(),
        ("", _, true) => "GBP".to_owned(),
        (code, _, _) => code.to_owned(),
    };
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let decimal = decimal_mark(t, &digits);
    let plain: String =
        digits.chars().filter_map(|c| if Some(c) == decimal { Some('.') } else { c.is_ascii_digit().then_some(c) }).collect();
    format!("{currency} {plain}").trim().to_owned()
}

/// Which mark ends the whole part: the last of two kinds; of one kind the language's own, or any that
/// stands before one or two digits only.
fn decimal_mark(t: Locale, digits: &str) -> Option<char> {
    let (dot, comma) = (digits.rfind('.'), digits.rfind(','));
    match (dot, comma) {
        (Some(dot), Some(comma)) => Some(if dot > comma { '.' } else { ',' }),
        (Some(at), None) | (None, Some(at)) => {
            let mark = if dot.is_some() { '.' } else { ',' };
            let after = digits.len() - at - 1;
            let own = if matches!(t, Locale::En | Locale::Ar) { '.' } else { ',' };
            let once = digits.matches(mark).count() == 1;
            (once && (after <= 2 || mark == own)).then_some(mark)
        }
        (None, None) => None,
    }
}

/// A telephone number as people write it, with or without the country's code, in the form of ITU-T
/// E.164; `None` when no such number can exist.
pub fn read_phone(text: &str, country: &str) -> Option<String> {
    let home = country.parse::<phonenumber::country::Id>().ok();
    // Arabic digits are digits.
    let plain: String =
        text.chars().map(|c| c.to_digit(10).or_else(|| arabic_digit(c)).and_then(|d| char::from_digit(d, 10)).unwrap_or(c)).collect();
    let number = phonenumber::parse(home, plain.trim()).ok().filter(|_| plain.chars().count() <= 40)?;
    number.is_valid().then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

/// The value of an Arabic-Indic or an extended Arabic-Indic digit.
fn arabic_digit(c: char) -> Option<u32> {
    let value = u32::from(c);
    [0x0660, 0x06F0].into_iter().find_map(|zero| value.checked_sub(zero).filter(|digit| *digit < 10))
}

/// A stored number with its groups, to be read from abroad too: `+212 6 61 23 45 67`.
pub fn phone(text: &str) -> String {
    phonenumber::parse(None, text)
        .map_or_else(|_| text.to_owned(), |number| number.format().mode(phonenumber::Mode::International).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_writes_days_numbers_and_money_its_own_way() {
        let day: NaiveDate = "2026-11-03".parse().unwrap();
        assert_eq!(date(Locale::En, day), "3 Nov 2026");
        assert_eq!(date(Locale::De, day), "03.11.2026");
        assert!(date(Locale::Fr, day).contains("nov"), "{}", date(Locale::Fr, day));
        assert!(date(Locale::Ar, day).contains("2026"), "{}", date(Locale::Ar, day));
        assert_eq!(number(Locale::De, 1_234_567), "1.234.567");
        assert_eq!(number(Locale::Fr, 1_234_567).replace('\u{202f}', " "), "1 234 567");
        let wage = Money::parse("EUR 34800.50").unwrap();
        assert_eq!(money(Locale::En, wage), "34,800.50\u{a0}EUR");
        assert_eq!(money(Locale::De, wage), "34.800,50\u{a0}EUR");
        assert!(moment(Locale::En, "2026-11-03T09:05:00Z").ends_with("UTC"));
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2026-11-23",
            "23.11.2026",
            "23/11/2026",
            "23 nov. 2026",
            "23 novembre 2026",
            "23. November 2026",
            "٢٣/١١/٢٠٢٦",
            "23 نونبر 2026",
        ] {
            assert_eq!(read_date(text), "2026-11-23", "{text}");
        }
        for wrong in ["23.11.26", "soon", "31.02.2026"] {
            assert!(read_date(wrong).parse::<NaiveDate>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (t, text, read) in [
            (Locale::Fr, "1 250,50 €", "EUR 1250.50"),
            (Locale::De, "1.250,50 EUR", "EUR 1250.50"),
            (Locale::De, "1.250 EUR", "EUR 1250"),
            (Locale::En, "GBP 1,250.50", "GBP 1250.50"),
            (Locale::En, "1,250 GBP", "GBP 1250"),
            (Locale::Ar, "٢٥٠٠ MAD", "MAD 2500"),
        ] {
            assert_eq!(read_money(t, text), read, "{text}");
        }
    }

    #[test]
    fn words_are_ordered_as_readers_look_for_them() {
        assert_eq!(compare(Locale::De, "Ärzte", "Bauern"), Ordering::Less);
        assert_eq!(compare(Locale::Fr, "été", "ete"), Ordering::Greater);
        assert_eq!(compare(Locale::Ar, "أحمد", "باسم"), Ordering::Less);
    }

    #[test]
    fn telephone_numbers_are_read_as_they_are_written_at_home() {
        for written in ["0661-23 45 67", "+212 661 234567", "00212661234567", "٠٦٦١٢٣٤٥٦٧"] {
            assert_eq!(read_phone(written, "MA").as_deref(), Some("+212661234567"), "{written}");
        }
        assert_eq!(read_phone("0170 1234567", "DE").as_deref(), Some("+491701234567"));
        for wrong in ["", "12", "hello", "0661", "+1 000 000 0000", &"6".repeat(60)] {
            assert_eq!(read_phone(wrong, "MA"), None, "{wrong}");
        }
        assert_eq!(phone("+212661234567"), "+212 6 61 23 45 67");
    }
}
