//! TLS: only with a server that is who it should be.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use store::{Location, Options, Store, StoreError};
use testdb::Cluster;

/// A key, and a certificate of its own for the host 127.0.0.1.
fn certificate(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (key, certificate) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.crt")));
    let done = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    (key, certificate)
}

/// Puts a file where the server looks for it, as its own.
fn give(file: &Path, folder: &Path, name: &str) {
    let owner = std::fs::metadata(folder).unwrap();
    let place = folder.join(name);
    std::fs::copy(file, &place).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o600)).unwrap();
    chown(&place, Some(owner.uid()), Some(owner.gid())).unwrap();
}

#[tokio::test]
async fn a_server_is_verified_before_it_hears_anything() {
    let folder = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start().unwrap();
    let (key, own) = certificate(folder.path(), "own");
    let (_, other) = certificate(folder.path(), "other");
    let data = PathBuf::from(cluster.sql("postgres", "SHOW data_directory").trim());
    give(&key, &data, "server.key");
    give(&own, &data, "server.crt");
    let open = async |url: String| {
        let options = Options { writers: 1, readers: 1, ..Options::default() };
        Store::open(&Location::Postgres(url), options).await
    };
    let name = cluster.create_database();
    let plain = cluster.url(&name);
    let trusting = |authority: &Path| format!("{plain}?sslmode=require&sslrootcert={}", authority.display());
    // It does not speak TLS yet.
    assert!(matches!(
        open(trusting(&own)).await.err(),
        Some(StoreError::Unavailable(_) | StoreError::Postgres(_))
    ));
    cluster.set("ssl", "on");
    cluster.stop_fast();
    cluster.start_again();
    let store = open(trusting(&own)).await.unwrap();
    store.check().await.unwrap();
    let encrypted = "SELECT bool_and(s.ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) \
                     WHERE a.application_name = 'contactd'";
    assert_eq!(cluster.sql(&name, encrypted).trim(), "t");
    store.close().await;
    // Another authority, and another name.
    assert!(open(trusting(&other)).await.is_err());
    assert!(open(trusting(&own).replace("@127.0.0.1:", "@localhost:")).await.is_err());
    for (options, said) in [
        ("sslmode=prefer", "sslmode is disable or require, not 'prefer'"),
        ("sslmode=require&sslrootcert=/no/such/file", "sslrootcert=/no/such/file"),
    ] {
        match open(format!("{plain}?{options}")).await.err() {
            Some(StoreError::Url(text)) => assert!(text.contains(said), "{text}"),
            fault => panic!("{fault:?}"),
        }
    }
}
