//! The command line.

mod bench;
mod items;
mod keys;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use app::Compat;
use clap::{Args, Parser, Subcommand, ValueEnum};
use model::FilterableMember;

pub(crate) use self::bench::BenchArgs;
pub(crate) use self::items::{
    ContactCommand, FieldCommand, FunnelFlags, InboxFlags, ItemCommand, ListFlags, MemberCommand,
    OptionCommand, Place, TagFlags, TeamCommand, UserFlags,
};
pub(crate) use self::keys::{KeyChangeArgs, KeyCommand, KeyCreateArgs};

/// A self-hosted contact server: one record per person, spoken in the wire formats of Zingle, Acquire,
/// Callbell and Rolodex, and in its own API.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the APIs
    ///
    /// Every option can also be set by an environment variable or in a TOML file (--config); an option wins
    /// over its variable, which wins over the file. Stops on SIGTERM and SIGINT: answers what is in flight,
    /// then closes the database.
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<ServeArgs>),
    /// Make a certificate for `serve --tls-cert`, signed by itself, and its key
    ///
    /// For development, tests and networks of your own: clients must be told to trust it. Prints the commands to try
    /// it. Files that are there already are left alone, and the command fails.
    #[command(after_help = CERT_EXAMPLES)]
    Cert(CertArgs),
    /// Make, rename, change and list workspaces
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Make, list, change, rotate and revoke API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Find contacts
    #[command(subcommand, after_help = items::CONTACT_EXAMPLES)]
    Contact(ContactCommand),
    /// List, make, rename, change and delete custom fields and their options
    #[command(subcommand, after_help = items::EXAMPLES)]
    Field(FieldCommand),
    /// List, make, rename, change and delete tags
    #[command(subcommand)]
    Tag(ItemCommand<TagFlags>),
    /// List, make, rename, change and delete lists of contacts or companies
    #[command(subcommand)]
    List(ItemCommand<ListFlags>),
    /// List, make, rename, change and delete users
    #[command(subcommand)]
    User(ItemCommand<UserFlags>),
    /// List, make, rename, change and delete teams, and who is in them
    #[command(subcommand)]
    Team(TeamCommand),
    /// List, make, rename, change and delete inboxes: the workspace's own ends of conversations
    #[command(subcommand)]
    Inbox(ItemCommand<InboxFlags>),
    /// List, make, rename, change and delete funnels: the stages of the sales funnel
    #[command(subcommand)]
    Funnel(ItemCommand<FunnelFlags>),
    /// Check a database: the file itself, every contact, its look-ups and its history
    ///
    /// Reads all of it; a server may be running on it. Prints what it looked at, or what is wrong, and fails
    /// when anything is.
    Verify {
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Make contacts from a file of documents, one a line
    ///
    /// Each line is what `POST /api/v1/contacts` takes: a JSON object of at most 1 MiB (NDJSON). Blank lines are passed
    /// over. Contacts get their numbers in the order of the lines.
    ///
    /// Lines that are no such document, or that are refused, do not stop the rest: standard error names each with its
    /// number, the member and the reason, --rejects keeps them as they came, and the command fails in the end. Once
    /// they are mended, import that file.
    ///
    /// Every contact that is made is durable. SIGINT and SIGTERM stop after what is in flight, and tell how many lines
    /// were taken. A contact with an alias that another one has is refused; so importing a file again doubles nobody
    /// whose line has an alias, such as {"aliases":{"native":["crm-17"]}}. What has none is made again.
    ///
    /// A file must have no server; on PostgreSQL, servers may run. The events have no key; the id of their request is
    /// that of the import.
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArgs),
    /// Move everything to another database: between SQLite and PostgreSQL, or to another one of the same kind
    ///
    /// Contacts keep their ids and numbers, and with them go their history, deleted ones too, companies, notes,
    /// workspaces and keys. In the end both databases are read again and compared; only then can the new one be
    /// served. The old one is left as it was. Nothing is written to a database that holds anything.
    ///
    /// Nobody can write to the old database meanwhile: stop a server that runs on a file. Those on PostgreSQL may
    /// run, but their writes wait and are answered with 503. Stop them before you serve the new database. No server
    /// may run on the new one.
    ///
    /// When it is interrupted, the same command goes on where it stopped. SIGINT and SIGTERM stop it after the
    /// records that it is at.
    #[command(after_help = MOVE_EXAMPLES)]
    Move(MoveArgs),
    /// Measure what this machine does: durable updates, reads and more
    ///
    /// Makes a database of its own, fills it with made-up contacts, serves it, and sends it one operation or a
    /// mix of them over many connections; and, in turns, does the same straight to the store, to show what
    /// HTTP costs. Removes its files in the end. Compare only figures of one run: machines are noisy, and the
    /// load generator shares the processor.
    #[command(after_help = bench::EXAMPLES)]
    Bench(Box<BenchArgs>),
}

const SERVE_EXAMPLES: &str = "\
Examples:
  contactd serve --demo
      A throwaway database with the records of the vendors' own examples and the key 'demo'.
  contactd serve --demo --tls-cert cert.pem --tls-key key.pem
      The same through HTTPS; `contactd cert` makes the two files.
  contactd serve --database /var/lib/contactd/contacts.db --listen 0.0.0.0:8080
      A database to keep. Make a key first:
        contactd workspace create main --database /var/lib/contactd/contacts.db
        contactd key create --workspace main --database /var/lib/contactd/contacts.db

Where the APIs are:
  /zingle/v1  /acquire/api/v1  /callbell/v1  /rolodex/user-api/v1  /api/v1 (native)
  or at the root, for requests whose Host is api.zingle.me, *.acquire.io, api.callbell.eu,
  api.rolodexcrm.com or one of the [hosts] of the configuration file.
  /healthz  /readyz  /metrics";

const CERT_EXAMPLES: &str = "\
Examples:
  contactd cert --host localhost --host 127.0.0.1 --cert cert.pem --key key.pem
  contactd cert --host api.zingle.me --host '*.acquire.io' --days 90 --cert cert.pem --key key.pem
      For clients whose host cannot be changed.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  contactd import --database contacts.db --workspace main --rejects rejects.ndjson people.ndjson
      with lines such as
        {\"aliases\":{\"native\":[\"crm-17\"]},\"name\":{\"full\":\"Ada Abara\"},\"channels\":[{\"kind\":\"email\",\"value\":\"ada@example.com\"}]}
  zcat people.ndjson.gz | contactd import --database contacts.db --workspace main --dry-run -
      What would be refused; stores nothing.";

const MOVE_EXAMPLES: &str = "\
Examples:
  contactd move --from contacts.db --to postgres://contactd:secret@db.example.com/contacts
      The database must be there, and empty: createdb contacts.
  contactd move --from postgres://contactd:secret@db.example.com/contacts --to sqlite:contacts.db
      And back, into a new file. In CONTACTD_MOVE_FROM or CONTACTD_MOVE_TO a password is seen by fewer.";

#[derive(Debug, Default, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "CONTACTD_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// Serve HTTPS with this certificate: a PEM file with it and those between it and the root
    ///
    /// Read again when it changes. Clients speak HTTP/1.1 or HTTP/2; the port takes no plain HTTP then.
    #[arg(long, value_name = "FILE", env = "CONTACTD_TLS_CERT")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The key of the certificate: a PEM file without a password
    #[arg(long, value_name = "FILE", env = "CONTACTD_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    #[expect(rustdoc::bare_urls, reason = "the help shows it as it stands")]
    /// Where clients reach the server, such as https://contacts.example.com [default: the host that they name]
    ///
    /// Pictures of contacts are linked to there.
    #[arg(long, value_name = "URL", env = "CONTACTD_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// The database: a path, sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE [default: contactd.db]
    #[arg(long, value_name = "PATH|URL", env = "CONTACTD_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Serve a throwaway database with example records and the key 'demo'; loopback addresses only
    #[arg(long, conflicts_with = "database")]
    pub(crate) demo: bool,
    /// Made-up contacts in the demo, beside those of the vendors' examples
    #[arg(long, value_name = "COUNT", requires = "demo", default_value_t = app::demo::CROWD)]
    pub(crate) demo_contacts: u64,
    /// Where a vendor's pages and its live service disagree: which to follow [default: documented]
    ///
    /// 'observed' is what existing Callbell clients need: `contact` is an object there, where the pages show
    /// an array of one. A key can be set to either, whatever is set here.
    #[arg(long, value_name = "documented|observed", env = "CONTACTD_COMPAT")]
    pub(crate) compat: Option<Compat>,
    /// Refuse calls, parameters and members that a vendor's pages do not have
    ///
    /// For tests of a client. Else they are served or kept, and what is not used is listed in the answer header
    /// `contactd-ignored`. A key can be set to either, whatever is set here.
    #[arg(long, env = "CONTACTD_STRICT")]
    pub(crate) strict: bool,
    /// After how many days the ids of deleted tags, fields, options, lists, users and teams are cleaned away from
    /// contacts [default: 30]
    ///
    /// Nothing shows them from the deletion on. It can be undone before and after.
    #[arg(long, value_name = "DAYS", env = "CONTACTD_CLEAN_AFTER_DAYS")]
    pub(crate) clean_after_days: Option<u32>,
    /// A TOML file with these settings
    #[arg(long, value_name = "FILE", env = "CONTACTD_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// How log lines look [default: human]
    #[arg(long, value_enum, env = "CONTACTD_LOG_FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug (every request) or trace [default: info]
    #[arg(long, value_name = "LEVEL", env = "CONTACTD_LOG_LEVEL")]
    pub(crate) log_level: Option<tracing::Level>,
    /// Connections at a time; more wait to be accepted [default: 16384]
    #[arg(long, value_name = "COUNT", env = "CONTACTD_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,
    /// Updates in one commit at most; larger takes longer for each, and more of them a second [default: 256]
    #[arg(long, value_name = "COUNT", env = "CONTACTD_BATCH_MAX")]
    pub(crate) batch_max: Option<usize>,
    /// A copy of a PostgreSQL database that follows it, to read contacts, lists and histories from
    ///
    /// What was just written may not be there yet. While the copy is away, the database itself is read.
    #[arg(long, value_name = "URL", env = "CONTACTD_READ_DATABASE", hide_env_values = true)]
    pub(crate) read_database: Option<String>,
    /// Connections for reading [default: 4]
    #[arg(long, value_name = "COUNT", env = "CONTACTD_READERS")]
    pub(crate) readers: Option<usize>,
    /// Connections for writing, on PostgreSQL [default: 2]
    #[arg(long, value_name = "COUNT", env = "CONTACTD_WRITERS")]
    pub(crate) writers: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct CertArgs {
    /// Host name, `*.` in front for all names right below it, or IP address that the certificate is for; repeatable
    #[arg(long = "host", value_name = "NAME", required = true)]
    pub(crate) hosts: Vec<String>,
    /// How many days it is good for; some clients take no more than 825
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    /// The new file of the certificate
    #[arg(long, value_name = "FILE")]
    pub(crate) cert: PathBuf,
    /// The new file of the key; only its owner may read it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// The database: a path, sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE. A server may be running on it.
    #[arg(
        long,
        value_name = "PATH|URL",
        env = "CONTACTD_DATABASE",
        hide_env_values = true,
        default_value = "contactd.db"
    )]
    pub(crate) database: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Make a workspace and print its id
    Create {
        /// Its name, unique in the database
        name: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Give a workspace another name
    Rename {
        /// Its name or id
        workspace: String,
        /// Its new name, unique in the database
        name: String,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// Change the settings of a workspace
    Set {
        /// Its name or id
        workspace: String,
        /// Members of contacts whose values are kept in order, so that searches find them without reading every contact:
        /// city,last_name; they replace those that were named before, and '' names none
        #[arg(long, value_name = "MEMBERS", value_parser = filterable_members)]
        filterable: BTreeSet<FilterableMember>,
        #[command(flatten)]
        database: DatabaseArgs,
    },
    /// List the workspaces: id, name, when made
    List {
        #[command(flatten)]
        database: DatabaseArgs,
    },
}

/// Reads names with commas between them.
fn filterable_members(text: &str) -> Result<BTreeSet<FilterableMember>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let member = |name: &str| name.parse().map_err(|()| name.to_owned());
    names.map(member).collect::<Result<_, _>>().map_err(|name| {
        let known = FilterableMember::ALL.map(FilterableMember::as_str).join(", ");
        format!("'{name}' cannot be filterable; these can: {known}")
    })
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Name or id of the workspace
    #[arg(long, value_name = "NAME")]
    pub(crate) workspace: String,
    /// Keep the lines that are refused, as they came, in this new file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Only check: store nothing
    ///
    /// Finds what is wrong with each line, also against what is stored and, for the first million aliases, against
    /// what came before. A server may be running on the file.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct MoveArgs {
    /// The database to move: a path, sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, value_name = "PATH|URL", env = "CONTACTD_MOVE_FROM", hide_env_values = true)]
    pub(crate) from: String,
    /// Where to: a path without a file, or the URL of an empty PostgreSQL database
    #[arg(long, value_name = "PATH|URL", env = "CONTACTD_MOVE_TO", hide_env_values = true)]
    pub(crate) to: String,
}

/// Prints an error with its causes, and a hint where one helps.
#[expect(clippy::print_stderr, reason = "errors of the command line go there")]
pub(crate) fn report(fault: &anyhow::Error) {
    let (hints, causes): (Vec<_>, Vec<_>) =
        fault.chain().map(ToString::to_string).partition(|text| text.starts_with("hint: "));
    let mut said: Vec<String> = Vec::new();
    for cause in causes {
        // An error that wraps another transparently has the same text.
        if said.last() != Some(&cause) {
            said.push(cause);
        }
    }
    eprintln!("error: {}", said.join(": "));
    for hint in hints {
        eprintln!("{hint}");
    }
}
