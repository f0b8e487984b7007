//! Assigning a contact to a user, to a team or to nobody.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::camel::{Input, NoInput};
use crate::contacts::change;
use crate::wire::assignment;

pub(crate) async fn assign(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    change(call, |_| assignment::decode(body)).await
}

/// Any body is read, within bounds, and ignored.
pub(crate) async fn unassign(call: Call<Zingle>, _: NoInput) -> Answer<Zingle> {
    change(call, |_| assignment::nobody()).await
}
