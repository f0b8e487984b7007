//! A database that takes no writes for a while.

use testkit::{Cluster, Connection};

use crate::load::{Home, Told, told};

#[test]
fn a_read_only_database_is_read() {
    let cluster = Cluster::start().unwrap();
    let name = cluster.create_database();
    let home = Home::make(&cluster.url(&name));
    let server = home.serve(&[]);
    let contact = home.contact(&server);
    home.set(&server, &contact, "before").expect(200);
    let switch = |to: &str| {
        cluster.sql("postgres", &format!("ALTER DATABASE {name} SET default_transaction_read_only = {to}"));
    };
    switch("on");
    // It counts for new connections.
    let end =
        format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
    cluster.sql("postgres", &end);
    // The first one after that may meet a connection that was just ended.
    let _ = home.get(&server, &contact);
    let reply = home.set(&server, &contact, "meanwhile");
    assert_eq!(told(&reply), Told::NotStored);
    assert!(reply.text.contains("nothing was stored"), "{}", reply.text);
    let ready = Connection::open(server.address).unwrap().request("GET", "/readyz", &[], "").unwrap();
    assert_eq!((ready.status, ready.text.as_str()), (503, "not ready\n"));
    assert_eq!(home.get(&server, &contact).expect(200)["job_title"], "before");
    // One that is started now serves what it can, too.
    let other = home.serve(&[]);
    assert_eq!(home.get(&other, &contact).expect(200)["job_title"], "before");
    switch("off");
    for server in [&server, &other] {
        home.set(server, &contact, "after").expect(200);
        assert_eq!(server.request("GET", "/readyz", &[], "").status, 200);
    }
    assert_eq!(home.titles(&server, &contact), ["before", "after"]);
}
