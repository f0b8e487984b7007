//! The commands for what stands in the catalog: `contactd field`, `tag`, `list`, `user`, `team`, `inbox`, `funnel`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::DatabaseArgs;

pub(super) const EXAMPLES: &str = "\
Examples:
  contactd field add 'Shoe size' --workspace main --type single_select --option 41 --option 42
  contactd field option add shoe_size 43 --workspace main
  contactd field option rename shoe_size 43 '43 and more' --workspace main
      Contacts that have the option keep it under its new name.
  contactd field list --workspace main --json";

pub(super) const CONTACT_EXAMPLES: &str = "\
Examples:
  contactd contact search 'tag:vip lead_score>80 -closed jane' --workspace main
  contactd contact search 'updated>-7d' --workspace main --sort=-updated_at --json";

#[derive(Debug, Subcommand)]
pub(crate) enum ContactCommand {
    /// Find contacts by words, tags, fields and what else they are
    Search {
        /// What they must have and be; docs/search.md tells the language
        #[arg(allow_hyphen_values = true)]
        search: String,
        /// The order: keys with commas between them, each with a - before it when the largest comes first
        #[arg(long, value_name = "KEYS", allow_hyphen_values = true)]
        sort: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        #[command(flatten)]
        place: Place,
    },
}

/// Where, and how it is shown.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Name or id of the workspace
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: String,
    /// Print JSON, as the native API has it
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// What can be done to every kind; `F` are the members that a kind has beside its name.
#[derive(Debug, Subcommand)]
pub(crate) enum ItemCommand<F: Args> {
    /// List them all
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show one
    Show {
        /// Its id, its name, or its key
        item: String,
        #[command(flatten)]
        place: Place,
    },
    /// Make one
    Add {
        /// Its name; of a user, the e-mail address
        name: String,
        #[command(flatten)]
        flags: F,
        #[command(flatten)]
        place: Place,
    },
    /// Give one another name; contacts keep it
    Rename {
        /// Its id, its name, or its key
        item: String,
        /// The new name; of a user, the e-mail address
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Change what else there is to it; an empty text clears
    Set {
        /// Its id, its name, or its key
        item: String,
        #[command(flatten)]
        flags: F,
        #[command(flatten)]
        place: Place,
    },
    /// Delete one; nothing shows it any more, and the change can be undone
    Delete {
        /// Its id, its name, or its key
        item: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum FieldCommand {
    #[command(flatten)]
    Item(ItemCommand<FieldFlags>),
    /// List, make, rename, move and delete the options of a field
    #[command(subcommand)]
    Option(OptionCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum OptionCommand {
    /// List the options of a field
    List {
        /// The field: its id, its key or its name
        field: String,
        #[command(flatten)]
        place: Place,
    },
    /// Add an option
    Add {
        /// The field: its id, its key or its name
        field: String,
        /// What is stored, and shown if there is no --name
        value: String,
        /// What people read
        #[arg(long)]
        name: Option<String>,
        /// Its place, from 1 [default: the last]
        #[arg(long, value_name = "PLACE")]
        position: Option<usize>,
        #[command(flatten)]
        place: Place,
    },
    /// Give an option another value; contacts that have it keep it
    Rename {
        /// The field: its id, its key or its name
        field: String,
        /// The option: its id or its value
        option: String,
        /// The new value
        value: String,
        #[command(flatten)]
        place: Place,
    },
    /// Move an option to another place
    Move {
        /// The field: its id, its key or its name
        field: String,
        /// The option: its id or its value
        option: String,
        /// Its new place, from 1
        position: usize,
        #[command(flatten)]
        place: Place,
    },
    /// Delete an option; nothing shows it any more, and the change can be undone
    Delete {
        /// The field: its id, its key or its name
        field: String,
        /// The option: its id or its value
        option: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TeamCommand {
    #[command(flatten)]
    Item(ItemCommand<TeamFlags>),
    /// Add and remove the users of a team
    #[command(subcommand)]
    Member(MemberCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// Add a user to a team
    Add {
        /// The team: its id or its name
        team: String,
        /// The user: id or e-mail address
        user: String,
        #[command(flatten)]
        place: Place,
    },
    /// Remove a user from a team
    Remove {
        /// The team: its id or its name
        team: String,
        /// The user: id or e-mail address
        user: String,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct FieldFlags {
    /// Of its values: text, email, url, phone, number, boolean, date, time, datetime, single_select, multi_select, user;
    /// cannot be changed later
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Its short name, such as `lead_score` [default: made from the name]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// What it belongs to: contact or company; cannot be changed later [default: contact]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<String>,
    /// Whether its values are kept in order, so that searches find them without reading every contact
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    filterable: Option<bool>,
    /// An option, in their order; repeatable. With `set`, those that are left out are deleted
    #[arg(long = "option", value_name = "VALUE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<String>,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct TagFlags {
    /// Such as #00ff7f
    #[arg(long, value_name = "COLOR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    background_color: Option<String>,
    /// Such as #ffffff
    #[arg(long, value_name = "COLOR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    text_color: Option<String>,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct ListFlags {
    /// What it lists: contact or company; cannot be changed later [default: contact]
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    entity: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct UserFlags {
    /// First name
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    /// Last name
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<String>,
    /// Picture
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar_url: Option<String>,
    /// Whether they manage settings and users
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<bool>,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct TeamFlags {
    /// Whether it is the team of contacts that have none; one is
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<bool>,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct InboxFlags {
    /// Such as whatsapp, facebook, instagram, telegram
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Whether it is the one that is used when none is named; one is
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    main: Option<bool>,
}

#[derive(Debug, Args, Serialize)]
pub(crate) struct FunnelFlags {
    /// What stands beside the name
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<String>,
    /// Where it is shown, from 1 [default: the last]
    #[arg(long, value_name = "PLACE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
}
