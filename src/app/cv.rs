//! What a CV says that may become skills and occupations: Europass (JSON and XML, schema 3), JSON Resume, or plain
//! text. Nothing is kept; names and addresses are not read at all.

use crate::error::AppError;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// Phrases of a CV that are looked up.
const PHRASES_MAX: usize = 60;
/// Longest phrase: what is longer is a sentence, in which the words that matter drown.
const PHRASE_LONGEST: usize = 90;

/// Words of a person about herself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cv {
    /// Titles of posts that she held or looks for.
    pub posts: Vec<String>,
    /// What she says she can do, phrase by phrase.
    pub skills: Vec<String>,
    /// The language that the document says it is written in.
    pub language: Option<String>,
}

/// Reads a CV, whatever of the three it is.
///
/// # Errors
/// When it is neither, or XML that does not close.
pub fn read(bytes: &[u8]) -> Result<Cv, AppError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| AppError::invalid("file", "cv-format", "is no text: send Europass XML or JSON, JSON Resume, or plain text"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') {
        return europass_xml(text);
    }
    if !text.starts_with('{') {
        return Ok(plain(text));
    }
    let value: Value =
        serde_json::from_str(text).map_err(|error| AppError::invalid("file", "cv-format", format!("is no JSON: {error}")))?;
    if value.get("SkillsPassport").is_some() {
        return Ok(europass_json(&value));
    }
    if value.get("basics").is_some() || value.get("work").is_some() || value.get("skills").is_some() {
        return Ok(json_resume(&value));
    }
    Err(AppError::invalid("file", "cv-format", "is JSON, and neither of Europass nor of JSON Resume"))
}

/// Words typed by hand: each line or comma a phrase, which may be a post as well as a skill.
pub fn plain(text: &str) -> Cv {
    let mut cv = Cv::default();
    add(&mut cv.skills, text);
    cv.posts.clone_from(&cv.skills);
    cv
}

/// Adds the phrases of a text, each once.
fn add(to: &mut Vec<String>, text: &str) {
    let text = without_marks(text);
    for phrase in text.split(['\n', ',', ';', '•', '·', '|', '/', '(', ')', '،', '؛']).flat_map(|part| part.split(". ")) {
        let phrase = phrase.trim().trim_start_matches(['-', '–', '*', '.', ' ']).trim_end_matches(['.', ':']).trim();
        let long = phrase.chars().count();
        if (2..=PHRASE_LONGEST).contains(&long) && to.len() < PHRASES_MAX && !to.iter().any(|known| known == phrase) {
            to.push(phrase.to_owned());
        }
    }
}

/// Marks of HTML that Europass keeps inside its texts end a line.
fn without_marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for sign in text.chars() {
        match sign {
            '<' => {
                inside = true;
                plain.push('\n');
            }
            '>' if inside => inside = false,
            _ if !inside => plain.push(sign),
            _ => {}
        }
    }
    plain.replace("&nbsp;", " ").replace("&amp;", "&")
}

fn texts<'v>(value: &'v Value, list: &str, member: &[&str]) -> impl Iterator<Item = &'v str> {
    let all = value.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let member: Vec<String> = member.iter().map(|name| (*name).to_owned()).collect();
    all.iter().filter_map(move |entry| member.iter().try_fold(entry, |value, name| value.get(name))?.as_str())
}

fn europass_json(value: &Value) -> Cv {
    let mut cv = Cv::default();
    let passport = &value["SkillsPassport"];
    cv.language = passport["Locale"].as_str().or(passport["locale"].as_str()).map(str::to_owned);
    let learner = &passport["LearnerInfo"];
    if let Some(headline) = learner.pointer("/Headline/Description/Label").and_then(Value::as_str) {
        add(&mut cv.posts, headline);
    }
    texts(learner, "WorkExperience", &["Position", "Label"]).for_each(|text| add(&mut cv.posts, text));
    texts(learner, "WorkExperience", &["Activities"]).for_each(|text| add(&mut cv.skills, text));
    for part in ["Communication", "Organisational", "JobRelated", "Computer", "Other"] {
        if let Some(text) = learner.pointer(&format!("/Skills/{part}/Description")).and_then(Value::as_str) {
            add(&mut cv.skills, text);
        }
    }
    cv
}

fn json_resume(value: &Value) -> Cv {
    let mut cv = Cv::default();
    if let Some(label) = value.pointer("/basics/label").and_then(Value::as_str) {
        add(&mut cv.posts, label);
    }
    texts(value, "work", &["position"]).for_each(|text| add(&mut cv.posts, text));
    texts(value, "skills", &["name"]).for_each(|text| add(&mut cv.skills, text));
    for entry in value.get("skills").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
        for word in entry.get("keywords").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() {
            add(&mut cv.skills, word.as_str().unwrap_or_default());
        }
    }
    cv
}

/// Where in the document the words stand that are read.
const POSTS: [&[&str]; 2] = [&["Headline", "Description", "Label"], &["WorkExperience", "Position", "Label"]];
const SKILLS: [&[&str]; 6] = [
    &["WorkExperience", "Activities"],
    &["Skills", "Communication", "Description"],
    &["Skills", "Organisational", "Description"],
    &["Skills", "JobRelated", "Description"],
    &["Skills", "Computer", "Description"],
    &["Skills", "Other", "Description"],
];

fn europass_xml(text: &str) -> Result<Cv, AppError> {
    let refused = |why: String| AppError::invalid("file", "cv-format", why);
    let mut cv = Cv::default();
    let mut path: Vec<String> = Vec::new();
    let mut words = String::new();
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().map_err(|error| refused(format!("is no XML: {error}")))? {
            Event::Start(begun) => {
                let name = begun.local_name().as_ref().to_owned();
                if path.is_empty() && name != "SkillsPassport" {
                    return Err(refused("is XML, and not of Europass".into()));
                }
                if path.is_empty()
                    && let Ok(Some(locale)) = begun.try_get_attribute("locale")
                {
                    cv.language = Some(locale.value.into_owned());
                }
                if path.len() > 30 {
                    return Err(refused("is nested too deeply".into()));
                }
                path.push(name);
                words.clear();
            }
            Event::Text(said) => words.push_str(&said),
            Event::CData(said) => words.push_str(&said),
            // Entities beyond those of XML itself are left out: none is ever looked up.
            Event::GeneralRef(named) => match (named.resolve_char_ref(), named.as_ref()) {
                (Ok(Some(sign)), _) => words.push(sign),
                (_, "amp") => words.push('&'),
                (_, "lt") => words.push('<'),
                (_, "gt") => words.push('>'),
                (_, "apos") => words.push('\''),
                (_, "quot") => words.push('"'),
                _ => words.push(' '),
            },
            Event::End(_) => {
                let here: Vec<&str> = path.iter().skip_while(|name| *name != "LearnerInfo").skip(1).map(String::as_str).collect();
                // Lists of the newer schema have an element of their own around their entries.
                let here: Vec<&str> = here.into_iter().filter(|name| !name.ends_with("List")).collect();
                if POSTS.iter().any(|place| *place == here) {
                    add(&mut cv.posts, &words);
                } else if SKILLS.iter().any(|place| *place == here) {
                    add(&mut cv.skills, &words);
                }
                path.pop();
                words.clear();
            }
            Event::Eof if path.is_empty() => return Ok(cv),
            Event::Eof => return Err(refused("ends in the middle".into())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_kinds_say_the_same() {
        let xml = r#"<?xml version="1.0"?><SkillsPassport xmlns="http://europass.cedefop.europa.eu/Europass" locale="fr"><LearnerInfo>
            <Identification><PersonName><FirstName>Zineb</FirstName></PersonName></Identification>
            <WorkExperienceList><WorkExperience><Position><Label>Infirmi&#232;re</Label></Position>
            <Activities>&lt;p&gt;Soins aux patients&lt;/p&gt;</Activities></WorkExperience></WorkExperienceList>
            <Skills><Computer><Description>Tableur, Messagerie</Description></Computer></Skills></LearnerInfo></SkillsPassport>"#;
        let found = read(xml.as_bytes()).unwrap();
        assert_eq!(found.posts, ["Infirmière"]);
        assert_eq!(found.skills, ["Soins aux patients", "Tableur", "Messagerie"]);
        assert_eq!(found.language.as_deref(), Some("fr"));
        let json = r#"{"SkillsPassport":{"Locale":"fr","LearnerInfo":{"WorkExperience":[{"Position":{"Label":"Infirmière"},
            "Activities":"<p>Soins aux patients</p>"}],"Skills":{"Computer":{"Description":"Tableur, Messagerie"}}}}}"#;
        assert_eq!(read(json.as_bytes()).unwrap(), found);
        let resume = r#"{"basics":{"name":"Zineb","label":"Infirmière"},"work":[{"position":"Infirmière"}],
            "skills":[{"name":"Soins aux patients","keywords":["Tableur","Messagerie"]}]}"#;
        let resume = read(resume.as_bytes()).unwrap();
        assert_eq!((resume.posts, resume.skills), (found.posts, found.skills));
    }

    #[test]
    fn other_files_are_refused_and_names_are_never_read() {
        for wrong in ["<html><body>Zineb</body></html>", "<SkillsPassport><LearnerInfo>", "{\"a\":1}", "{broken"] {
            assert!(matches!(read(wrong.as_bytes()), Err(AppError::Invalid(_))), "{wrong}");
        }
        assert!(read(&[0xff, 0xfe, 0x00]).is_err());
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><SkillsPassport><LearnerInfo><Headline><Description><Label>&b;</Label></Description></Headline></LearnerInfo></SkillsPassport>"#;
        assert!(read(bomb.as_bytes()).unwrap().posts.is_empty());
    }

    #[test]
    fn typed_words_fall_into_phrases() {
        let cv = plain("- lire des plans électriques\n- souder, câbler; câbler\n");
        assert_eq!(cv.skills, ["lire des plans électriques", "souder", "câbler"]);
    }
}
