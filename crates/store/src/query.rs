//! Lists of contacts: filter, order and page, in words that both backends understand.

use std::sync::Arc;

use model::{Contact, Dialect, TagId, TeamId};

/// A list of contacts.
#[derive(Clone, Debug)]
pub struct ContactQuery {
    /// Which contacts.
    pub filter: Filter,
    /// In which order.
    pub order: ContactOrder,
    /// How many to skip.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u32,
}

/// Which contacts; a tree.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All of them.
    All,
    /// Those that every part holds for.
    And(Vec<Filter>),
    /// Those with any of these tags.
    AnyTag(Vec<TagId>),
    /// Those assigned to this team; `None`: to none.
    Team(Option<TeamId>),
    /// Those whose extra member of this dialect is this text.
    Extra(Dialect, String, String),
    /// Those whose extra member of this dialect is absent.
    NoExtra(Dialect, String),
    /// Those with a number below this one.
    NumberBelow(u64),
}

/// The order of a list. Equal contacts are in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactOrder {
    /// By id, which is by creation, oldest first.
    Oldest,
    /// By id, newest first.
    Newest,
    /// Latest change first.
    LastUpdated,
    /// Latest change last.
    FirstUpdated,
    /// By full name, in any case.
    Name,
    /// By full name, in any case, from Z to A.
    NameDescending,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct ContactPage {
    /// The contacts.
    pub contacts: Vec<Arc<Contact>>,
    /// How many the whole list has, exactly.
    pub total: u64,
}
