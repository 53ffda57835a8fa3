//! Letters: what somebody is told in her case, to be read on a screen or handed over on paper, and that she has it.

use crate::words;

words!(
    LetterKind {
        /// Her time stands still; what happens next.
        Opened = "opened",
        Options = "options",
        Rejected = "rejected",
        Resolved = "resolved",
        /// The panel has not followed her appeal: what was decided stands.
        AppealDismissed = "appeal_dismissed",
        /// In somebody's own words, to everybody whom a disruption strikes.
        Message = "message",
    }
);

words!(
    /// How it is known that she has a letter.
    Receipt {
        NotYet = "not_yet",
        /// She said so here.
        App = "app",
        /// She signed for it on paper.
        Paper = "paper",
        /// It was read to her, and she said that she has understood.
        Spoken = "spoken",
        /// Another letter says by now how it stands: this one is not handed over any more.
        Superseded = "superseded",
    }
);
