//! What the tests of the other crates share: an application on a database of its own with the demo's records, a
//! clock that stands still, a client for a dialect's routes, and a comparison with vendors' examples.

mod client;
mod clock;
mod conformance;
mod examples;
mod fidelity;
mod http;
mod shape;
mod terms;
mod test_app;
mod wrong_values;

pub use client::{Client, Reply};
pub use clock::FakeClock;
pub use conformance::Description;
pub use examples::{Example, assert_all_replayed, examples};
pub use fidelity::assert_fidelity;
pub use http::{Connection, HttpReply};
pub use shape::{assert_has, assert_same_shape};
pub use test_app::TestApp;
pub use testdb::{Cluster, Cut, Database, Proxy, Session};
pub use wrong_values::wrong_values;
