//! Certificates that institutes sign. One that was earned is never withheld and never taken back for a debt: the
//! reasons for taking one back are closed, and none of them is about money (R18; invariant I3 of contingency).

use crate::words;

words!(
    CertificateStatus { Issued = "issued", Revoked = "revoked" }
);

words!(
    /// What is certified. Whoever leaves early gets one for what she has completed.
    CertificateKind { Diploma = "diploma", Certificate = "certificate", Course = "course", MicroCredential = "micro_credential" }
);

words!(
    /// Why a certificate is taken back.
    RevocationReason { Mistake = "mistake", Replaced = "replaced", Fraud = "fraud" }
);

/// How many are signed in one go.
pub const BATCH_MAX: usize = 500;
