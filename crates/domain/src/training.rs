//! How somebody fares in a course: attendance, assessments with their resits, language examinations, papers, and the
//! signs that she may not reach the end. A warning is for helping her; it never has a say in a match.

use crate::words;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

words!(AssessmentKind { Theory = "theory", Practical = "practical", Language = "language", Final = "final" });

words!(
    /// How an attempt went.
    AssessmentResult {
        Passed = "passed",
        Failed = "failed",
        Absent = "absent",
        /// Absent for a reason that counts: the attempt is not counted against her.
        Excused = "excused",
    }
);

words!(
    /// One skill of a language examination.
    SkillResult { Passed = "passed", Failed = "failed", Absent = "absent", NotTaken = "not_taken" }
);

words!(
    /// A language examination as a whole.
    ExamResult { Registered = "registered", Passed = "passed", Failed = "failed", Absent = "absent" }
);

words!(
    /// Papers that authorities and employers ask for most.
    CohortPaper {
        Passport = "passport",
        BirthCertificate = "birth_certificate",
        CivilStatus = "civil_status",
        Photo = "photo",
        CurriculumVitae = "curriculum_vitae",
        Diploma = "diploma",
        Transcript = "transcript",
        Curriculum = "curriculum",
        LanguageCertificate = "language_certificate",
        PoliceRecord = "police_record",
        MedicalFitness = "medical_fitness",
        GoodStanding = "good_standing",
    }
);

words!(
    /// How far a paper has come; a paper that nobody has seen is missing.
    PaperStanding { Uploaded = "uploaded", Certified = "certified", Translated = "translated" }
);

/// The examination as a whole: a failed skill fails it, an absence leaves it open, and what was not taken has no say.
pub fn overall(skills: &[SkillResult]) -> ExamResult {
    let any = |result| skills.contains(&result);
    if any(SkillResult::Failed) {
        ExamResult::Failed
    } else if any(SkillResult::Absent) {
        ExamResult::Absent
    } else if any(SkillResult::Passed) {
        ExamResult::Passed
    } else {
        ExamResult::Registered
    }
}

/// Why an attempt cannot be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoResit {
    /// The unit has been passed.
    Passed,
    /// All attempts that the programme gives have been used.
    Used { most: u32 },
}

/// The number of the next attempt, after the results of those before in their order. An excused absence uses up none
/// of what the programme gives.
///
/// # Errors
/// When there is no other attempt.
pub fn resit(before: &[AssessmentResult], most: Option<u32>) -> Result<u32, NoResit> {
    if before.contains(&AssessmentResult::Passed) {
        return Err(NoResit::Passed);
    }
    let used = before.iter().filter(|result| **result != AssessmentResult::Excused).count();
    match most {
        Some(most) if used >= most as usize => Err(NoResit::Used { most }),
        _ => Ok(u32::try_from(before.len()).unwrap_or(u32::MAX).saturating_add(1)),
    }
}

/// What is written down about somebody's course.
#[derive(Debug, Clone, Default)]
pub struct Course {
    pub ends_on: Option<NaiveDate>,
    pub hours_planned: u32,
    pub hours_attended: u32,
    /// Hours missed for a reason that counts: neither attended nor held against her.
    pub hours_excused: u32,
    /// Last day of attendance that was entered.
    pub attended_to: Option<NaiveDate>,
    /// Results of attempts by unit, in their order.
    pub attempts: BTreeMap<String, Vec<AssessmentResult>>,
    /// Attempts that the programme gives for a unit.
    pub attempts_max: Option<u32>,
    /// Results of language examinations, oldest first.
    pub exams: Vec<ExamResult>,
    /// Whether her way asks for a language certificate that she does not hold.
    pub language_missing: bool,
    pub papers: BTreeSet<CohortPaper>,
}

/// From when a sign becomes a warning (illustrative defaults; the least attendance is a term of the journey).
#[derive(Debug, Clone, Copy)]
pub struct Signs {
    pub least_attendance_percent: u32,
    /// A warning that close above the least attendance, in percent.
    pub close_percent: u32,
    /// Days before the end of the course from which a missing certificate counts.
    pub language_days: i64,
    /// Days before the end of the course from which missing papers count.
    pub papers_days: i64,
    /// Days of a running course without attendance entered.
    pub silence_days: i64,
}

impl Signs {
    pub const fn new(least_attendance_percent: u32) -> Self {
        Self { least_attendance_percent, close_percent: 5, language_days: 90, papers_days: 60, silence_days: 21 }
    }
}

/// A sign that somebody may not reach the end of her course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    AttendanceLow {
        percent: u32,
        least: u32,
    },
    AttendanceClose {
        percent: u32,
        least: u32,
    },
    /// Nothing is left to resit.
    NoAttemptLeft {
        unit: String,
    },
    /// The next attempt is the last.
    LastAttempt {
        unit: String,
    },
    Failed {
        unit: String,
    },
    LanguageFailed {
        times: u32,
    },
    LanguageMissing {
        days: i64,
    },
    PapersMissing {
        count: u32,
        days: i64,
    },
    Silent {
        days: i64,
    },
}

impl Warning {
    /// 3 what ends a course, 2 what soon may, 1 what is to be looked at.
    pub const fn weight(&self) -> u32 {
        match self {
            Self::NoAttemptLeft { .. } | Self::AttendanceLow { .. } => 3,
            Self::LastAttempt { .. } | Self::LanguageMissing { .. } | Self::LanguageFailed { .. } => 2,
            Self::AttendanceClose { .. } | Self::Failed { .. } | Self::PapersMissing { .. } | Self::Silent { .. } => 1,
        }
    }
}

/// Attendance in percent of what was planned and not excused, rounded down; nothing where nothing is left.
pub fn attendance_percent(course: &Course) -> Option<u32> {
    let due = u64::from(course.hours_planned).saturating_sub(u64::from(course.hours_excused));
    u32::try_from((u64::from(course.hours_attended) * 100).checked_div(due)?).ok().map(|percent| percent.min(100))
}

/// The signs on a day, the heaviest first.
pub fn warnings(course: &Course, signs: &Signs, today: NaiveDate) -> Vec<Warning> {
    let mut found = Vec::new();
    let least = signs.least_attendance_percent;
    match attendance_percent(course) {
        Some(percent) if percent < least => found.push(Warning::AttendanceLow { percent, least }),
        Some(percent) if percent < least + signs.close_percent => found.push(Warning::AttendanceClose { percent, least }),
        _ => {}
    }
    for (unit, results) in &course.attempts {
        let missed = results.iter().any(|result| matches!(result, AssessmentResult::Failed | AssessmentResult::Absent));
        if !missed || results.contains(&AssessmentResult::Passed) {
            continue;
        }
        let used = results.iter().filter(|result| **result != AssessmentResult::Excused).count();
        found.push(match course.attempts_max {
            Some(most) if used >= most as usize => Warning::NoAttemptLeft { unit: unit.clone() },
            Some(most) if used + 1 == most as usize => Warning::LastAttempt { unit: unit.clone() },
            _ => Warning::Failed { unit: unit.clone() },
        });
    }
    let left = course.ends_on.map(|end| (end - today).num_days());
    if course.language_missing {
        let times = course.exams.iter().filter(|result| **result == ExamResult::Failed).count();
        match (left, times) {
            (Some(days), _) if days <= signs.language_days => found.push(Warning::LanguageMissing { days }),
            (_, 2..) => found.push(Warning::LanguageFailed { times: u32::try_from(times).unwrap_or(u32::MAX) }),
            _ => {}
        }
    }
    if let Some(days) = left.filter(|days| *days <= signs.papers_days) {
        let count = CohortPaper::ALL.iter().filter(|paper| !course.papers.contains(paper)).count();
        if count > 0 {
            found.push(Warning::PapersMissing { count: u32::try_from(count).unwrap_or(u32::MAX), days });
        }
    }
    if let Some(days) = course.attended_to.map(|last| (today - last).num_days()).filter(|days| *days > signs.silence_days)
        && left.is_none_or(|left| left >= 0)
    {
        found.push(Warning::Silent { days });
    }
    found.sort_by_key(|warning| std::cmp::Reverse(warning.weight()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn resits_are_counted_and_excused_absences_are_not() {
        use AssessmentResult::{Absent, Excused, Failed, Passed};
        assert_eq!(resit(&[], Some(2)), Ok(1));
        assert_eq!(resit(&[Failed], Some(2)), Ok(2));
        assert_eq!(resit(&[Failed, Excused], Some(2)), Ok(3));
        assert_eq!(resit(&[Failed, Absent], Some(2)), Err(NoResit::Used { most: 2 }));
        assert_eq!(resit(&[Failed, Absent, Failed], None), Ok(4));
        assert_eq!(resit(&[Failed, Passed], None), Err(NoResit::Passed));
    }

    #[test]
    fn an_examination_is_passed_when_nothing_taken_was_failed() {
        use SkillResult::{Absent, Failed, NotTaken, Passed};
        assert_eq!(overall(&[NotTaken, NotTaken]), ExamResult::Registered);
        assert_eq!(overall(&[Passed, NotTaken]), ExamResult::Passed);
        assert_eq!(overall(&[Passed, Absent]), ExamResult::Absent);
        assert_eq!(overall(&[Absent, Failed]), ExamResult::Failed);
    }

    #[test]
    fn attendance_counts_what_was_due() {
        let course = |planned, attended, excused| Course {
            hours_planned: planned,
            hours_attended: attended,
            hours_excused: excused,
            ..Course::default()
        };
        assert_eq!(attendance_percent(&course(0, 0, 0)), None);
        assert_eq!(attendance_percent(&course(100, 79, 0)), Some(79));
        assert_eq!(attendance_percent(&course(100, 79, 10)), Some(87));
        assert_eq!(attendance_percent(&course(10, 0, 10)), None, "all of it excused");
        let signs = Signs::new(80);
        let found = |planned, attended| warnings(&course(planned, attended, 0), &signs, day("2026-03-01"));
        assert_eq!(found(100, 79), [Warning::AttendanceLow { percent: 79, least: 80 }]);
        assert_eq!(found(100, 80), [Warning::AttendanceClose { percent: 80, least: 80 }]);
        assert_eq!(found(100, 85), []);
    }

    #[test]
    fn the_heaviest_sign_comes_first() {
        use AssessmentResult::{Failed, Passed};
        let course = Course {
            ends_on: Some(day("2026-05-01")),
            attempts: BTreeMap::from([
                ("Circuits".to_owned(), vec![Failed, Failed]),
                ("Safety".to_owned(), vec![Failed]),
                ("Wiring".to_owned(), vec![Failed, Passed]),
            ]),
            attempts_max: Some(2),
            language_missing: true,
            papers: CohortPaper::ALL.iter().copied().filter(|paper| *paper != CohortPaper::Passport).collect(),
            attended_to: Some(day("2026-02-01")),
            ..Course::default()
        };
        let found = warnings(&course, &Signs::new(80), day("2026-03-10"));
        assert_eq!(
            found,
            [
                Warning::NoAttemptLeft { unit: "Circuits".into() },
                Warning::LastAttempt { unit: "Safety".into() },
                Warning::LanguageMissing { days: 52 },
                Warning::PapersMissing { count: 1, days: 52 },
                Warning::Silent { days: 37 },
            ]
        );
        assert_eq!(warnings(&course, &Signs::new(80), day("2026-05-02")).len(), 4, "nobody is silent after the end");
    }
}
