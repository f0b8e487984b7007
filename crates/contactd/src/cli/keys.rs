//! `contactd key`.

use std::num::NonZeroU32;

use app::{Compat, Rate, Scope};
use clap::{Args, Subcommand};
use model::{Dialect, OnConflict, OnHeldBack, Rule};

use super::DatabaseArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, and nothing else, on standard output
    ///
    /// The key is shown this once; only its hash is stored.
    Create(KeyCreateArgs),
    /// List the keys: id, workspaces, scopes, dialects, state, when last used, settings, name; never their secrets
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Change what a key may do; what is not given stays
    Change(KeyChangeArgs),
    /// Give a key another secret and print it, and nothing else, on standard output
    Rotate {
        /// The key's id, from `key list`
        id: String,
        /// How many hours the old secret still works
        #[arg(long, value_name = "HOURS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=720))]
        overlap: u32,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Print what was done to a key, the newest change first: one JSON text a line, as the API shows it
    History {
        /// The key's id, from `key list`
        id: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Take a change of a key back: the members that it changed get what they had before
    Undo {
        /// The key's id, from `key list`
        id: String,
        /// The revision that the change made, from `key history`
        revision: u64,
        /// What becomes of members that were changed again since: the whole undo is refused, they stay, or they are set back
        #[arg(long, value_name = "refuse|skip|overwrite", default_value = "refuse")]
        on_conflict: OnConflict,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Revoke a key; it stops to work within a second
    Revoke {
        /// The key's id, from `key list`
        id: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct KeyCreateArgs {
    /// Name or id of a workspace that the key opens; the first is the default one
    #[arg(long = "workspace", value_name = "NAME", required = true)]
    pub(crate) workspaces: Vec<String>,
    /// What the key may do: read, write or admin; each includes those before it [default: write]
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<Scope>,
    /// A dialect that the key speaks: native, zingle, acquire, callbell or rolodex [default: all]
    #[arg(long = "dialect", value_name = "DIALECT")]
    pub(crate) dialects: Vec<Dialect>,
    /// Which wire shapes the key gets, whatever the server's setting
    #[arg(long, value_name = "documented|observed")]
    pub(crate) compat: Option<Compat>,
    /// Whether calls, parameters and members that a vendor's pages do not have are refused, whatever the server's setting
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) strict: Option<bool>,
    /// What the key may do to a member of contacts: replace, add_only, fill_if_empty or refuse; repeatable
    ///
    /// Members are named as in the native API: tags, name, city, channels.email, values.lead_score. Many are named by
    /// values.*, channels.* and *; the closest rule wins. `deletion` stands for deleting contacts. What is held back is
    /// listed in the answer header `contactd-held-back` and in the contact's history.
    #[arg(long = "policy", value_name = "MEMBER=RULE", value_parser = rule)]
    pub(crate) policy: Vec<(String, Rule)>,
    /// What becomes of a write of which the policy holds something back: tell does the rest, refuse does nothing
    #[arg(long, value_name = "tell|refuse", default_value = "tell", requires = "policy")]
    pub(crate) on_held_back: OnHeldBack,
    /// Refuse writes to contacts that do not name the revision that they change (`If-Match`)
    #[arg(long)]
    pub(crate) demand_version: bool,
    /// How many requests the key may send to a server: 10/second, 600/minute, 1000/hour [default: any number]
    #[arg(long, value_name = "COUNT/PERIOD")]
    pub(crate) rate: Option<Rate>,
    /// How many of them at once [default: those of a period]
    #[arg(long, value_name = "COUNT", requires = "rate")]
    pub(crate) burst: Option<NonZeroU32>,
    /// When the key stops to work: an RFC 3339 instant or a date
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
    /// What you call it
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    /// Read the secret from standard input (20 visible characters or more), so that a client keeps its old key
    #[arg(long)]
    pub(crate) secret_from_stdin: bool,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct KeyChangeArgs {
    /// The key's id, from `key list`
    pub(crate) id: String,
    /// What you call it
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Name or id of a workspace that the key opens; the first is the default one; these replace all
    #[arg(long = "workspace", value_name = "NAME")]
    pub(crate) workspaces: Vec<String>,
    /// What the key may do; replaces all scopes
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<Scope>,
    /// A dialect that the key speaks; these replace all
    #[arg(long = "dialect", value_name = "DIALECT")]
    pub(crate) dialects: Vec<Dialect>,
    /// What the key may do to a member of contacts, as in `key create`; other members stay as they are
    #[arg(long = "policy", value_name = "MEMBER=RULE", value_parser = rule)]
    pub(crate) policy: Vec<(String, Rule)>,
    /// Take the rule of a member away
    #[arg(long = "no-policy", value_name = "MEMBER")]
    pub(crate) no_policy: Vec<String>,
    /// What becomes of a write of which the policy holds something back
    #[arg(long, value_name = "tell|refuse")]
    pub(crate) on_held_back: Option<OnHeldBack>,
    /// Whether writes to contacts that do not name the revision that they change are refused
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) demand_version: Option<bool>,
    /// How many requests the key may send to a server: 10/second, 600/minute, 1000/hour
    #[arg(long, value_name = "COUNT/PERIOD", conflicts_with = "no_rate")]
    pub(crate) rate: Option<Rate>,
    /// How many of them at once
    #[arg(long, value_name = "COUNT", requires = "rate")]
    pub(crate) burst: Option<NonZeroU32>,
    /// Let the key send as many requests as it likes
    #[arg(long)]
    pub(crate) no_rate: bool,
    /// When the key stops to work: an RFC 3339 instant or a date
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

/// Reads `MEMBER=RULE`.
fn rule(text: &str) -> Result<(String, Rule), String> {
    let (member, rule) = text.split_once('=').ok_or("write MEMBER=RULE, such as tags=add_only")?;
    Ok((member.to_owned(), rule.parse()?))
}
