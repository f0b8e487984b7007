//! What is moved: the tables of a store as neutral records, the same whichever database they are in.

use std::borrow::Cow;

use uuid::Uuid;

use super::cell::{Cell, Columns, Position, text};
use super::table::Table;

/// A row, with its documents as they are stored, byte for byte. Its key comes first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// With its counters.
    Workspace {
        number: i64,
        id: Uuid,
        name: String,
        created_at: i64,
        next_number: i64,
        contact_count: i64,
        last_event: i64,
    },
    Catalog {
        workspace: i64,
        revision: i64,
        doc: String,
    },
    Contact {
        workspace: i64,
        id: Uuid,
        number: i64,
        last_event: i64,
        format: i64,
        name: String,
        doc: String,
    },
    Tombstone {
        workspace: i64,
        id: Uuid,
        number: i64,
        last_event: i64,
    },
    Alias {
        workspace: i64,
        kind: i64,
        dialect: String,
        alias: String,
        id: Uuid,
    },
    Channel {
        workspace: i64,
        kind: String,
        value: String,
        contact: Uuid,
    },
    Facet {
        workspace: i64,
        facet: Uuid,
        chunk: i64,
        bits: Vec<u8>,
    },
    SortKeys {
        workspace: i64,
        number: i64,
        created_at: i64,
        first_name: String,
        last_name: String,
    },
    Document {
        workspace: i64,
        id: Uuid,
        kind: i64,
        number: Option<i64>,
        sort: String,
        last_event: i64,
        doc: String,
    },
    Event {
        workspace: i64,
        seq: i64,
        record: Uuid,
        previous: Option<i64>,
        doc: String,
    },
    LastEvents {
        workspace: i64,
        chunk: i64,
        bits: Vec<u8>,
    },
    LastChanges {
        workspace: i64,
        chunk: i64,
        first_at: i64,
        last_at: i64,
        changes: Vec<u8>,
    },
    Picture {
        workspace: i64,
        id: Uuid,
        owner_kind: i64,
        owner: Uuid,
        created_at: i64,
        media_type: String,
        bytes: Vec<u8>,
    },
    Request {
        place: i64,
        workspace: i64,
        api_key: Uuid,
        hash: Uuid,
        step: i64,
        fingerprint: Uuid,
        at: i64,
        event: Option<i64>,
        events: i64,
        status: i64,
        headers: String,
        body: Vec<u8>,
        exact: i64,
    },
    Answer {
        place: i64,
        first: Option<i64>,
        status: i64,
        headers: String,
        body: Vec<u8>,
    },
    Revision {
        kind: i64,
        id: Uuid,
        revision: i64,
        doc: String,
    },
    Key {
        hash: Vec<u8>,
        place: i64,
        id: Uuid,
        doc: String,
    },
}

impl Table {
    /// A record of this table, from columns in the order of [`Record::cells`].
    pub(crate) fn read<C: Columns>(self, row: &C) -> Result<Record, C::Fault> {
        Ok(match self {
            Self::Workspaces => Record::Workspace {
                number: row.number(0)?,
                id: row.id(1)?,
                name: row.text(2)?,
                created_at: row.number(3)?,
                next_number: row.number(4)?,
                contact_count: row.number(5)?,
                last_event: row.number(6)?,
            },
            Self::Catalogs => {
                Record::Catalog { workspace: row.number(0)?, revision: row.number(1)?, doc: row.text(2)? }
            }
            Self::Contacts => Record::Contact {
                workspace: row.number(0)?,
                id: row.id(1)?,
                number: row.number(2)?,
                last_event: row.number(3)?,
                format: row.number(4)?,
                name: row.text(5)?,
                doc: row.text(6)?,
            },
            Self::Tombstones => Record::Tombstone {
                workspace: row.number(0)?,
                id: row.id(1)?,
                number: row.number(2)?,
                last_event: row.number(3)?,
            },
            Self::Aliases => Record::Alias {
                workspace: row.number(0)?,
                kind: row.number(1)?,
                dialect: row.text(2)?,
                alias: row.text(3)?,
                id: row.id(4)?,
            },
            Self::Channels => Record::Channel {
                workspace: row.number(0)?,
                kind: row.text(1)?,
                value: row.text(2)?,
                contact: row.id(3)?,
            },
            Self::Facets => Record::Facet {
                workspace: row.number(0)?,
                facet: row.id(1)?,
                chunk: row.number(2)?,
                bits: row.bits(3)?,
            },
            Self::SortKeys => Record::SortKeys {
                workspace: row.number(0)?,
                number: row.number(1)?,
                created_at: row.number(2)?,
                first_name: row.text(3)?,
                last_name: row.text(4)?,
            },
            Self::Records => Record::Document {
                workspace: row.number(0)?,
                id: row.id(1)?,
                kind: row.number(2)?,
                number: row.maybe(3)?,
                sort: row.text(4)?,
                last_event: row.number(5)?,
                doc: row.text(6)?,
            },
            Self::Events => Record::Event {
                workspace: row.number(0)?,
                seq: row.number(1)?,
                record: row.id(2)?,
                previous: row.maybe(3)?,
                doc: row.text(4)?,
            },
            Self::LastEvents => {
                Record::LastEvents { workspace: row.number(0)?, chunk: row.number(1)?, bits: row.bits(2)? }
            }
            Self::LastChanges => Record::LastChanges {
                workspace: row.number(0)?,
                chunk: row.number(1)?,
                first_at: row.number(2)?,
                last_at: row.number(3)?,
                changes: row.bytes(4)?,
            },
            Self::Pictures => Record::Picture {
                workspace: row.number(0)?,
                id: row.id(1)?,
                owner_kind: row.number(2)?,
                owner: row.id(3)?,
                created_at: row.number(4)?,
                media_type: row.text(5)?,
                bytes: row.bytes(6)?,
            },
            Self::Requests => Record::Request {
                place: row.number(0)?,
                workspace: row.number(1)?,
                api_key: row.id(2)?,
                hash: row.id(3)?,
                step: row.number(4)?,
                fingerprint: row.id(5)?,
                at: row.number(6)?,
                event: row.maybe(7)?,
                events: row.number(8)?,
                status: row.number(9)?,
                headers: row.text(10)?,
                body: row.bytes(11)?,
                exact: row.number(12)?,
            },
            Self::Answers => Record::Answer {
                place: row.number(0)?,
                first: row.maybe(1)?,
                status: row.number(2)?,
                headers: row.text(3)?,
                body: row.bytes(4)?,
            },
            Self::Revisions => Record::Revision {
                kind: row.number(0)?,
                id: row.id(1)?,
                revision: row.number(2)?,
                doc: row.text(3)?,
            },
            Self::Keys => {
                Record::Key { hash: row.bytes(0)?, place: row.number(1)?, id: row.id(2)?, doc: row.text(3)? }
            }
        })
    }
}

impl Record {
    /// Its values, in the order in which a database gives and takes them.
    pub(crate) fn cells(&self) -> Vec<Cell<'_>> {
        let number = |number: &i64| Cell::Number(*number);
        let id = |id: &Uuid| Cell::Id(*id);
        match self {
            Self::Workspace {
                number: own,
                id: uuid,
                name,
                created_at,
                next_number,
                contact_count,
                last_event,
            } => {
                vec![
                    number(own),
                    id(uuid),
                    text(name),
                    number(created_at),
                    number(next_number),
                    number(contact_count),
                    number(last_event),
                ]
            }
            Self::Catalog { workspace, revision, doc } => {
                vec![number(workspace), number(revision), text(doc)]
            }
            Self::Contact { workspace, id: uuid, number: own, last_event, format, name, doc } => vec![
                number(workspace),
                id(uuid),
                number(own),
                number(last_event),
                number(format),
                text(name),
                text(doc),
            ],
            Self::Tombstone { workspace, id: uuid, number: own, last_event } => {
                vec![number(workspace), id(uuid), number(own), number(last_event)]
            }
            Self::Alias { workspace, kind, dialect, alias, id: uuid } => {
                vec![number(workspace), number(kind), text(dialect), text(alias), id(uuid)]
            }
            Self::Channel { workspace, kind, value, contact } => {
                vec![number(workspace), text(kind), text(value), id(contact)]
            }
            Self::Facet { workspace, facet, chunk, bits } => {
                vec![number(workspace), id(facet), number(chunk), Cell::Bits(Cow::Borrowed(bits))]
            }
            Self::SortKeys { workspace, number: own, created_at, first_name, last_name } => {
                vec![number(workspace), number(own), number(created_at), text(first_name), text(last_name)]
            }
            Self::Document { workspace, id: uuid, kind, number: own, sort, last_event, doc } => vec![
                number(workspace),
                id(uuid),
                number(kind),
                Cell::Maybe(*own),
                text(sort),
                number(last_event),
                text(doc),
            ],
            Self::Event { workspace, seq, record, previous, doc } => {
                vec![number(workspace), number(seq), id(record), Cell::Maybe(*previous), text(doc)]
            }
            Self::LastEvents { workspace, chunk, bits } => {
                vec![number(workspace), number(chunk), Cell::Bits(Cow::Borrowed(bits))]
            }
            Self::LastChanges { workspace, chunk, first_at, last_at, changes } => vec![
                number(workspace),
                number(chunk),
                number(first_at),
                number(last_at),
                Cell::Bytes(Cow::Borrowed(changes)),
            ],
            Self::Picture { workspace, id: uuid, owner_kind, owner, created_at, media_type, bytes } => vec![
                number(workspace),
                id(uuid),
                number(owner_kind),
                id(owner),
                number(created_at),
                text(media_type),
                Cell::Bytes(Cow::Borrowed(bytes)),
            ],
            Self::Request {
                place,
                workspace,
                api_key,
                hash,
                step,
                fingerprint,
                at,
                event,
                events,
                status,
                headers,
                body,
                exact,
            } => vec![
                number(place),
                number(workspace),
                id(api_key),
                id(hash),
                number(step),
                id(fingerprint),
                number(at),
                Cell::Maybe(*event),
                number(events),
                number(status),
                text(headers),
                Cell::Bytes(Cow::Borrowed(body)),
                number(exact),
            ],
            Self::Answer { place, first, status, headers, body } => vec![
                number(place),
                Cell::Maybe(*first),
                number(status),
                text(headers),
                Cell::Bytes(Cow::Borrowed(body)),
            ],
            Self::Revision { kind, id: uuid, revision, doc } => {
                vec![number(kind), id(uuid), number(revision), text(doc)]
            }
            Self::Key { hash, place, id: uuid, doc } => {
                vec![Cell::Bytes(Cow::Borrowed(hash)), number(place), id(uuid), text(doc)]
            }
        }
    }

    /// Where it stands among the records of its table.
    pub(crate) fn position(&self, table: Table) -> Position {
        self.cells().into_iter().take(table.start().len()).map(Cell::into_owned).collect()
    }
}
