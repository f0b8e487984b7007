//! What is wrong with a search, as a problem tells it.

use app::Slow;
use app::search::{BadOrder, Reason};
use model::search::SyntaxError;
use serde::Serialize;

/// What is wrong with a search.
#[derive(Clone, Debug, Serialize)]
pub struct SearchFault {
    #[serde(skip)]
    detail: String,
    /// What it is in: a query parameter or a member of the body.
    parameter: &'static str,
    #[serde(flatten)]
    place: Option<Where>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
}

/// Where it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Where {
    /// In the text, behind so many characters.
    Position(usize),
    /// In the tree, or in the body where it is in no tree, as a JSON pointer (RFC 6901).
    Pointer(String),
}

impl SearchFault {
    fn new(parameter: &'static str, detail: String) -> Self {
        Self { detail, parameter, place: None, suggestion: None }
    }

    /// A text that is no search.
    pub(super) fn syntax(fault: &SyntaxError) -> Self {
        let detail = format!("the search cannot be read at character {}: {fault}", fault.position);
        Self { place: Some(Where::Position(fault.position)), ..Self::new("q", detail) }
    }

    /// A tree that is no search.
    pub(super) fn tree(fault: &str) -> Self {
        Self::new("filter", format!("the search cannot be read: {fault}"))
    }

    /// A body that is none of a search.
    pub(super) fn body(fault: &str) -> Self {
        Self::new("body", format!("the body of a search cannot be read: {fault}"))
    }

    /// A member of the body of a search that is not what it must be.
    pub(super) fn member(name: &'static str, reason: &str) -> Self {
        let place = Some(Where::Pointer(format!("/{name}")));
        Self { place, ..Self::new(name, format!("the member '{name}' of the body {reason}")) }
    }

    /// A term that cannot be carried out.
    pub(super) fn term(reason: &Reason, place: Option<Where>) -> Self {
        let parameter = if matches!(place, Some(Where::Pointer(_))) { "filter" } else { "q" };
        let at = match &place {
            Some(Where::Position(position)) => format!(" at character {position}"),
            Some(Where::Pointer(pointer)) => format!(" at {pointer}"),
            None => String::new(),
        };
        let suggestion = reason.suggestion().map(str::to_owned);
        let meant = suggestion.as_ref().map(|name| format!("; did you mean '{name}'?")).unwrap_or_default();
        let detail = format!("the search cannot be carried out{at}: {reason}{meant}");
        Self { place, suggestion, ..Self::new(parameter, detail) }
    }

    /// An order that there is not.
    pub(super) fn order(bad: &BadOrder) -> Self {
        let suggestion = match bad {
            BadOrder::UnknownKey { suggestion, .. } => suggestion.clone(),
            BadOrder::TooMany(_) => None,
        };
        let meant = suggestion.as_ref().map(|name| format!("; did you mean '{name}'?")).unwrap_or_default();
        Self { suggestion, ..Self::new("sort", format!("'sort' {bad}{meant}")) }
    }

    /// What is wrong, in a sentence.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }
}

/// What to do about a list that took too long.
pub(crate) fn too_slow(slow: &Slow) -> String {
    let named =
        |terms: &[String]| terms.iter().map(|term| format!("'{term}'")).collect::<Vec<_>>().join(", ");
    match slow {
        Slow::Documents { terms, lacking_index } => {
            let filterable = match lacking_index.as_slice() {
                [] => String::new(),
                lacking => format!("; {} has an index once what it compares is made filterable", named(lacking)),
            };
            format!(
                "{} is answered by reading contacts one by one, and so many were left that the time was up; narrow the \
                 search by words, tags, flags or options{filterable}",
                named(terms)
            )
        }
        Slow::Texts(words) => format!(
            "{} is found so often that the time was up; ask for longer words, or narrow the search by tags, flags or \
             options",
            named(words)
        ),
        Slow::Values(terms) => format!(
            "so many contacts have a value that {} asks for that the time was up; ask for fewer values, or narrow the \
             search by words, tags, flags or options",
            named(terms)
        ),
        Slow::Order => "so many contacts were to be compared for the order that the time was up; narrow the search by \
                        words, tags, flags or options, or order by number, updated_at, name or one filterable field"
            .to_owned(),
    }
}
