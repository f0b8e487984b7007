//! One contact alone: what is asked most has statements of its own, which cost the server less than those for many.

use tokio_postgres::types::Type;

use super::keys::key_text;
use super::load::COUNT_FROM;
use super::pipeline::{Param, Sql, Step, param};
use crate::backend::{AliasKind, Keys, Saves, Wanted, integer};
use crate::document;

/// Whom an alias names (way 0), then whom one key of ours does: its number (1) or its id (2).
macro_rules! named {
    ($rest:literal) => {
        concat!(
            "SELECT 0 AS way, a.id FROM aliases a \
             WHERE a.workspace = $1 AND a.kind = $2 AND a.dialect = $3 AND a.alias = $4",
            $rest
        )
    };
}

/// `LATERAL`, because otherwise a plan that was made, and is kept, while there are few contacts reads all of them.
macro_rules! read {
    ($rest:literal) => {
        concat!(
            "SELECT n.way, 1::bigint AS place, c.workspace, c.id, c.last_event, c.format, c.doc FROM (",
            named!($rest),
            ") n CROSS JOIN LATERAL (SELECT * FROM contacts c WHERE c.workspace = $1 AND c.id = n.id LIMIT 1) c"
        )
    };
}

/// With the counters of the workspace, so that it is one answer. They are there, and the columns of the contact
/// null, when nobody is named so. Locked in the order of the ids, where an alias and an id lead to two contacts.
macro_rules! lock {
    ($rest:literal) => {
        concat!(
            "WITH named AS MATERIALIZED (",
            named!($rest),
            "), locked AS MATERIALIZED (\
             SELECT n.way, c.workspace, c.id, c.last_event, c.format, c.doc \
             FROM (SELECT way, id FROM named ORDER BY id) n CROSS JOIN LATERAL (\
             SELECT * FROM contacts c WHERE c.workspace = $1 AND c.id = n.id FOR NO KEY UPDATE) c) \
             SELECT l.way, 1::bigint AS place, l.workspace, l.id, l.last_event, l.format, l.doc, \
             h.workspace, h.catalog_revision, w.next_number, h.contact_count, h.last_event \
             FROM heads h JOIN workspaces w ON w.number = h.workspace LEFT JOIN locked l ON true \
             WHERE h.workspace = $1"
        )
    };
}

/// The statements for one way to name a contact: to read it, and to lock it for a writer.
struct Statements {
    read: Sql,
    lock: Sql,
}

macro_rules! statements {
    ($rest:literal, $types:expr) => {
        Statements {
            read: Sql { text: read!($rest), types: $types },
            lock: Sql { text: lock!($rest), types: $types },
        }
    };
}

static ALIAS: Statements = statements!("", &[Type::INT8, Type::INT8, Type::TEXT, Type::TEXT]);
static ALIAS_OR_NUMBER: Statements = statements!(
    " UNION ALL SELECT 1, m.id FROM contacts m WHERE m.workspace = $1 AND m.number = $5",
    &[Type::INT8, Type::INT8, Type::TEXT, Type::TEXT, Type::INT8]
);
static ALIAS_OR_ID: Statements =
    statements!(" UNION ALL SELECT 2, $5", &[Type::INT8, Type::INT8, Type::TEXT, Type::TEXT, Type::UUID]);

/// Reads the contact that the keys name, if they are what one client calls one contact. The columns are those of the
/// statement for many.
pub(super) fn read(keys: &Keys) -> Option<Step<'_>> {
    let (statements, params) = statements(keys)?;
    Some(Step::new(&statements.read, params))
}

/// Loads and locks it, and the head of its workspace, if that is what is wanted; other parts may be wanted beside.
pub(super) fn lock(wanted: &Wanted) -> Option<Step<'_>> {
    let [head] = wanted.heads.as_slice() else { return None };
    let is_there = wanted.contacts.aliases.first().is_some_and(|(workspace, ..)| workspace == head);
    // Where numbers are taken, the head is read after the turn was waited for.
    if !is_there || !wanted.numbering.is_empty() {
        return None;
    }
    let (statements, params) = statements(&wanted.contacts)?;
    Some(Step::new(&statements.lock, params))
}

fn statements(keys: &Keys) -> Option<(&'static Statements, Vec<Param<'_>>)> {
    let [(workspace, dialect, alias)] = keys.aliases.as_slice() else { return None };
    let (statements, key): (_, Option<Param<'_>>) = match (keys.numbers.as_slice(), keys.ids.as_slice()) {
        ([], []) => (&ALIAS, None),
        ([(of, number)], []) if of == workspace => (&ALIAS_OR_NUMBER, Some(param(integer(*number)))),
        ([], [(of, id)]) if of == workspace => (&ALIAS_OR_ID, Some(param(*id))),
        _ => return None,
    };
    let kind = AliasKind::Contact.number();
    let mut params = vec![param(workspace.0), param(kind), param(dialect.as_str()), param(key_text(alias))];
    params.extend(key);
    Some((statements, params))
}

/// Under a catalog that was replaced meanwhile, the number of the event is null, which its column refuses. The
/// workspace's counters are locked first, because everything else needs the number.
static UPDATE: Sql = Sql {
    text: "WITH h AS (UPDATE heads SET \
           last_event = CASE WHEN catalog_revision = $2 THEN last_event + 1 END \
           WHERE workspace = $1 RETURNING workspace, last_event), \
           c AS (UPDATE contacts c SET last_event = h.last_event, format = $4, doc = $6, \
           name = coalesce($5, c.name) FROM h WHERE c.workspace = $1 AND c.id = $3), \
           e AS (INSERT INTO events (workspace, seq, record, previous, doc) \
           SELECT h.workspace, h.last_event, $3, $7, $8 FROM h) \
           SELECT workspace, last_event FROM h",
    types: &[Type::INT8, Type::INT8, Type::UUID, Type::INT8, Type::TEXT, Type::TEXT, Type::INT8, Type::TEXT],
};

/// Saves a batch that is one update of one contact, to which the same look-ups lead as before. It yields the
/// workspace and the number of the event.
pub(super) fn update(saves: &Saves) -> Option<Step<'_>> {
    // What lists are filtered and ordered by is saved after it, and only then; so are requests.
    let Saves { deletes, stale, updates, inserts, fresh, records, events, heads, .. } = saves;
    let ([update], [event], [head]) = (updates.as_slice(), events.as_slice(), heads.as_slice()) else {
        return None;
    };
    let has_others = !records.is_empty() || head.catalog.is_some();
    let has_lookups = [stale, fresh].iter().any(|each| !each.aliases.is_empty() || !each.channels.is_empty());
    let is_one = (update.workspace, update.id.0) == (event.workspace, event.record)
        && head.workspace == event.workspace
        && (head.events, head.contacts, head.next_number) == (1, 0, None)
        && event.previous.is_none_or(|previous| previous <= COUNT_FROM);
    if !is_one || has_others || has_lookups || !deletes.is_empty() || !inserts.is_empty() {
        return None;
    }
    let params = vec![
        param(head.workspace.0),
        param(integer(head.catalog_revision)),
        param(update.id.0),
        param(document::CONTACT_FORMAT),
        param(update.name.as_deref()),
        param(update.doc.as_str()),
        param(event.previous.map(integer)),
        param(event.doc.as_str()),
    ];
    Some(Step::new(&UPDATE, params))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Contact, ContactId, Dialect, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::WorkspaceNumber;
    use crate::backend::{Delete, EventRow, HeadSave, Insert, Lookups, Update};

    const ONE: WorkspaceNumber = WorkspaceNumber(1);
    const TWO: WorkspaceNumber = WorkspaceNumber(2);

    fn keys(numbers: &[(WorkspaceNumber, u64)], ids: &[(WorkspaceNumber, Uuid)]) -> Keys {
        let aliases = vec![(ONE, Dialect::Zingle, "z".to_owned())];
        Keys { aliases, numbers: numbers.to_vec(), ids: ids.to_vec() }
    }

    #[test]
    fn only_what_one_client_calls_one_contact_is_one() {
        for (keys, params) in
            [(keys(&[], &[]), 4), (keys(&[(ONE, 5)], &[]), 5), (keys(&[], &[(ONE, Uuid::nil())]), 5)]
        {
            assert!(read(&keys).is_some());
            let (statements, values) = statements(&keys).unwrap();
            assert_eq!([statements.read.types.len(), statements.lock.types.len(), values.len()], [params; 3]);
        }
        for keys in [
            Keys::default(),
            Keys { ids: vec![(ONE, Uuid::nil())], ..Keys::default() },
            keys(&[(TWO, 5)], &[]),
            keys(&[], &[(TWO, Uuid::nil())]),
            keys(&[(ONE, 5)], &[(ONE, Uuid::nil())]),
            keys(&[(ONE, 5), (ONE, 6)], &[]),
            Keys { aliases: [keys(&[], &[]).aliases, keys(&[], &[]).aliases].concat(), ..Keys::default() },
        ] {
            assert!(read(&keys).is_none(), "{keys:?}");
        }
    }

    #[test]
    fn a_contact_is_locked_alone_only_together_with_its_workspace() {
        let wanted = |heads: &[WorkspaceNumber], numbering: &[WorkspaceNumber]| Wanted {
            heads: heads.to_vec(),
            numbering: numbering.to_vec(),
            contacts: keys(&[(ONE, 5)], &[]),
            ..Wanted::default()
        };
        assert!(lock(&wanted(&[ONE], &[])).is_some());
        for other in [wanted(&[], &[]), wanted(&[TWO], &[]), wanted(&[ONE, TWO], &[]), wanted(&[ONE], &[ONE])]
        {
            assert!(lock(&other).is_none(), "{other:?}");
        }
    }

    fn saves() -> Saves {
        let id = ContactId(Uuid::nil());
        let doc = String::new();
        let updates =
            vec![Update { workspace: ONE, id, row: 0, name: None, last_event: 2, doc: doc.clone() }];
        let events = vec![EventRow { workspace: ONE, seq: 2, record: id.0, previous: Some(1), doc }];
        let head = HeadSave {
            workspace: ONE,
            catalog_revision: 1,
            catalog: None,
            events: 1,
            contacts: 0,
            next_number: None,
        };
        Saves { updates, events, heads: vec![head], ..Saves::default() }
    }

    #[test]
    fn only_an_update_that_changes_nothing_else_is_saved_alone() {
        let contact = || Arc::new(Contact::blank(ContactId(Uuid::nil()), 1, Timestamp::from_millis(0)));
        let channel = || Lookups {
            channels: vec![((ONE, model::ChannelKind::Email, "a".to_owned()), ContactId(Uuid::nil()))],
            ..Lookups::default()
        };
        let alias = || Lookups {
            aliases: vec![((ONE, Dialect::Zingle, "z".to_owned()), ContactId(Uuid::nil()))],
            ..Lookups::default()
        };
        let insert = || Insert {
            workspace: ONE,
            contact: contact(),
            was_deleted: false,
            name: String::new(),
            last_event: 1,
            doc: String::new(),
        };
        assert!(update(&saves()).is_some());
        let changes: [fn(&mut Saves); 7] = [
            |saves| saves.updates.clear(),
            |saves| saves.events.extend(self::saves().events),
            |saves| saves.heads.extend(self::saves().heads),
            |saves| saves.heads[0].next_number = Some(5),
            |saves| saves.events[0].record = Uuid::max(),
            |saves| saves.heads[0].catalog = Some(Arc::default()),
            |saves| saves.events[0].previous = Some(COUNT_FROM + 1),
        ];
        for (n, change) in changes.iter().enumerate() {
            let mut saves = saves();
            change(&mut saves);
            assert!(update(&saves).is_none(), "{n}");
        }
        let delete = Delete { workspace: ONE, row: None, contact: contact(), last_event: 1 };
        for saves in [
            Saves { stale: alias(), ..saves() },
            Saves { stale: channel(), ..saves() },
            Saves { fresh: alias(), ..saves() },
            Saves { fresh: channel(), ..saves() },
            Saves { inserts: vec![insert()], ..saves() },
            Saves { deletes: vec![delete], ..saves() },
        ] {
            assert!(update(&saves).is_none(), "{saves:?}");
        }
    }
}
