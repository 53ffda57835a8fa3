//! The parts that pages are made of: one model for headings, facts, tables, forms, timelines and
//! pictures, one template that renders them, one page (`/ui/components`) that shows each in every
//! state. A page says what it holds, never how it looks.

use super::shell::Shell;
use super::{Answer, html};
use crate::error::{AppError, FieldError};
use crate::i18n::Locale;
use crate::web::problem::field_message;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// A field of a form.
#[derive(Debug, Clone, Default)]
pub struct Input {
    pub name: String,
    pub label: String,
    pub hint: String,
    /// "text", "number", "email", "password", "select", "checkbox", "choices", "textarea", "file",
    /// "hidden", "concept", "fixed".
    pub kind: &'static str,
    pub value: String,
    pub options: Vec<(String, String)>,
    pub error: Option<String>,
    pub required: bool,
    /// What browsers may fill in: a token of the HTML standard, such as `current-password`.
    pub autocomplete: &'static str,
    /// A button beside the field that looks for values without scripts.
    pub search: bool,
}

impl Input {
    pub fn new(kind: &'static str, name: &str, label: impl Into<String>) -> Self {
        Self { kind, name: name.into(), label: label.into(), ..Self::default() }
    }

    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    #[must_use]
    pub fn options(mut self, options: Vec<(String, String)>) -> Self {
        self.options = options;
        self
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    /// Whether an option of several is chosen.
    pub fn chosen(&self, word: &str) -> bool {
        self.value.split(',').any(|chosen| chosen.trim() == word)
    }
}

/// A form of its own.
#[derive(Debug, Clone, Default)]
pub struct Form {
    pub heading: String,
    pub lead: String,
    pub action: String,
    pub inputs: Vec<Input>,
    pub submit: String,
    /// Something is lost: the button says so by its colour too.
    pub danger: bool,
    /// Folded away until asked for.
    pub folded: bool,
    pub multipart: bool,
    pub errors: Vec<(String, String, String)>,
    pub script: Option<Script>,
}

/// A form that needs the browser's help: `passerelle.js` asks `options`, has a passkey made or used,
/// and sends the form with the answer. Without scripts it is not shown.
#[derive(Debug, Clone)]
pub struct Script {
    /// "create" or "get".
    pub kind: &'static str,
    pub options: &'static str,
    /// Said when the device or its owner did not go along.
    pub failed: String,
}

impl Form {
    pub fn new(action: impl Into<String>, submit: impl Into<String>) -> Self {
        Self { action: action.into(), submit: submit.into(), ..Self::default() }
    }

    #[must_use]
    pub fn heading(mut self, heading: impl Into<String>) -> Self {
        self.heading = heading.into();
        self
    }

    #[must_use]
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    #[must_use]
    pub fn input(mut self, input: Input) -> Self {
        self.multipart |= input.kind == "file";
        self.inputs.push(input);
        self
    }

    #[must_use]
    pub fn hidden(self, name: &str, value: impl Into<String>) -> Self {
        self.input(Input::new("hidden", name, "").value(value))
    }

    #[must_use]
    pub fn script(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    #[must_use]
    pub fn danger(mut self) -> Self {
        self.danger = true;
        self
    }

    #[must_use]
    pub fn folded(mut self) -> Self {
        self.folded = true;
        self
    }

    /// The same form a second time on one page: its fields must not share their identifiers.
    #[must_use]
    pub fn unnamed(mut self) -> Self {
        for input in &mut self.inputs {
            input.name = format!("again-{}", input.name);
        }
        for error in &mut self.errors {
            if !error.0.is_empty() {
                error.0 = format!("again-{}", error.0);
            }
        }
        self
    }

    /// The form with what was wrong, and what was typed.
    #[must_use]
    pub fn refused(mut self, t: Locale, errors: &[FieldError], typed: impl Fn(&str) -> Option<String>) -> Self {
        for input in &mut self.inputs {
            if let Some(value) = typed(&input.name)
                && !matches!(input.kind, "password" | "file" | "hidden")
            {
                input.value = value;
            }
            input.error = errors.iter().find(|error| error.field == input.name).map(|error| field_message(t, error));
        }
        self.errors = errors
            .iter()
            .map(|error| {
                let input = self.inputs.iter().find(|input| input.name == error.field && input.kind != "hidden");
                let label = input.map_or_else(String::new, |input| input.label.clone());
                (input.map(|input| input.name.clone()).unwrap_or_default(), label, field_message(t, error))
            })
            .collect();
        self
    }
}

/// A form that asks and changes nothing: its answers stand in the address.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub action: String,
    pub inputs: Vec<Input>,
    pub submit: String,
}

/// A cell of a table: words, perhaps a link, a tag, or a button.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    pub text: String,
    pub href: Option<String>,
    pub class: &'static str,
    /// Kind of a status tag; empty for plain words.
    pub tag: String,
    pub button: Option<Button>,
}

/// A small form of one button.
#[derive(Debug, Clone)]
pub struct Button {
    pub action: String,
    pub label: String,
    pub hidden: Vec<(String, String)>,
    pub danger: bool,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub fn link(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()), ..Self::default() }
    }

    pub fn tag(text: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { text: text.into(), tag: kind.into(), ..Self::default() }
    }

    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), class: "num", ..Self::default() }
    }

    pub fn button(action: impl Into<String>, label: impl Into<String>) -> Self {
        let button = Button { action: action.into(), label: label.into(), hidden: vec![], danger: false };
        Self { button: Some(button), ..Self::default() }
    }
}

/// A table with its own heading; the first cell of a row is its heading.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub heading: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    pub empty: String,
}

impl Table {
    /// The heading of a column, for a row that is shown as a card.
    pub fn label(&self, column: &usize) -> &str {
        self.columns.get(*column).map_or("", String::as_str)
    }
}

/// One thing that happened, happens or will: when, what, whose turn.
#[derive(Debug, Clone, Default)]
pub struct Moment {
    pub when: String,
    pub what: String,
    pub note: String,
    /// "done", "now", "next" or "risk".
    pub state: &'static str,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Part {
    Text {
        heading: String,
        paragraphs: Vec<String>,
    },
    Facts {
        heading: String,
        facts: Vec<(String, Cell)>,
    },
    Table(Table),
    Form(Box<Form>),
    Question(Box<Question>),
    Timeline {
        heading: String,
        moments: Vec<Moment>,
    },
    Stepper {
        heading: String,
        steps: Vec<(String, &'static str)>,
    },
    Picture {
        heading: String,
        svg: String,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// Text as a machine reads it, left to right in every language.
    Code {
        heading: String,
        text: String,
    },
    Links {
        heading: String,
        links: Vec<(String, String)>,
    },
    Cards {
        heading: String,
        cards: Vec<Card>,
    },
    Notice {
        text: String,
        kind: &'static str,
    },
    /// Opened by a button above the page, without scripts; where a browser knows no popovers its
    /// content stands in the page.
    Popover {
        id: &'static str,
        label: String,
        side: bool,
        form: Box<Form>,
    },
}

/// A number that leads to a list.
#[derive(Debug, Clone, Default)]
pub struct Card {
    pub title: String,
    pub count: Option<String>,
    pub href: String,
    /// "bad" where something is late, "warn" where it soon will be.
    pub state: &'static str,
}

/// A page of parts.
#[derive(Debug, Template)]
#[template(path = "sheet.html")]
pub struct Sheet {
    pub shell: Shell,
    pub crumb: Option<(String, String)>,
    pub heading: String,
    pub lead: String,
    pub actions: Vec<(String, String)>,
    pub parts: Vec<Part>,
}

impl Sheet {
    pub fn new(shell: Shell) -> Self {
        Self { heading: shell.title.clone(), shell, crumb: None, lead: String::new(), actions: vec![], parts: vec![] }
    }

    #[must_use]
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    #[must_use]
    pub fn crumb(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.crumb = Some((href.into(), label.into()));
        self
    }

    #[must_use]
    pub fn action(mut self, href: impl Into<String>, label: impl Into<String>) -> Self {
        self.actions.push((href.into(), label.into()));
        self
    }

    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    #[must_use]
    pub fn form(self, form: Form) -> Self {
        self.part(Part::Form(Box::new(form)))
    }

    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.part(Part::Table(table))
    }

    /// The page; with 422 where a form on it was refused by the person's own doing.
    ///
    /// # Errors
    /// When the template fails, which is ours to mend.
    pub fn answer(&self) -> Answer {
        let refused = self.parts.iter().any(|part| matches!(part, Part::Form(form) if !form.errors.is_empty()));
        if !refused || self.shell.here.starts_with("/ui/components") {
            return html(self);
        }
        let body = self.render().map_err(AppError::internal)?;
        Ok(HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY).content_type("text/html; charset=utf-8").body(body))
    }
}

/// What a refused form is shown with; other failures are not the form's.
///
/// # Errors
/// The failure itself, when it is none that the person can mend on the form.
pub fn mendable(error: AppError) -> Result<Vec<FieldError>, AppError> {
    match error {
        AppError::Invalid(errors) => Ok(errors),
        AppError::Conflict(why) => Ok(vec![FieldError::new("", "conflict", why)]),
        other => Err(other),
    }
}

/// The same for an event: where somebody else was faster, the form comes again with what was typed, over
/// the record as it stands now.
///
/// # Errors
/// What the person cannot mend.
pub fn mendable_event(error: AppError) -> Result<Vec<FieldError>, AppError> {
    match error {
        AppError::Stale => {
            Ok(vec![FieldError::new("", "changed-meanwhile", "was changed by somebody else meanwhile; look again, and send once more")])
        }
        other => mendable(other),
    }
}
