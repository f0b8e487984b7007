//! Answers as they lie in their table: one a row, or several that resemble each other packed together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use model::KeyId;
use uuid::Uuid;

use crate::once::AnswerSave;
use crate::{CarriedOut, KeptAnswer, Verified, WorkspaceNumber};

/// How far apart the requests of a pack stand at most, so that it is found near each of them.
pub(crate) const SPAN: i64 = 1024;

/// A pack takes no more when it has so many bytes, before they are compressed; what they become fits into a page of
/// PostgreSQL.
const PACK_BYTES: usize = 24 << 10;

/// How a pack is written; its first byte.
const FORMAT: u8 = 1;

/// A row of the table.
#[derive(Debug)]
pub(crate) struct AnswerRow<'a> {
    pub(crate) workspace: WorkspaceNumber,
    /// Where its request stands, of a pack the last one: the one that is forgotten last.
    pub(crate) place: i64,
    /// The hash of the idempotency key of that request.
    pub(crate) hash: Uuid,
    /// Where the first request of a pack stands.
    pub(crate) first: Option<i64>,
    /// 0 of a pack.
    pub(crate) status: u16,
    pub(crate) headers: &'a str,
    pub(crate) body: Cow<'a, [u8]>,
}

/// The rows for these answers and the places of their requests, in the order of the places. What is packed is of one API key
/// and of requests that stand near each other, and is told by events, too.
pub(crate) fn rows<'a>(answers: impl IntoIterator<Item = (i64, &'a AnswerSave)>) -> Vec<AnswerRow<'a>> {
    let mut of_keys: BTreeMap<(WorkspaceNumber, KeyId), BTreeMap<i64, &AnswerSave>> = BTreeMap::new();
    let mut rows = Vec::new();
    for (place, save) in answers {
        if save.is_told {
            let (workspace, once) = save.key;
            // The first answer counts.
            of_keys.entry((workspace, once.api_key)).or_default().entry(place).or_insert(save);
        } else {
            rows.push(one(place, save));
        }
    }
    let mut room = Vec::new();
    for answers in of_keys.into_values() {
        let (mut pack, mut bytes) = (Vec::new(), 0);
        for (place, save) in answers {
            let is_near = pack.first().is_none_or(|(first, _)| place - first < SPAN);
            if !is_near || bytes + size(&save.answer) > PACK_BYTES {
                rows.extend(packed(&pack, &mut room));
                pack.clear();
                bytes = 0;
            }
            bytes += size(&save.answer);
            pack.push((place, save));
        }
        rows.extend(packed(&pack, &mut room));
    }
    rows.sort_unstable_by_key(|row| (row.workspace, row.place));
    rows
}

fn size(answer: &KeptAnswer) -> usize {
    answer.headers.len() + answer.body.len()
}

fn one(place: i64, save: &AnswerSave) -> AnswerRow<'_> {
    let (workspace, once) = save.key;
    let KeptAnswer { status, headers, body } = &*save.answer;
    AnswerRow {
        workspace,
        place,
        hash: once.hash,
        first: None,
        status: *status,
        headers,
        body: Cow::Borrowed(body),
    }
}

/// The row of a pack, or of an answer that is alone.
fn packed<'a>(answers: &[(i64, &'a AnswerSave)], room: &mut Vec<u8>) -> Option<AnswerRow<'a>> {
    let ((first, _), (place, last)) = (answers.first()?, answers.last()?);
    if answers.len() == 1 {
        return Some(one(*place, last));
    }
    room.clear();
    for (place, AnswerSave { key: (_, once), answer, .. }) in answers {
        let KeptAnswer { status, headers, body } = &**answer;
        room.extend(place.to_be_bytes());
        room.extend(once.hash.as_bytes());
        room.extend(status.to_be_bytes());
        for part in [headers.as_bytes(), body] {
            // An answer that is kept is far shorter.
            room.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            room.extend(part);
        }
    }
    let mut body = vec![FORMAT];
    body.extend(lz4_flex::compress_prepend_size(room));
    let (workspace, once) = last.key;
    let (first, hash) = (Some(*first), once.hash);
    Some(AnswerRow { workspace, place: *place, hash, first, status: 0, headers: "", body: Cow::Owned(body) })
}

/// The answer to the request at a place and with a hash, of a row that may have it: with a `first` a pack. None where it is not
/// there, or cannot be read: its event tells it then. A status of 0 says that there is none yet.
pub(crate) fn answer(
    (status, headers, body): (u16, &str, &[u8]),
    first: Option<i64>,
    place: i64,
    hash: Uuid,
) -> Option<KeptAnswer> {
    if first.is_some() {
        return unpack(body, place, hash);
    }
    let kept = || KeptAnswer { status, headers: headers.to_owned(), body: Bytes::copy_from_slice(body) };
    (status != 0).then(kept)
}

fn unpack(pack: &[u8], place: i64, hash: Uuid) -> Option<KeptAnswer> {
    let bytes = unpacked(pack)?;
    let mut rest = bytes.as_slice();
    loop {
        let entry = entry(&mut rest)?;
        if (entry.place, entry.hash) == (place, hash) {
            return answer((entry.status, entry.headers, entry.body), None, place, hash);
        }
    }
}

/// Commits, each of which was found with every row that may have its answer, the packs first; in their order.
pub(crate) fn once_each(mut found: Vec<CarriedOut>) -> Vec<CarriedOut> {
    found.sort_by_key(|each| (each.step, each.workspace, each.answer.is_none()));
    found.dedup_by_key(|each| (each.step, each.workspace));
    found
}

/// Whether the pack in this row can be read.
pub(crate) fn check(row: i64, pack: &[u8], verified: &mut Verified) {
    if !is_readable(pack) {
        verified.fault(format!("the answers in row {row} cannot be read"));
    }
}

/// What stands in a pack.
struct Entry<'a> {
    place: i64,
    hash: Uuid,
    status: u16,
    headers: &'a str,
    body: &'a [u8],
}

fn is_readable(pack: &[u8]) -> bool {
    let Some(bytes) = unpacked(pack) else { return false };
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        if entry(&mut rest).is_none() {
            return false;
        }
    }
    true
}

/// The entries of a pack, one after the other.
fn unpacked(pack: &[u8]) -> Option<Vec<u8>> {
    let (&FORMAT, compressed) = pack.split_first()? else { return None };
    let (size, _) = lz4_flex::block::uncompressed_size(compressed).ok()?;
    // Nothing that is damaged takes more memory than a pack does.
    let bytes = (size <= BYTES_MAX).then(|| lz4_flex::decompress_size_prepended(compressed).ok())??;
    (bytes.len() == size).then_some(bytes)
}

fn entry<'a>(rest: &mut &'a [u8]) -> Option<Entry<'a>> {
    Some(Entry {
        place: i64::from_be_bytes(take(rest)?),
        hash: Uuid::from_bytes(take(rest)?),
        status: u16::from_be_bytes(take(rest)?),
        headers: std::str::from_utf8(part(rest)?).ok()?,
        body: part(rest)?,
    })
}

/// A pack is larger by what stands between its answers only: each is of two bytes at least.
const BYTES_MAX: usize = 1 << 20;

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

fn part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(u32::from_be_bytes(take(rest)?)).ok()?;
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Once;

    fn save(api_key: u128, hash: u128, is_told: bool, bytes: usize) -> AnswerSave {
        let once = Once { api_key: KeyId(Uuid::from_u128(api_key)), hash: Uuid::from_u128(hash), step: 0 };
        let mut body = format!("{hash} ");
        body.extend(std::iter::repeat_n('x', bytes));
        let answer =
            KeptAnswer { status: 200, headers: format!("n: {hash}\n"), body: body.into_bytes().into() };
        AnswerSave { key: (WorkspaceNumber(1), once), answer: Arc::new(answer), is_told }
    }

    /// The first and the last place of each.
    fn shape(rows: &[AnswerRow<'_>]) -> Vec<(Option<i64>, i64)> {
        rows.iter().map(|row| (row.first, row.place)).collect()
    }

    #[test]
    fn answers_of_one_key_that_stand_near_each_other_are_packed() {
        let saves = [
            (1, save(1, 1, true, 9)),
            (3, save(1, 3, true, 9)),
            (2, save(1, 2, true, 9)),
            (4, save(2, 4, true, 9)),
            (5, save(1, 5, false, 9)),
            (SPAN, save(1, 6, true, 9)),
            (SPAN + 1, save(1, 7, true, 9)),
        ];
        let rows = rows(saves.iter().map(|(place, save)| (*place, save)));
        assert_eq!(shape(&rows), [(None, 4), (None, 5), (Some(1), SPAN), (None, SPAN + 1)]);
        for (place, save) in &saves {
            let row =
                rows.iter().find(|row| row.first.is_some_and(|first| (first..=row.place).contains(place)));
            let found = row.and_then(|row| unpack(&row.body, *place, save.key.1.hash));
            let is_packed = [1, 2, 3, SPAN].contains(place);
            assert_eq!(found, is_packed.then(|| KeptAnswer::clone(&save.answer)), "{place}");
        }
        let pack = &rows[2];
        assert_eq!((pack.status, pack.headers, pack.hash), (0, "", Uuid::from_u128(6)));
        assert_eq!(unpack(&pack.body, 1, Uuid::from_u128(2)), None, "of another request that stood there");
    }

    #[test]
    fn a_pack_takes_so_much() {
        let saves: Vec<_> = (0..100).map(|hash| save(1, hash, true, 2000)).collect();
        let rows = rows((0..).zip(&saves));
        assert_eq!(rows.iter().map(|row| row.place - row.first.unwrap() + 1).sum::<i64>(), 100);
        assert!(rows.len() > 100 * 2000 / PACK_BYTES && rows.iter().all(|row| row.body.len() < 8000));
        let large = [save(1, 1, true, PACK_BYTES), save(1, 2, true, PACK_BYTES)];
        assert_eq!(shape(&super::rows((0..).zip(&large))), [(None, 0), (None, 1)]);
    }

    #[test]
    fn the_first_of_two_answers_to_one_request_counts() {
        let saves = [save(1, 1, true, 1), save(1, 1, true, 2), save(1, 2, true, 1)];
        let rows = rows([1, 1, 2].into_iter().zip(&saves));
        assert_eq!(shape(&rows), [(Some(1), 2)]);
        let found = unpack(&rows[0].body, 1, Uuid::from_u128(1));
        assert_eq!(found.as_ref(), Some(&*saves[0].answer));
    }

    #[test]
    fn what_is_damaged_is_not_read() {
        let saves = [save(1, 1, true, 50), save(1, 2, true, 50)];
        let body = rows((1..).zip(&saves))[0].body.to_vec();
        assert!(is_readable(&body));
        for cut in 0..body.len() {
            assert!(!is_readable(&body[..cut]), "{cut}");
        }
        let mut other = body.clone();
        other[0] = FORMAT + 1;
        assert!(!is_readable(&other));
        let mut huge = body;
        huge[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(!is_readable(&huge));
    }
}
