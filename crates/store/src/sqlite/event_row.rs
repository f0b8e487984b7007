//! Where an event stands: `row` is the workspace times 2^40 plus the event's number. Rows of one workspace are
//! in the order of their numbers, and appending to a table by its rowid touches the fewest pages.

use crate::WorkspaceNumber;
use crate::select::LogPart;

/// Bits of an event's number.
const NUMBER_BITS: u32 = 40;

/// The log joined with the contacts that it names last, of the workspace `?1`; `e.row` orders it. All of it, or what is before or
/// after an event. There is one bound to each side, because with two of them SQLite would go by either.
pub(super) fn log(part: LogPart<'_>) -> String {
    let first = "(?1 << 40)";
    match part {
        LogPart::All => between(first, LAST),
        LogPart::Before(event) => between(first, &format!("(?1 << 40) + {event} - 1")),
        LogPart::After(event) => between(&format!("(?1 << 40) + {event} + 1"), LAST),
    }
}

/// The last row of the workspace `?1`.
const LAST: &str = "(?1 << 40) + 1099511627775";

fn between(first: &str, last: &str) -> String {
    format!(
        "events e CROSS JOIN contacts c ON c.workspace = ?1 AND c.id = e.record \
         AND c.last_event = e.row - (?1 << 40) WHERE e.row BETWEEN {first} AND {last}"
    )
}

/// The row of an event; one that no event has for numbers beyond every bound.
pub(super) fn event_row(workspace: WorkspaceNumber, number: u64) -> i64 {
    match i64::try_from(number) {
        Ok(number) if number < 1 << NUMBER_BITS => (workspace.0 << NUMBER_BITS) + number,
        _ => -1,
    }
}

/// The last row that an event of a workspace can have.
pub(super) fn last_row(workspace: WorkspaceNumber) -> i64 {
    (workspace.0 << NUMBER_BITS) + ((1 << NUMBER_BITS) - 1)
}

/// The number of the event in a row.
pub(super) fn number(row: i64) -> u64 {
    (row & ((1 << NUMBER_BITS) - 1)).unsigned_abs()
}
