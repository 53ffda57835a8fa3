//! Contingency plans: who is affected when something breaks, and which lawful options they have.
//!
//! The module holds its place in the house; the planner lands with the capability. What exists
//! already are the causes that steps of a pathway may name, so that packs can be checked today.

/// Causes of the contingency taxonomy: code, and whether the cause lies outside the trainee's
/// control (`true`), which settles that she owes nothing.
///
/// Causes that must be adjudicated count as outside control until proven otherwise.
pub const CAUSES: [(&str, bool); 45] = [
    ("PER.BEREAVE", true),
    ("PER.CARE", true),
    ("PER.VICTIM", true),
    ("PER.PREG", true),
    ("PER.LEGAL", true),
    ("PER.DOC", true),
    ("PER.CHANGE", false),
    ("PER.FRAUD", false),
    ("FAM.ILL", true),
    ("FAM.CUSTODY", true),
    ("FAM.SPLIT", true),
    ("HLT.ACUTE", true),
    ("HLT.CHRONIC", true),
    ("HLT.MENTAL", true),
    ("HLT.INADM", true),
    ("HLT.EPIDEMIC", true),
    ("ORI.CONFLICT", true),
    ("ORI.DISASTER", true),
    ("ORI.CLIMATE", true),
    ("ORI.EXITBAN", true),
    ("ORI.CAP", true),
    ("ORI.AIRSPACE", true),
    ("DST.BORDER", true),
    ("DST.QUOTA", true),
    ("DST.CLOSED", true),
    ("DST.RULE", true),
    ("DST.WHO", true),
    ("EMP.INSOLV", true),
    ("EMP.WITHDRAW", true),
    ("EMP.LICENCE", true),
    ("EMP.ABUSE", true),
    ("EMP.DISPUTE", true),
    ("VIS.DELAY", true),
    ("VIS.REF_DOC", true),
    ("VIS.REF_SUB", true),
    ("VIS.REF_SEC", true),
    ("REC.REFUSE", true),
    ("REC.PARTIAL", true),
    ("REC.EXAM", true),
    ("REC.DELAY", true),
    ("REC.EXPIRE", true),
    ("PRT.TRAINER", true),
    ("PRT.STATE", true),
    ("PRT.FUNDER", true),
    ("FMJ", true),
];

/// Whether a code is a cause of the taxonomy.
pub fn is_cause(code: &str) -> bool {
    CAUSES.iter().any(|(known, _)| *known == code)
}
