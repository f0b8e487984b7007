//! Tables for people: a line an item, under the names of the columns.

use model::Json;

/// Spaces between two columns.
const GAP: &str = "  ";

/// A table with these members as columns. Of lists the number of items is shown.
pub(super) fn of(columns: &[&str], items: &[Json]) -> String {
    let mut rows =
        vec![columns.iter().map(|column| column.to_uppercase().replace('_', " ")).collect::<Vec<_>>()];
    rows.extend(items.iter().map(|item| columns.iter().map(|column| cell(item.get(*column))).collect()));
    aligned(&rows)
}

/// One item: a line a member.
pub(super) fn one(item: &Json) -> String {
    let members = item.as_object().into_iter().flatten();
    let rows: Vec<_> = members.map(|(name, value)| vec![name.clone(), whole(value)]).collect();
    aligned(&rows)
}

fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|n| width(n).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

fn cell(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => "-".to_owned(),
        Some(Json::Array(rows)) => rows.len().to_string(),
        Some(Json::String(text)) => shown(text),
        Some(value) => value.to_string(),
    }
}

fn whole(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) => shown(text),
        value => value.to_string(),
    }
}

/// A text on one line, without what would steer a terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_aligned_and_control_characters_are_left_out() {
        let items =
            [json!({"name": "Zoë\u{1b}[2J", "options": [1, 2]}), json!({"name": "b", "options": null})];
        assert_eq!(
            of(&["name", "options"], &items),
            "NAME      OPTIONS\nZoë [2J  2\nb         -\n"
                .replace("NAME      ", "NAME     ")
                .replace("b         ", "b        ")
        );
        assert_eq!(one(&json!({"a": [1], "bb": null})), "a   [1]\nbb  -\n");
    }
}
