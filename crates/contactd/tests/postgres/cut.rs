//! The connection to the database is cut around a commit: an update counts once, and its answer is true.

use testkit::{Cut, Database, Proxy};

use crate::load::Home;

#[test]
fn an_update_whose_commit_is_cut_counts_once() {
    let database = Database::postgres();
    let home = Home::make(&database.argument());
    let proxy = Proxy::before(&home.database).unwrap();
    let proxied = Home { database: proxy.url().to_owned(), key: home.key.clone() };
    let server = proxied.serve(&["--writers", "1"]);
    let contact = home.contact(&server);
    for (n, cut) in (2..).zip([Cut::BeforeCommit, Cut::AfterCommit, Cut::WithCommit]) {
        proxy.cut(cut, false);
        let reply = home.set(&server, &contact, &format!("{n}"));
        assert_eq!(reply.expect(200)["revision"].as_u64(), Some(n), "{cut:?}");
        assert_eq!(reply.header("contactd-change"), n.to_string());
        assert_eq!(proxy.cuts() as u64, n - 1);
    }
    assert_eq!(home.titles(&server, &contact), ["2", "3", "4"]);
    home.verify();
}

#[test]
fn what_stays_unknown_is_said_to_be_unknown_and_the_contact_tells() {
    let database = Database::postgres();
    let home = Home::make(&database.argument());
    let proxy = Proxy::before(&home.database).unwrap();
    let proxied = Home { database: proxy.url().to_owned(), key: home.key.clone() };
    let server = proxied.serve(&["--writers", "1"]);
    let contact = home.contact(&server);
    for (cut, titles) in [(Cut::AfterCommit, &["AfterCommit"][..]), (Cut::BeforeCommit, &["AfterCommit"])] {
        proxy.cut(cut, true);
        let reply = home.set(&server, &contact, &format!("{cut:?}"));
        let body = reply.expect(503);
        assert_eq!(body["type"], "/docs/problems/outcome-unknown");
        assert!(body["detail"].as_str().unwrap().contains("reading the contact will tell"), "{body}");
        assert_eq!(reply.header("retry-after"), "1");
        proxy.heal();
        assert_eq!(home.get(&server, &contact).expect(200)["job_title"], "AfterCommit");
        assert_eq!(home.titles(&server, &contact), titles);
    }
    home.set(&server, &contact, "at last").expect(200);
    assert_eq!(home.titles(&server, &contact), ["AfterCommit", "at last"]);
    home.verify();
}
