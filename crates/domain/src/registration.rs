//! Employers that ask to be let in: what they declare, and why an authority may say no.

use crate::words;

words!(
    RegistrationStatus {
        /// In the queue of the authority.
        Waiting = "waiting",
        Verified = "verified",
        Refused = "refused",
    }
);

words!(
    /// What an employer declares to be let in; all of it is asked for.
    ComplianceClause {
        /// No worker pays for a job (rule R02).
        EmployerPays = "employer_pays",
        /// Wage and conditions as for comparable local staff (rule R06).
        EqualTreatment = "equal_treatment",
        /// No passport or certificate is kept back (rules R08, R18).
        PapersStay = "papers_stay",
        /// Free to join a union and to complain (rules R09, R20).
        Association = "association",
        /// No sanction, insolvency or unpaid wage judgment stands against the firm (rule R12).
        CleanRecord = "clean_record",
        /// Records may be looked at by the authority.
        Inspection = "inspection",
    }
);

words!(
    /// Why an authority does not let an employer in.
    RegistrationRefusal {
        NotFound = "not_found",
        NotEligible = "not_eligible",
        Sanctioned = "sanctioned",
        Duplicate = "duplicate",
        Incomplete = "incomplete",
    }
);

/// The wording of the statement that is declared; a new wording gets the next number.
pub const STATEMENT_VERSION: i64 = 1;

/// Clauses that are not declared.
pub fn undeclared<'a>(declared: impl IntoIterator<Item = &'a str>) -> Vec<ComplianceClause> {
    let declared: Vec<&str> = declared.into_iter().collect();
    ComplianceClause::ALL.iter().copied().filter(|clause| !declared.contains(&clause.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_statement_is_asked_for() {
        assert_eq!(undeclared(ComplianceClause::WORDS.iter().copied()), []);
        assert_eq!(undeclared(["employer_pays", "nonsense"]).len(), ComplianceClause::ALL.len() - 1);
    }
}
