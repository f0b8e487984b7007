//! The result as text for people.

use std::fmt::{self, Display, Formatter};

use super::sections::{Part, Section, Table};

/// Sections as lines of text.
pub(super) struct Text<'s>(pub(super) &'s [Section]);

/// Where running text is broken.
const WIDTH: usize = 100;

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (n, section) in self.0.iter().enumerate() {
            let mark = if n == 0 { '=' } else { '-' };
            let line: String = section.title.chars().map(|_| mark).collect();
            let gap = if n == 0 { "" } else { "\n" };
            writeln!(f, "{gap}{}\n{line}", section.title)?;
            for part in &section.parts {
                match part {
                    Part::Text(text) => paragraph(text, f)?,
                    Part::Table(table) => {
                        writeln!(f)?;
                        lines(table, f)?;
                        writeln!(f)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn paragraph(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            writeln!(f)?;
            column = 0;
        }
        if column > 0 {
            write!(f, " ")?;
            column += 1;
        }
        write!(f, "{word}")?;
        column += length;
    }
    writeln!(f)
}

/// Columns as wide as their heads or their widest cells, two spaces apart, aligned to the right.
fn lines(table: &Table, f: &mut Formatter<'_>) -> fmt::Result {
    let all = || std::iter::once(&table.heads).chain(&table.rows);
    let width = |column: usize| all().filter_map(|line| line.get(column)).map(String::len).max();
    let widths: Vec<usize> = (0..table.heads.len()).filter_map(width).collect();
    for line in all() {
        let cells: Vec<String> =
            line.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        writeln!(f, "{}", cells.join("  "))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_text_is_broken_and_columns_are_aligned() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let table = Table { heads: texts(&["a", "wide"]), rows: vec![texts(&["10", "1"])] };
        let parts = vec![Part::Text("word ".repeat(30).trim_end().to_owned()), Part::Table(table)];
        let sections = [Section { title: "Title".to_owned(), parts, plots: Vec::new() }];
        let text = Text(&sections).to_string();
        assert!(text.starts_with("Title\n=====\nword word"), "{text}");
        assert!(text.ends_with("word\n\n a  wide\n10     1\n\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH && !line.ends_with(' ')), "{text}");
    }
}
