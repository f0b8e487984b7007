//! `contactd cert`: a certificate that is signed by itself, and its key.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use app::{Clock, SystemClock};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::DnsName;

use crate::cli::CertArgs;

const DAY: Duration = Duration::from_secs(86_400);

/// Makes both files and says how to try them.
pub(crate) fn run(args: &CertArgs) -> anyhow::Result<()> {
    for host in &args.hosts {
        check(host)?;
    }
    let key = KeyPair::generate().context("cannot make a key")?;
    let certificate = params(args)?.self_signed(&key).context("cannot make a certificate")?;
    let key_file = new_file(&args.key, 0o600)?;
    let written = write(key_file, &args.key, &key.serialize_pem())
        .and_then(|()| new_file(&args.cert, 0o644))
        .and_then(|file| write(file, &args.cert, &certificate.pem()));
    if let Err(fault) = written {
        // A key without its certificate would only be in the way of the next try.
        let _ = std::fs::remove_file(&args.key);
        return Err(fault);
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", usage(args)).context("cannot write to standard output")
}

fn check(host: &str) -> anyhow::Result<()> {
    let name = host.strip_prefix("*.").unwrap_or(host);
    if host.parse::<IpAddr>().is_ok() || DnsName::try_from(name).is_ok() {
        return Ok(());
    }
    Err(anyhow::anyhow!(
        "hint: give a name such as localhost, *.example.com or 127.0.0.1, without scheme and port"
    )
    .context(format!("'{host}' is neither a host's name nor an IP address")))
}

fn params(args: &CertArgs) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(args.hosts.clone()).context("cannot make a certificate")?;
    params.distinguished_name = DistinguishedName::new();
    // Longer ones are none; clients look at the names beside it.
    let name = args.hosts.iter().find(|host| host.len() <= 64).map_or("contactd", String::as_str);
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = u64::try_from(SystemClock.now().seconds()).context("the clock is before 1970")?;
    let now = date_time_ymd(1970, 1, 1) + Duration::from_secs(now);
    // Clients' clocks may be behind.
    params.not_before = now - DAY;
    params.not_after = now + DAY * args.days;
    Ok(params)
}

fn new_file(path: &Path, mode: u32) -> anyhow::Result<File> {
    match OpenOptions::new().write(true).create_new(true).mode(mode).open(path) {
        Ok(file) => Ok(file),
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
            Err(anyhow::anyhow!("hint: remove it, or name another file")
                .context(format!("{} exists already", path.display())))
        }
        Err(fault) => Err(anyhow::Error::new(fault)
            .context(format!("cannot write {}", path.display()))
            .context("hint: the folder must exist and be writable")),
    }
}

fn write(mut file: File, path: &Path, text: &str) -> anyhow::Result<()> {
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The commands to try it.
fn usage(args: &CertArgs) -> String {
    let (cert, key) = (args.cert.display(), args.key.display());
    let is_here = |host: &&String| {
        host.as_str() == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    let here = args.hosts.iter().find(is_here);
    let host = here.or_else(|| args.hosts.first()).map_or("localhost", String::as_str).replace("*.", "any.");
    let name = if host.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{host}]") } else { host };
    let lead = if here.is_some() { String::new() } else { format!("--resolve {name}:8080:127.0.0.1 ") };
    format!(
        "contactd serve --demo --tls-cert {cert} --tls-key {key}\n\
         curl --cacert {cert} {lead}https://{name}:8080/"
    )
}
