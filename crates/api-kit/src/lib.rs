//! HTTP parts without a vendor's opinion: the request ([`Call`], [`Body`]), what can go wrong with it
//! ([`Problem`]), strict JSON, credentials, and the shell around each dialect's routes.

mod body;
mod call;
pub mod contract;
pub mod credentials;
pub mod decode;
mod host;
pub mod json;
mod pictures;
mod precondition;
mod prefer;
mod problem;
mod query;
mod reply;
mod shell;
mod terms;
mod told;
mod trial;
mod unread;
pub mod words;

pub use body::{Body, LargePayload, MAX_BODY_BYTES, Payload};
pub use call::{Api, Call, RequestId};
pub use contract::{Answers, Contract, Undocumented};
pub use host::Host;
pub use pictures::ROUTE as PICTURES;
pub use precondition::{tag, with_tag};
pub use prefer::Preferences;
pub use problem::Problem;
pub use query::Query;
pub use reply::{CHANGE_HEADER, json, json_of, with_change, wrote};
pub use shell::{RouteName, TIMEOUT, shell};
pub use terms::{IDEMPOTENCY_KEY_BYTES, may_write};
pub use told::{HELD_BACK_HEADER, IGNORED_HEADER, ignored};

/// What a handler gives: an answer, or the dialect's error.
pub type Answer<A> = Result<axum::response::Response, <A as Api>::Error>;
