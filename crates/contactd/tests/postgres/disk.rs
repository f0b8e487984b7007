//! The database's disk is full.

use std::fs;
use std::io::Write;

use testkit::Cluster;

use crate::load::{Home, Told, told};

#[test]
fn a_full_disk_takes_no_writes_and_harms_nothing() {
    let cluster = Cluster::start().unwrap();
    // A template is 8 MB of it. Only root can make one.
    let Ok(disk) = cluster.small_disk(24 << 20) else {
        assert!(fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) != 0));
        return;
    };
    cluster.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.display()));
    cluster.sql("postgres", "CREATE DATABASE small TABLESPACE small TEMPLATE template0");
    let home = Home::make(&cluster.url("small"));
    let server = home.serve(&[]);
    let contact = home.contact(&server);
    let filler = disk.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let long = "x".repeat(20_000);
    let mut made = Vec::new();
    let refused = loop {
        // Texts that compress well would fit for ever.
        let noise: String = (0..20_000_u64).map(|n| char::from(33 + (n * n * 7919 % 89) as u8)).collect();
        let body = serde_json::json!({"description": format!("{}{noise}{long}", made.len())}).to_string();
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
    drop(file);
    fs::remove_file(&filler).unwrap();
    home.set(&server, &contact, "there is room").expect(200);
    made.push(home.contact(&server));
    let listed = server.request_as(&home.key, "GET", "/api/v1/contacts?limit=1", "").expect(200);
    assert_eq!(listed["total"].as_u64(), Some(made.len() as u64 + 1));
    assert_eq!(home.titles(&server, &contact), ["there is room"]);
    home.verify();
}
