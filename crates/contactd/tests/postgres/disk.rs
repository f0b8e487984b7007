//! The database's disk is full.
//!
//! A disk of its own, which could really be filled, only root can mount, and not in every container; a user namespace,
//! in which anybody could, is often forbidden, and PostgreSQL refuses to be its root. So the server's files get a bound
//! instead, by its own user, which is not a multiple of PostgreSQL's blocks. A file then takes a part of a block and no
//! more, and PostgreSQL says what it says when a disk takes no more: `could not extend file`, SQLSTATE 53100,
//! disk_full. Only that there is no room for the log is not tested so: PostgreSQL crashes of that, which the tests of
//! kills have.

use testkit::Cluster;

use crate::load::{Home, Told, told};

/// A file of the log, which is larger than all others of an empty database, and half a block.
const FILE_MAX: u64 = (16 << 20) + 4096;

#[test]
fn a_full_disk_takes_no_writes_and_harms_nothing() {
    let cluster = Cluster::start().unwrap();
    let database = cluster.create_database();
    let home = Home::make(&cluster.url(&database));
    let server = home.serve(&[]);
    let contact = home.contact(&server);
    cluster.bound_files(Some(FILE_MAX)).unwrap();
    let mut made = Vec::new();
    let mut state = 1_u64;
    let refused = loop {
        // Texts that compress well would fit for ever.
        let mut noise = || {
            let letters = std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                char::from(b'a' + (state >> 59) as u8 % 26)
            });
            letters.take(60_000).collect::<String>()
        };
        let body = serde_json::json!({"description": noise(), "remarks": noise()}).to_string();
        let reply = server.request_as(&home.key, "POST", "/api/v1/contacts", &body);
        if reply.status != 201 {
            break reply;
        }
        made.push(reply.json()["id"].as_str().unwrap().to_owned());
        assert!(made.len() < 2000, "the disk does not fill");
    };
    assert_eq!(told(&refused), Told::NotStored, "{}", refused.text);
    assert!(refused.text.contains("the database is not available; nothing was stored"), "{}", refused.text);
    assert_eq!(home.get(&server, &contact).status, 200);
    assert_eq!(server.request_as(&home.key, "GET", "/api/v1/contacts", "").status, 200);
    assert!(cluster.log().contains("could not extend file"), "{}", cluster.log());
    cluster.bound_files(None).unwrap();
    home.set(&server, &contact, "there is room").expect(200);
    made.push(home.contact(&server));
    let listed = server.request_as(&home.key, "GET", "/api/v1/contacts?limit=1", "").expect(200);
    assert_eq!(listed["total"].as_u64(), Some(made.len() as u64 + 1));
    assert_eq!(home.titles(&server, &contact), ["there is room"]);
    home.verify();
}
