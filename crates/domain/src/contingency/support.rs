//! What somebody is given beside a way out: who helps her, and with what. Promised by the plan of an agreement for each
//! cause, and free for her like everything else.

use crate::words;

words!(
    Support {
        /// Somebody on her side who explains the options in her language.
        Adviser = "adviser",
        Interpreter = "interpreter",
        Counselling = "counselling",
        LegalAid = "legal_aid",
        Lodging = "lodging",
        Transport = "transport",
        ChildCare = "child_care",
        MedicalCare = "medical_care",
        /// Lessons that keep what she has learnt fresh while she waits.
        Refresher = "refresher",
    }
);

impl Support {
    /// What a plan begins with for a cause. Illustrative: the two sides decide.
    pub fn usual(code: &str) -> Vec<Self> {
        let more: &[Self] = match code {
            "PER.VICTIM" | "EMP.ABUSE" => &[Self::Counselling, Self::LegalAid, Self::Lodging],
            "PER.LEGAL" | "VIS.REF_SUB" | "VIS.REF_SEC" | "REC.REFUSE" | "HLT.INADM" => &[Self::LegalAid],
            "PER.BEREAVE" | "FAM.ILL" => &[Self::Counselling],
            "PER.CARE" | "PER.PREG" | "FAM.CUSTODY" | "FAM.SPLIT" => &[Self::ChildCare],
            "HLT.ACUTE" | "HLT.CHRONIC" => &[Self::MedicalCare],
            "HLT.MENTAL" => &[Self::MedicalCare, Self::Counselling],
            "ORI.CONFLICT" | "ORI.DISASTER" | "ORI.CLIMATE" => &[Self::Lodging, Self::Transport, Self::Counselling],
            "DST.BORDER" | "HLT.EPIDEMIC" | "VIS.DELAY" | "ORI.AIRSPACE" => &[Self::Refresher],
            _ => &[],
        };
        [&[Self::Adviser], more].concat()
    }
}
