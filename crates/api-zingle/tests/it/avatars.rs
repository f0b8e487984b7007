//! Pictures of contacts and of users.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::{Dialect, Json, OnConflict};
use serde_json::json;
use testkit::{Reply, assert_has};

use crate::{CINDY, SERVICE_ID, Site, example, fault};

const USER: &str =
    "/v1/accounts/aff7bc93-6e28-4e70-8770-defa35cdfc1b/users/5912ac4d-280a-4d4e-a632-961b40718293";
/// The most that a picture may have.
const MOST: usize = 5 << 20;

fn avatar(media_type: &str, bytes: &[u8]) -> Json {
    json!({"content_type": media_type, "base64": BASE64_STANDARD.encode(bytes)})
}

/// The picture of the vendor's example.
fn png() -> Vec<u8> {
    let text = example("contacts.update_avatar.request")["base64"].as_str().unwrap().to_owned();
    BASE64_STANDARD.decode(text).unwrap()
}

fn gif(length: usize) -> Vec<u8> {
    let mut bytes = b"GIF89a\x02\x00\x03\x00\x00\x00\x00".to_vec();
    bytes.resize(length, 0);
    bytes
}

fn jpeg() -> Vec<u8> {
    let head = [0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];
    let frame = [0xff, 0xc0, 0, 11, 8, 0, 3, 0, 2, 1, 1, 0x11, 0, 0xff, 0xd9];
    [&head[..], &frame].concat()
}

fn webp() -> Vec<u8> {
    [&b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00"[..], &[1, 0, 0, 2, 0, 0]].concat()
}

impl Site {
    async fn put_avatar(&self, body: &Json) -> Reply {
        self.client.put(&format!("{CINDY}/avatar"), body).await
    }

    /// What is served where an answer says that the picture is, to somebody without a key.
    async fn shown(&self, uri: &Json) -> Reply {
        let path = uri.as_str().unwrap().strip_prefix("http://api.example.com").unwrap();
        self.client.clone().anonymous().get(path).await
    }

    async fn undo(&self, reply: &Reply) {
        let caller = self.test.app.authenticate("demo", Dialect::Native, None).await.unwrap();
        let change = reply.header("contactd-change").parse().unwrap();
        self.test.app.undo(&caller, change, OnConflict::Refuse).await.unwrap();
    }
}

/// A site whose clients name a host.
async fn site() -> Site {
    let mut site = Site::new().await.on_all_terms();
    site.client = site.client.with_header("host", "api.example.com");
    site
}

#[tokio::test]
async fn put_and_delete_answer_the_documented_examples() {
    let site = site().await;
    let put = site.put_avatar(&example("contacts.update_avatar.request")).await;
    let mut expected = example("contacts.update_avatar.response");
    let cindy = site.cindy().await;
    // The example's contact has another history.
    for member in ["assigned_to_team_id", "is_starred", "optin_status", "custom_field_values"] {
        expected["result"][member] = cindy[member].clone();
    }
    assert_has(&put.expect(200), &expected, &["result.avatar_uri", "result.updated_at"]);
    assert_eq!(put.json()["result"], cindy);
    let picture = site.shown(&cindy["avatar_uri"]).await;
    assert_eq!((picture.status.as_u16(), &picture.bytes), (200, &png()));
    let deleted = site.client.send("DELETE", &format!("{CINDY}/avatar"), "{}").await;
    assert_eq!(deleted.expect(200), example("contacts.delete_avatar.response"));
    assert_eq!(site.cindy().await["avatar_uri"], json!(null));
    assert_eq!(site.shown(&cindy["avatar_uri"]).await.status, 404);
    let again = site.client.delete(&format!("{CINDY}/avatar")).await;
    assert_eq!((again.expect(200), again.header("contactd-change")), (deleted.json(), ""));
    // Undone, it is there again.
    site.undo(&deleted).await;
    assert_eq!(site.cindy().await["avatar_uri"], cindy["avatar_uri"]);
    assert_eq!(site.shown(&cindy["avatar_uri"]).await.bytes, png());
}

#[tokio::test]
async fn every_kind_of_picture_is_served_as_what_it_is() {
    let site = site().await.with_odd_requests();
    for (declared, media_type, ending, bytes) in [
        ("image/png", "image/png", ".png", png()),
        ("image/jpeg", "image/jpeg", ".jpg", jpeg()),
        ("image/jpg", "image/jpeg", ".jpg", jpeg()),
        ("IMAGE/GIF", "image/gif", ".gif", gif(20)),
        ("image/webp", "image/webp", ".webp", webp()),
        ("image/gif", "image/gif", ".gif", gif(MOST)),
    ] {
        let put = site.put_avatar(&avatar(declared, &bytes)).await.expect(200);
        let uri = &put["result"]["avatar_uri"];
        assert!(uri.as_str().unwrap().ends_with(ending), "{uri}");
        let picture = site.shown(uri).await;
        assert!(picture.status == 200 && picture.bytes == bytes, "{declared}");
        assert_eq!(picture.header("content-type"), media_type);
        assert_eq!(picture.header("x-content-type-options"), "nosniff");
        assert_eq!(picture.header("cache-control"), "private, max-age=3600");
        assert_eq!(picture.header("content-security-policy"), "default-src 'none'; sandbox");
        let path = uri.as_str().unwrap().strip_prefix("http://api.example.com").unwrap();
        let tag = picture.header("etag");
        for (known, status) in [(tag, 304), ("\"x\", *", 304), (&format!("W/{tag}"), 304), ("\"x\"", 200)] {
            let client = site.client.clone().anonymous().with_header("if-none-match", known);
            let answer = client.get(path).await;
            assert_eq!((answer.status.as_u16(), answer.header("etag")), (status, tag), "{known}");
            assert_eq!(answer.bytes.is_empty(), status == 304);
        }
        let head = site.client.send("HEAD", path, "").await;
        assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
    }
}

#[tokio::test]
async fn an_older_picture_and_that_of_a_deleted_contact_are_not_served() {
    let site = site().await;
    let first =
        site.put_avatar(&avatar("image/png", &png())).await.expect(200)["result"]["avatar_uri"].clone();
    let second = site.put_avatar(&avatar("image/gif", &gif(20))).await;
    let second_uri = second.expect(200)["result"]["avatar_uri"].clone();
    assert_ne!(first, second_uri);
    assert_eq!(
        (site.shown(&first).await.status.as_u16(), site.shown(&second_uri).await.status.as_u16()),
        (404, 200)
    );
    let deleted = site.client.delete(CINDY).await;
    assert_eq!(site.shown(&second_uri).await.status, 404);
    site.undo(&deleted).await;
    assert_eq!(site.shown(&second_uri).await.bytes, gif(20));
    site.undo(&second).await;
    assert_eq!(
        (site.shown(&first).await.status.as_u16(), site.shown(&second_uri).await.status.as_u16()),
        (200, 404)
    );
}

#[tokio::test]
async fn what_is_no_address_of_a_picture_is_not_found() {
    let site = site().await;
    let uri = site.put_avatar(&avatar("image/png", &png())).await.expect(200)["result"]["avatar_uri"].clone();
    let path = uri.as_str().unwrap().strip_prefix("http://api.example.com").unwrap();
    for other in [
        path.replace(".png", ".jpg"),
        path.replace(".png", ""),
        path.replace("/1/", "/2/"),
        path.replace("/1/", "/x/"),
        path.replace("/1/", "/99999999999999999999/"),
        "/pictures/1/00000000000000000000000000000000.png".to_owned(),
        "/pictures/1/%00.png".to_owned(),
        "/pictures/1".to_owned(),
    ] {
        assert_eq!(fault(&site.client.get(&other).await), "404 - Not found", "{other}");
    }
    assert_eq!(fault(&site.client.delete(path).await), "405 - Method not allowed");
}

#[tokio::test]
async fn either_spelling_of_the_content_type_is_read() {
    let site = site().await.with_odd_requests();
    let base64 = BASE64_STANDARD.encode(png());
    let (line, rest) = base64.split_at(40);
    let broken = format!("{line}\r\n{}", rest.trim_end_matches('='));
    for body in [
        json!({"content-type": "image/png", "base64": base64}),
        json!({"content_type": "image/png", "content-type": "ignored", "base64": base64}),
        json!({"content_type": " image/png ", "base64": broken}),
    ] {
        site.put_avatar(&body).await.expect(200);
    }
    let camel = json!({"contentType": "image/png", "base64": base64});
    let answer = site.client.put(&format!("{CINDY}/avatar?camel_case=1"), &camel).await.expect(200);
    assert_eq!(answer["status"]["description"], "Contact avatar updated");
    assert!(answer["result"]["avatarUri"].is_string());
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let site = site().await;
    let path = format!("{CINDY}/avatar");
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let no_size = [&png()[..16], &[0; 40]].concat();
    for (body, told) in [
        (json!({}), "400 3019 Missing content_type: content_type: is required"),
        (
            json!({"content_type": "", "base64": "x"}),
            "400 3019 Missing content_type: content_type: is required",
        ),
        (json!({"content_type": "image/png"}), "400 3022 Missing base64: base64: is required"),
        (
            json!({"content_type": "image/png", "base64": null}),
            "400 3022 Missing base64: base64: is required",
        ),
        (
            json!({"content_type": "image/png", "base64": "?"}),
            "400 3021 Invalid base64: base64: is no base64",
        ),
        (
            json!({"content_type": "image/png", "base64": 5}),
            "400 3021 Invalid base64: base64: must be a string",
        ),
        (
            avatar("image/svg+xml", svg),
            "400 3020 Invalid content_type: content_type: must be one of: image/png, image/jpeg, image/gif, image/webp",
        ),
        (avatar("image/png", svg), "400 3021 Invalid base64: base64: is no PNG, JPEG, GIF or WebP picture"),
        (
            avatar("image/png", &no_size),
            "400 3021 Invalid base64: base64: is no PNG, JPEG, GIF or WebP picture",
        ),
        (avatar("image/png", b""), "400 3022 Missing base64: base64: is required"),
        (
            avatar("image/jpeg", &png()),
            "400 3020 Invalid content_type: content_type: must be one of: image/png",
        ),
        (
            avatar("image/gif", &gif(MOST + 1)),
            "400 3021 Invalid base64: base64: must have at most 5242880 bytes",
        ),
        (json!([]), "400 2604 Invalid body content: the body must be a JSON object"),
    ] {
        assert_eq!(site.refused_at("PUT", &path, body.to_string()).await, told);
    }
    let large = avatar("image/gif", &gif(8 << 20)).to_string();
    // With an idempotency key another bound would be told.
    let told = Site::new().await.refused_at("PUT", &path, large).await;
    assert!(told.starts_with("413 2604 "), "{told}");
    let nobody = path.replace("f119fe3b", "e119fe3b");
    for (method, body) in [("PUT", "{"), ("DELETE", "")] {
        assert_eq!(fault(&site.client.send(method, &nobody, body).await), "404 3000 Contact not found");
    }
    // Elsewhere a body is as small as ever.
    let told = site.refused_at("PUT", CINDY, format!("{{\"notes\":\"{}\"}}", "x".repeat(2 << 20))).await;
    assert!(told.starts_with("413 2604 "), "{told}");
}

#[tokio::test]
async fn who_may_not_write_changes_no_picture() {
    let site = site().await;
    let key = site.test.key(&[app::Scope::Read], &[]).await;
    let reader = site.client.clone().with_key(&key);
    let body = avatar("image/png", &png());
    let told = fault(&reader.put(&format!("{CINDY}/avatar"), &body).await);
    assert!(told.starts_with("403 2602 "), "{told}");
    assert_eq!(site.cindy().await["avatar_uri"], json!(null));
}

#[tokio::test]
async fn users_have_pictures_too() {
    let site = site().await;
    let path = format!("{USER}/avatar");
    let put = site.client.put(&path, &example("users.update_avatar.request")).await;
    assert_eq!(put.expect(200), example("users.update_avatar.response"));
    let uri = site.client.get(USER).await.expect(200)["result"]["avatar_uri"].clone();
    assert_eq!(site.shown(&uri).await.status, 200);
    for (body, told) in [
        (json!({"base64": "x"}), "400 4100 "),
        (json!({"content_type": "text/plain", "base64": "x"}), "400 4101 "),
        (json!({"content_type": "image/png"}), "400 4102 "),
        (avatar("image/png", b"x"), "400 4103 "),
    ] {
        let answer = fault(&site.client.put(&path, &body).await);
        assert!(answer.starts_with(told), "{answer}");
    }
    assert_eq!(site.client.get(USER).await.expect(200)["result"]["avatar_uri"], uri);
    let deleted = site.client.delete(&path).await;
    assert_eq!(deleted.expect(200), example("users.delete_avatar.response"));
    assert_eq!(site.shown(&uri).await.status, 404);
    assert_eq!(site.client.delete(&path).await.header("contactd-change"), "");
    site.undo(&deleted).await;
    assert_eq!(site.shown(&uri).await.status, 200);
    let nobody = format!("/v1/accounts/{SERVICE_ID}/users/nope/avatar");
    for (method, body) in [("PUT", "{"), ("DELETE", "")] {
        assert_eq!(fault(&site.client.send(method, &nobody, body).await), "404 - User not found");
    }
}
