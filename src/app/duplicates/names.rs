//! How like two names are, whatever script and spelling they were written in.

use any_ascii::any_ascii;

/// The name in Latin letters: the same person is written سلمى برادة here and Salma Berrada there.
fn romanised(given: &str, family: &str) -> String {
    crate::text::fold(&any_ascii(&format!("{given} {family}")))
}

/// What is left of a name when vowels, doublings and spellings of one sound are taken away, the
/// parts in order of the alphabet: equal for most spellings of one name.
pub fn name_key(given: &str, family: &str) -> String {
    let romanised = romanised(given, family);
    let mut parts: Vec<String> =
        romanised.split(' ').filter(|part| !matches!(*part, "el" | "al" | "bin" | "ben" | "de" | "van")).map(skeleton).collect();
    parts.retain(|part| !part.is_empty());
    parts.sort();
    parts.join(" ")
}

fn skeleton(part: &str) -> String {
    let mut key = String::new();
    let joined = part
        .replace("ph", "f")
        .replace("gh", "g")
        .replace("kh", "k")
        .replace("dh", "d")
        .replace("th", "t")
        .replace("ch", "s")
        .replace("sh", "s");
    for letter in joined.chars() {
        let sound = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'w' => continue,
            'c' | 'q' => 'k',
            'z' => 's',
            'v' => 'f',
            'j' => 'g',
            other => other,
        };
        if !key.ends_with(sound) {
            key.push(sound);
        }
    }
    // A name of vowels alone keeps its first letter.
    if key.is_empty() { part.chars().take(1).collect() } else { key }
}

/// How like two names are, in hundredths: the better of the whole written out and of the keys.
pub fn likeness(a: (&str, &str), b: (&str, &str)) -> i64 {
    let sorted = |name: (&str, &str)| {
        let text = romanised(name.0, name.1);
        let mut parts: Vec<&str> = text.split(' ').collect();
        parts.sort_unstable();
        parts.join(" ")
    };
    let written = strsim::jaro_winkler(&sorted(a), &sorted(b));
    let (key_a, key_b) = (name_key(a.0, a.1), name_key(b.0, b.1));
    let keyed = if key_a.len() < 4 || key_b.len() < 4 { 0.0 } else { strsim::jaro_winkler(&key_a, &key_b) * 0.97 };
    #[expect(clippy::cast_possible_truncation, reason = "0 to 100")]
    let hundredths = (written.max(keyed) * 100.0).round() as i64;
    hundredths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_alike_in_several_scripts() {
        for (a, b) in [
            (("Salma", "Berrada"), ("سلمى", "برادة")),
            (("Mohammed", "El Idrissi"), ("Mohamed", "Idrisi")),
            (("Youssef", "Benali"), ("Yusuf", "Ben Ali")),
            (("Nguyễn", "Văn Nam"), ("Van Nam", "Nguyen")),
            (("Алексей", "Шевченко"), ("Aleksey", "Shevchenko")),
            (("Fatima Zahra", "Alaoui"), ("Fatima-Zahra", "ALAOUI")),
        ] {
            let like = likeness(a, b);
            assert!(like >= super::super::LIKE_WITH_DATE, "{a:?} {b:?}: {like}");
        }
    }

    #[test]
    fn different_names_are_not() {
        for (a, b) in [
            (("Salma", "Berrada"), ("Omar", "Trabelsi")),
            (("Grace", "Santos"), ("Joy", "Mendoza")),
            (("Arun", "Nair"), ("Anjali", "Menon")),
        ] {
            let like = likeness(a, b);
            assert!(like < super::super::LIKE_WITH_DATE, "{a:?} {b:?}: {like}");
        }
    }

    #[test]
    fn the_key_forgets_vowels_doublings_and_order() {
        assert_eq!(name_key("Mohammed", "Hassan"), name_key("Hasan", "Mohamed"));
        assert_ne!(name_key("Omar", "Trabelsi"), name_key("Anas", "Fassi"));
    }
}
