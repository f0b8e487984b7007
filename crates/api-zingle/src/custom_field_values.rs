//! Setting the value of one custom field of a contact.

use api_kit::{Answer, Call};

use crate::Zingle;
use crate::camel::Input;
use crate::contacts::change;
use crate::wire::value;

pub(crate) async fn create(call: Call<Zingle>, Input(body): Input) -> Answer<Zingle> {
    change(call, |call| value::decode_one(call.param("custom_field_id"), body)).await
}
