//! `ETag`, `If-Match` and `If-None-Match`.

use serde_json::json;

use crate::{CONTACTS, refusals, start};

#[tokio::test]
async fn entity_tags_are_revisions_of_contacts_and_of_all_else() {
    let (_test, client) = start().await;
    for (all, one, two) in [
        (CONTACTS, json!({"city": "Oslo"}), json!({"city": "Bergen"})),
        ("/api/v1/tags", json!({"name": "a"}), json!({"name": "b"})),
        ("/api/v1/companies", json!({"name": "a"}), json!({"name": "b"})),
    ] {
        let made = client.post(all, &one).await;
        let path = format!("{all}/{}", made.expect(201)["id"].as_str().unwrap());
        let first = made.header("etag").to_owned();
        assert_eq!(first, format!("\"{}\"", made.json()["revision"]));
        let with = |name: &str, value: &str| client.clone().with_header(name, value);

        let known = with("if-none-match", &format!("\"x\", W/{first}")).get(&path).await;
        assert_eq!(
            (known.status.as_u16(), known.text.as_str(), known.header("etag")),
            (304, "", first.as_str())
        );
        with("if-none-match", "\"12345\"").get(&path).await.expect(200);
        with("if-match", &first).get(&path).await.expect(200);
        assert_eq!(refusals(&with("if-match", "\"12345\"").get(&path).await, 412), [" other_revision"]);

        let written = with("if-match", &first).patch(&path, &two).await;
        written.expect(200);
        let second = written.header("etag").to_owned();
        assert_ne!(first, second);
        let unchanged = with("if-match", &second).patch(&path, &two).await;
        unchanged.expect(200);
        assert_eq!(unchanged.header("etag"), second);

        for (name, value) in [
            ("if-match", first.as_str()),
            ("if-match", "\"nonsense\""),
            ("if-none-match", "*"),
            ("if-none-match", second.as_str()),
        ] {
            for reply in [with(name, value).patch(&path, &one).await, with(name, value).delete(&path).await] {
                assert_eq!(refusals(&reply, 412), [" other_revision"], "{name}: {value}");
                assert_eq!(reply.header("etag"), second);
                let revision = second.trim_matches('"');
                assert!(
                    reply.text.contains(&format!("the record is at revision {revision}")),
                    "{}",
                    reply.text
                );
            }
        }
        // A weak tag never matches here.
        with("if-match", &format!("W/{second}")).patch(&path, &one).await.expect(412);
        let got = client.get(&path).await;
        got.expect(200);
        assert_eq!(got.header("etag"), second, "nothing was stored");
        for value in ["7", "\"7", "\"7\" \"8\""] {
            let reply = with("if-match", value).patch(&path, &one).await;
            assert!(reply.expect(400)["detail"].as_str().unwrap().contains("'If-Match'"), "{value}");
        }
        with("if-match", "*").patch(&path, &one).await.expect(200);
        let last = client.get(&path).await.header("etag").to_owned();
        let gone = with("if-match", &format!("\"0x\", {last}")).delete(&path).await;
        assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
        with("if-match", "*").patch(&path, &one).await.expect(404);
    }
}

#[tokio::test]
async fn of_writes_at_one_revision_one_succeeds() {
    let (_test, client) = start().await;
    let made = client.post(CONTACTS, &json!({})).await;
    let path = format!("{CONTACTS}/{}", made.expect(201)["id"].as_str().unwrap());
    let client = client.with_header("if-match", made.header("etag"));
    let mut writes = tokio::task::JoinSet::new();
    for n in 0..10 {
        let (client, path) = (client.clone(), path.clone());
        writes.spawn(
            async move { client.patch(&path, &json!({"city": format!("{n}")})).await.status.as_u16() },
        );
    }
    let mut statuses = writes.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412, 412, 412]);
}
