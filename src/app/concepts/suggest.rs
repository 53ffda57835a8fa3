//! Suggestions of concepts for words that somebody used, to be confirmed by a person.

use super::Hit;
use super::index::Built;
use crate::app::Ctx;
use crate::app::cv::Cv;
use crate::error::AppError;
use crate::text::fold;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_engine::suggest::{Label, Suggester, Suggestion};
use serde::Serialize;
use std::sync::Arc;

/// Below this a suggestion shares no more than a beginning with what was said.
const LEAST: f32 = 0.35;
/// Longest text that is asked about at once.
pub const TEXT_LONGEST: usize = 500;
/// Suggestions for one phrase.
pub const MOST: usize = 10;

/// A concept that may be meant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggested {
    #[serde(flatten)]
    pub hit: Hit,
    /// How well it fits, in percent; the same words are 100.
    pub percent: u8,
}

/// What one phrase may mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Meant {
    pub phrase: String,
    pub suggestions: Vec<Suggested>,
}

/// Suggestions for one text.
///
/// # Errors
/// When the actor may not, or the labels cannot be read.
pub async fn suggest(ctx: &Ctx<'_>, text: &str, language: &str, kind: &'static str, most: usize) -> Result<Vec<Suggested>, AppError> {
    permit(ctx.actor, Action::List, Subject::Concept)?;
    let index = ctx.state.concepts.ready(&ctx.state.store).await?;
    let (text, language) = (text.to_owned(), language.to_owned());
    let work = move || index.suggest(&text, &language, kind, most);
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

/// What the phrases of a CV may mean: posts as occupations, the rest as skills. Phrases that mean nothing known are
/// left out.
///
/// # Errors
/// As [`suggest`].
pub async fn of_cv(ctx: &Ctx<'_>, cv: &Cv, language: &str) -> Result<(Vec<Meant>, Vec<Meant>), AppError> {
    permit(ctx.actor, Action::List, Subject::Concept)?;
    let index = ctx.state.concepts.ready(&ctx.state.store).await?;
    let (cv, language) = (cv.clone(), cv.language.clone().unwrap_or_else(|| language.to_owned()).to_lowercase());
    let language = language.split(['-', '_']).next().unwrap_or("en").to_owned();
    let work = move || {
        let of = |phrases: &[String], kind| -> Vec<Meant> {
            let meant =
                phrases.iter().map(|phrase| Meant { phrase: phrase.clone(), suggestions: index.suggest(phrase, &language, kind, 3) });
            meant.filter(|meant| !meant.suggestions.is_empty()).collect()
        };
        (of(&cv.posts, "occupation"), of(&cv.skills, "skill"))
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

impl Built {
    /// Concepts of a kind that a text may mean; by labels of the language, and by English ones where it has none.
    pub fn suggest(&self, text: &str, language: &str, kind: &'static str, most: usize) -> Vec<Suggested> {
        let folded = fold(text);
        let mut found = self.among(&folded, language, kind, most);
        if found.is_empty() && language != "en" {
            found = self.among(&folded, "en", kind, most);
        }
        found
            .into_iter()
            .map(|(found, label)| {
                let percent = (found.score.clamp(0.0, 1.0) * 100.0).round() as u8;
                Suggested { hit: self.hit(found.concept, label, language), percent }
            })
            .collect()
    }

    fn among(&self, folded: &str, language: &str, kind: &'static str, most: usize) -> Vec<(Suggestion, u32)> {
        let ready = self.suggester(language, kind);
        let found = ready.0.suggest(folded, most).into_iter().filter(|found| found.score >= LEAST);
        found.map(|found| (found, ready.1[found.label as usize])).collect()
    }

    /// Labels of one language and kind, compared with; made when first asked for.
    fn suggester(&self, language: &str, kind: &'static str) -> Arc<(Suggester, Vec<u32>)> {
        let key = (language.to_owned(), kind);
        let mut all = self.suggesters.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(ready) = all.get(&key) {
            return ready.clone();
        }
        let (mut labels, mut numbers) = (Vec::new(), Vec::new());
        for (number, concept, text, preferred) in self.labels_of(language, kind) {
            labels.push(Label { concept, text: fold(text), preferred, group: false });
            numbers.push(number);
        }
        let made = Arc::new((Suggester::new(language, &labels), numbers));
        // Languages come from callers: those without labels share one empty place.
        if !made.1.is_empty() {
            all.insert(key, made.clone());
        }
        made
    }
}
