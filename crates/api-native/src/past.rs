//! Contacts as they were, and where their values come from.

use api_kit::{Answer, Call, Problem, json};
use app::{Moment, Past};
use axum::http::StatusCode;
use model::Timestamp;

use crate::contacts::{contact_ref, shown};
use crate::wire::ProvenanceBody;
use crate::{Error, NativeApi};

/// The contact as it was at the time or the revision that `at` says.
pub(crate) async fn get(call: Call<NativeApi>, at: &str) -> Answer<NativeApi> {
    let past = call.app.contact_at(&call.caller, &contact_ref(&call), moment(at)?).await?;
    match past {
        Past::Was(view) => shown(&call, &view).await,
        Past::Unmade { made_at } => Err(not_then(&format!("it was made at {}", instant(made_at)))),
        Past::NoRevision { last } => Err(not_then(&format!("its last revision is {last}"))),
        Past::Deleted { deleted_at } => {
            Err(Error::Gone(format!("it was deleted at {}", instant(deleted_at))))
        }
        Past::TooFar { events } => Err(bad(format!("is more than {events} changes ago"))),
    }
}

pub(crate) async fn provenance(call: Call<NativeApi>) -> Answer<NativeApi> {
    let origins = call.app.provenance(&call.caller, &contact_ref(&call)).await?;
    Ok(json(StatusCode::OK, &ProvenanceBody::new(&origins)))
}

/// A whole number is a revision.
fn moment(text: &str) -> Result<Moment, Error> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let revision = text.parse().ok().filter(|revision| is_number && *revision > 0).map(Moment::Revision);
    let moment = revision.or_else(|| Timestamp::parse_rfc3339(text).map(Moment::Time));
    moment.ok_or_else(|| {
        bad("must be a revision, 1 or more, or an instant such as 2026-01-31T12:00:00Z".to_owned())
    })
}

fn not_then(why: &str) -> Error {
    Error::Absent(format!("there was no such thing then: {why}"))
}

fn bad(reason: String) -> Error {
    Problem::BadQuery { name: "at", reason }.into()
}

fn instant(at: Timestamp) -> String {
    at.to_rfc3339_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_revisions_or_instants() {
        assert_eq!(moment("7").unwrap(), Moment::Revision(7));
        let time = Timestamp::parse_rfc3339("2026-01-31T12:00:00Z").unwrap();
        assert_eq!(moment("2026-01-31T13:00:00+01:00").unwrap(), Moment::Time(time));
        for text in ["", "0", "-1", "+1", "1.5", "x", "99999999999999999999", "2026-13-01T00:00:00Z"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
