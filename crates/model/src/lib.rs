//! The contact record, what stands beside it, and the pure rules that change it.
//!
//! No I/O, no clock, no SQL, no HTTP: time and fresh ids come in as arguments ([`Stamp`]), so the same
//! inputs always give the same contact. The entry points are [`apply`](apply::apply), which turns a
//! [`Contact`] and a [`Change`] into a new contact and its differences, and [`Catalog`], which holds a
//! workspace's fields, tags, lists, users and teams.

pub mod apply;
pub mod catalog;
pub mod change;
pub mod channel;
pub mod color;
pub mod compact;
pub mod company;
pub mod condition;
pub mod contact;
pub mod dialect;
pub mod difference;
pub mod email;
pub mod event;
pub mod facet;
pub mod id;
pub mod items;
pub mod limits;
pub mod note;
pub mod phone;
pub mod policy;
pub mod precondition;
pub mod provenance;
pub mod record;
pub mod reference;
pub mod rewind;
pub mod search;
pub mod task;
pub mod time;
pub mod value;
pub mod violation;

pub use apply::{Applied, Choice, Ground, Linked, Stamp, apply, check_policy, merge};
pub use catalog::{
    Carried, Catalog, CatalogItem, CatalogRow, ChannelType, CustomStatus, Entity, Field, FieldOption,
    FieldType, FilterableMember, Funnel, Gone, INDEXES_MAX, Inbox, IndexOf, ItemChange, ItemEdit, List,
    Presence, Said, Span, Subscription, SystemMember, Tag, Team, User, ValueIndex,
};
pub use change::{
    BirthdayPart, Change, ChannelKindRef, ChannelWrite, CompanyWrite, Edit, Flag, InstantMember, NamePart,
    OnConflict, ReadValue, Reading, Set, SetMode, TextMember, ValueWrite,
};
pub use channel::{Channel, ChannelKind};
pub use company::{Company, CompanyLink};
pub use condition::{Condition, Judge, Memberships, Subject};
pub use contact::{
    Aliases, Birthday, ChannelDocument, CompanyLinkDocument, Contact, ContactDocument, Extras, Name,
    NameDocument, Network, OptIn, Reads, ValueDocument, ValueDocuments, Written,
};
pub use dialect::Dialect;
pub use difference::{Difference, Member};
pub use event::{Actor, Deleted, Event, EventKind};
pub use facet::Facet;
pub use id::{
    ChannelId, ChannelTypeId, CompanyId, ContactId, CustomStatusId, FieldId, FunnelId, InboxId, KeyId,
    ListId, MessageId, NoteId, OptionId, PresenceId, SubscriptionId, TagId, TaskId, TeamId, UserId,
    WorkspaceId,
};
pub use items::{Item, Items};
pub use note::{Note, NoteMessage};
pub use policy::{HeldBack, OnHeldBack, Policy, Rule};
pub use precondition::{Precondition, Revisions};
pub use provenance::{Origin, Provenance};
pub use record::{Document, Record, RecordKind};
pub use reference::{ItemRef, Native, Ref};
pub use rewind::Rewind;
pub use search::Search;
pub use task::Task;
pub use time::Timestamp;
pub use value::{Decimal, Value};
pub use violation::{Rejection, Violation, ViolationKind};

/// A JSON value, as it stands in extras, differences and the values that clients write.
pub type Json = serde_json::Value;

/// A text of a record. A short one, as most are, stands in the record itself.
pub type Text = compact_str::CompactString;
