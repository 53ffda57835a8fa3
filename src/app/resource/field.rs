//! What a field of a record is: one description that drives the form, the list, the CSV file, the
//! API schema and the validation, so that they cannot disagree.

use passerelle_domain::access::FieldGroup;

/// A field as people and programs see it.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Name in API and CSV, and of the column; `field-<name>` in the catalogues.
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    /// Shown in lists.
    pub listed: bool,
    /// Lists can be narrowed by it.
    pub filters: bool,
    /// Lists can be sorted by it. Only fields that are never empty.
    pub sorts: bool,
    /// Set when the record is made and never changed: moving a record to another owner is not an edit.
    pub fixed: bool,
    /// Follows from what happens to the record: nobody writes it.
    pub derived: bool,
    /// What is disclosed, shared or withheld together with it.
    pub group: FieldGroup,
    /// Where the same name means another thing than elsewhere: the word of its label and hint.
    pub label: Option<&'static str>,
}

/// The kind of value that a field holds, with its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text {
        max: usize,
    },
    Number {
        min: i64,
        max: i64,
    },
    /// Hundredths, written as a decimal number.
    Decimal {
        min: i64,
        max: i64,
    },
    Flag,
    Date,
    /// A word of a closed list; `list` names its messages: `<list>-<word>`.
    Choice {
        list: &'static str,
        words: &'static [&'static str],
    },
    /// Several words of a closed list.
    Choices {
        list: &'static str,
        words: &'static [&'static str],
    },
    /// An instant, in UTC. Read-only.
    Moment,
    Country,
    Countries,
    Subdivision,
    Currency,
    Money,
    Language,
    LanguageLevel,
    Occupation,
    IscedField,
    Eqf,
    Concept,
    Pathway,
    Pack,
    Email,
    /// A telephone number (ITU-T E.164).
    Phone,
    Lei,
    /// Another record, by the name of its resource.
    Reference(&'static str),
    /// The trainee or the need that a record is about, by its `side`. Read-only.
    Subject,
    /// Reasons of a match, put into words for the reader. Read-only.
    Reasons,
}

impl Field {
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: false,
            listed: false,
            filters: false,
            sorts: false,
            fixed: false,
            derived: false,
            group: FieldGroup::General,
            label: None,
        }
    }

    pub const fn text(name: &'static str, max: usize) -> Self {
        Self::new(name, Kind::Text { max })
    }

    pub const fn choice(name: &'static str, list: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, Kind::Choice { list, words })
    }

    pub const fn choices(name: &'static str, list: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, Kind::Choices { list, words })
    }

    pub const fn reference(name: &'static str, resource: &'static str) -> Self {
        Self::new(name, Kind::Reference(resource))
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn listed(mut self) -> Self {
        self.listed = true;
        self
    }

    pub const fn filters(mut self) -> Self {
        self.filters = true;
        self
    }

    pub const fn sorts(mut self) -> Self {
        self.sorts = true;
        self
    }

    pub const fn fixed(mut self) -> Self {
        self.fixed = true;
        self
    }

    pub const fn derived(mut self) -> Self {
        self.derived = true;
        self
    }

    /// Whether forms, files and programs may send a value of it.
    pub const fn is_written(&self) -> bool {
        !self.derived && !matches!(self.kind, Kind::Reasons | Kind::Subject | Kind::Moment)
    }

    pub const fn group(mut self, group: FieldGroup) -> Self {
        self.group = group;
        self
    }

    pub const fn labelled(mut self, label: &'static str) -> Self {
        self.label = Some(label);
        self
    }

    /// Key of the label in the catalogues.
    pub fn label_key(&self) -> String {
        format!("field-{}", self.label.unwrap_or(self.name).replace('_', "-"))
    }

    /// Key of the hint in the catalogues, which may have none.
    pub fn hint_key(&self) -> String {
        format!("hint-{}", self.label.unwrap_or(self.name).replace('_', "-"))
    }
}
