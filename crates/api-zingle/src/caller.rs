//! `GET /v1`: who asks.

use api_kit::{Answer, Call};

use crate::{Zingle, wire};

pub(crate) async fn get(call: Call<Zingle>) -> Answer<Zingle> {
    Ok(wire::status::auth(&wire::caller::Caller::of(call.caller.key())))
}
