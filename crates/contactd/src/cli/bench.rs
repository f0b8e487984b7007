//! The options of `contactd bench`.

use std::path::PathBuf;

use clap::{Args, value_parser};

use crate::bench::Operation;

pub(super) const EXAMPLES: &str = "\
Examples:
  contactd bench
      Updates of 100000 contacts over 1, 32 and 256 connections: about two minutes and 3 GB of disk.
  contactd bench --database-folder /var/lib/contactd --batch-of-one --html bench.html
      On the disk that will hold the data, and what one commit for many updates is worth there.
  contactd bench --operation update,get,mixed --sizes 10000,100000,1000000 --html bench.html
      Several loads, and what they cost with ten and a hundred times the contacts: half an hour.";

#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// What is measured, each by itself
    #[arg(
        long = "operation",
        value_name = "NAME,…",
        value_enum,
        value_delimiter = ',',
        default_value = "update"
    )]
    pub(crate) operations: Vec<Operation>,
    /// Contacts in the database, of about 1.6 KB
    #[arg(long, value_name = "COUNT", default_value_t = 100_000, value_parser = value_parser!(u64).range(1..))]
    pub(crate) contacts: u64,
    /// Connections at a time; each number is measured
    #[arg(
        long,
        value_name = "COUNT,…",
        value_delimiter = ',',
        default_values_t = [1, 32, 256],
        value_parser = value_parser!(u16).range(1..)
    )]
    pub(crate) connections: Vec<u16>,
    /// Seconds that each measurement takes, 0.1 to 600
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Seconds of load before each measurement, 0 to 600
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = warmup)]
    pub(crate) warmup: f64,
    /// How often everything is measured; the medians are shown
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = value_parser!(u32).range(1..=99))]
    pub(crate) rounds: u32,
    /// Measure batches of one too, at the largest number of connections
    #[arg(long)]
    pub(crate) batch_of_one: bool,
    /// Measure with these numbers of contacts too, over 32 connections (or the largest number given)
    ///
    /// One database grows from size to size. What 'create' and 'mixed' add is there from then on.
    #[arg(long, value_name = "COUNT,…", value_delimiter = ',', value_parser = value_parser!(u64).range(1..))]
    pub(crate) sizes: Vec<u64>,
    /// Measure again after so many more updates, over as many connections: what a long history costs
    #[arg(long, value_name = "COUNT,…", value_delimiter = ',', value_parser = value_parser!(u64).range(1..))]
    pub(crate) events: Vec<u64>,
    /// Open so many connections that do nothing, and tell the server's memory for each
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u16).range(1..))]
    pub(crate) idle_connections: Option<u16>,
    /// Ask for the longest lists, read them slowly, and tell what the server's memory grows by
    #[arg(long)]
    pub(crate) slow_reader: bool,
    /// Send single requests too, one after the other: pages of every API's list near its beginning and its end, finding
    /// somebody, a filtered list, renaming a tag
    #[arg(long)]
    pub(crate) routes: bool,
    /// Where the database is made and removed again: a folder on the disk to measure [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    pub(crate) database_folder: Option<PathBuf>,
    /// An empty PostgreSQL database to fill and measure instead: postgres://…; what was made stays there
    #[arg(long, value_name = "URL", conflicts_with = "database_folder")]
    pub(crate) database: Option<String>,
    /// Write the result as one HTML page with plots too
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the plots as SVG files into this folder too; it is made if need be
    #[arg(long, value_name = "DIR")]
    pub(crate) svg: Option<PathBuf>,
    /// Write the result, each round of it, as JSON too
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    between(0.1, text)
}

fn warmup(text: &str) -> Result<f64, String> {
    between(0.0, text)
}

/// A number of seconds, this or more.
fn between(least: f64, text: &str) -> Result<f64, String> {
    const MOST: f64 = 600.0;
    let number = text.parse().ok().filter(|number| (least..=MOST).contains(number));
    number.ok_or_else(|| format!("must be a number from {least} to {MOST}"))
}
