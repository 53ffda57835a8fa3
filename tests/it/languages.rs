//! Every page in every language: no message missing, direction right, input kept.

use crate::support::{On, Service};
use passerelle::app::records;
use passerelle::app::resource::Kind;
use passerelle::i18n::Locale;
use passerelle::web::problem::KINDS;
use passerelle::web::routes::{Access, table};
use passerelle_domain::access::{Role, allowed};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_engine::matching::policy::Feature;

/// Keys that code makes up from lists, which a search for literals would not find.
fn computed_keys() -> Vec<String> {
    use passerelle_domain::contingency::Response;
    use passerelle_domain::contingency::decision::Bar;
    use passerelle_domain::machine::contingency as case;
    let key = passerelle::web::ui::cells::word_key;
    let mut keys = Vec::new();
    for resource in records::ALL {
        keys.extend(["records", "record"].map(|prefix| format!("{prefix}-{}", resource.name())));
        if !resource.read_only() {
            keys.extend(["new", "edit"].map(|prefix| format!("{prefix}-{}", resource.name())));
        }
        for field in resource.fields() {
            keys.push(field.label_key());
            if let Kind::Choice { list, words } = field.kind {
                keys.extend(words.iter().map(|word| key(list, word)));
            }
        }
    }
    for code in ReasonCode::WORDS {
        keys.extend(["why", "fix", "reason-name"].map(|prefix| format!("{prefix}-{code}")));
    }
    for kind in KINDS {
        keys.extend(["title", "text", "fix"].map(|part| format!("problem-{}-{part}", kind.slug)));
    }
    let lists: [(&str, &[&str]); 7] = [
        ("contingency-plan-finding", passerelle_domain::contingency::plan::Finding::WORDS),
        ("response", Response::WORDS),
        ("why-bar", Bar::WORDS),
        ("fix-bar", Bar::WORDS),
        ("contingency-event", case::EventKind::WORDS),
        ("proof", case::Proof::WORDS),
        ("ruling", case::Ruling::WORDS),
    ];
    keys.extend(lists.iter().flat_map(|(list, words)| words.iter().map(|word| key(list, word))));
    keys.extend(Role::WORDS.iter().map(|word| key("role", word)));
    keys.extend(Feature::WORDS.iter().map(|word| key("feature", word)));
    keys.extend(passerelle_domain::country::CountryCode::all().iter().map(|code| format!("country-{code}")));
    keys
}

#[test]
fn every_message_is_there_in_every_language() {
    for locale in Locale::ALL {
        let missing: Vec<String> = computed_keys().into_iter().filter(|key| !locale.has(key)).collect();
        assert_eq!(missing, Vec::<String>::new(), "{}", locale.code());
    }
}

/// Names of values are written with dashes there (`i18n::Locale::with`): one with an underscore would never be filled in.
#[test]
fn values_of_messages_are_named_as_the_code_fills_them() {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("locales");
    for locale in Locale::ALL {
        for file in std::fs::read_dir(root.join(locale.code())).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let names = text.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next());
            let wrong: Vec<&str> = names.filter(|name| name.contains('_')).collect();
            assert_eq!(wrong, Vec::<&str>::new(), "{}", path.display());
        }
    }
}

#[test]
fn catalogues_have_the_same_keys_and_no_message_falls_back() {
    let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("locales");
    let keys = |locale: &str| {
        let mut keys: Vec<String> = std::fs::read_dir(root.join(locale))
            .unwrap()
            .flat_map(|file| {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
                text.lines()
                    .filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))
                    .filter_map(|line| line.split_once(" ="))
                    .map(|(key, _)| key.to_owned())
                    .collect::<Vec<_>>()
            })
            .collect();
        keys.sort();
        keys
    };
    let english = keys("en");
    assert!(english.len() > 1_000);
    let mut distinct = english.clone();
    distinct.dedup();
    assert_eq!(english, distinct, "a key stands twice");
    for locale in ["fr", "de", "ar"] {
        assert_eq!(keys(locale), english, "{locale}");
    }
}

#[test]
fn reasons_mention_their_values_in_every_language() {
    let reason = Reason::new(ReasonCode::R15Expires)
        .with("end", "2027-01-05")
        .with("filing", "2027-03-01")
        .with("language", "de")
        .with("asked", "CEFR B1");
    for locale in Locale::ALL {
        let text = passerelle::i18n::plain(&format!("{} {}", locale.why(&reason), locale.fix(&reason)));
        assert!(text.contains("2027-01-05") && text.contains("2027-03-01"), "{}: {text}", locale.code());
    }
    let listed = Reason::new(ReasonCode::R11Listed).with("country", "NG").with("edition", "2023");
    assert!(Locale::Fr.why(&listed).contains("Nigéria") || Locale::Fr.why(&listed).contains("Nigeria"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_page_renders_for_every_role_in_every_language() {
    let service = Service::start(On::Sqlite).await;
    service.demo().await;
    service.matched().await;
    for role in Role::ALL {
        let mut browser = service.person(*role).await;
        for entry in table() {
            let reachable = match entry.access {
                Access::Needs(action, subject) => allowed(*role, action, subject).is_some(),
                Access::SignedIn => true,
                Access::Public => false,
            };
            if !reachable
                || entry.method != "GET"
                || !entry.path.starts_with("/ui")
                || entry.path.contains('{')
                || entry.path.ends_with(".csv")
                || entry.path.ends_with(".xlsx")
                || entry.path.ends_with(".json")
            {
                continue;
            }
            for locale in Locale::ALL {
                browser.set_cookie("passerelle_lang", locale.code());
                let page = browser.get(&entry.path).await;
                assert_eq!(page.status, 200, "{role} {} {}", entry.path, locale.code());
                let frame = format!("<html lang=\"{}\" dir=\"{}\">", locale.code(), locale.direction());
                assert!(page.text.contains(&frame), "{role} {}", entry.path);
                let gap = page.text.split('[').skip(1).find_map(|rest| {
                    let inside = rest.split(']').next()?;
                    (inside.contains('-') && inside.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()))
                        .then(|| inside.to_owned())
                });
                assert_eq!(gap, None, "{role} {} {}: a message is missing", entry.path, locale.code());
            }
        }
    }
}
