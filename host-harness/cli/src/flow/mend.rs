//! Changes a JSON text and leaves the rest of it unchanged, byte by byte.

use std::ops::Range;

use despertador_flow::Edit;
use serde_json::Value;

use crate::Unusable;
use crate::language::tr;
use crate::pointer::{Place, locate};

/// The changed text.
pub(super) fn mend(text: &str, edit: &Edit) -> Result<String, Unusable> {
    let exact = |pointer: &str| locate(text, pointer).filter(|place| place.exact);
    let lost = || {
        Unusable::from(tr!(
            "there is nothing at {place}",
            "no hay nada en {place}",
            "não há nada em {place}",
            place = edit.place
        ))
    };
    let Some(list) = exact(&edit.place) else {
        let block = exact(&edit.block).ok_or_else(lost)?;
        return with_new_list(text, &block, edit).ok_or_else(lost);
    };
    let elements: Vec<Range<usize>> = (0_usize..)
        .map_while(|number| exact(&format!("{}/{number}", edit.place)))
        .map(|place| place.value)
        .collect();
    let inside = list.value.start.saturating_add(1)..list.value.end.saturating_sub(1);
    let first = elements.first().map_or(inside.start, |first| first.start);
    let last = elements.last().map_or(inside.start, |last| last.end);
    let between = text.get(inside.start..first).unwrap_or_default();

    let mut parts = vec![written(&edit.insert, between)];
    for (number, element) in elements.iter().enumerate() {
        if !edit.remove.contains(&number) {
            parts.push(text.get(element.clone()).unwrap_or_default().to_owned());
        }
    }
    let (before, after) = (text.get(..first).ok_or_else(lost)?, text.get(last..).ok_or_else(lost)?);
    Ok(format!("{before}{}{after}", parts.join(&format!(",{between}"))))
}

/// Adds the list to a block that had none, as its first member.
fn with_new_list(text: &str, block: &Place, edit: &Edit) -> Option<String> {
    let inside = block.value.start.checked_add(1)?;
    let (before, after) = (text.get(..inside)?, text.get(inside..)?);
    let name = edit.place.rsplit('/').next()?;
    let between: String = after.chars().take_while(|character| character.is_whitespace()).collect();
    let comma = if after.trim_start().starts_with('}') { "" } else { "," };
    Some(format!("{before}{between}\"{name}\": [{}]{comma}{after}", edit.insert))
}

/// Formats the value with the line breaks and indentation of its neighbours.
fn written(value: &Value, between: &str) -> String {
    let Some((_, indent)) = between.rsplit_once('\n') else { return value.to_string() };
    format!("{value:#}").replace('\n', &format!("\n{indent}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn edit(remove: &[usize]) -> Edit {
        Edit {
            place: "/b/outputs".into(),
            block: "/b".into(),
            insert: json!({ "x": 1 }),
            remove: remove.to_vec(),
        }
    }

    fn mended(text: &str, remove: &[usize]) -> String {
        mend(text, &edit(remove)).expect("a place")
    }

    #[test]
    fn only_the_list_changes() {
        let text = "{ \"b\" : {\"n\":1.50, \"outputs\": [\n    {\"y\":  2},\n    3\n  ] } }\n";
        let wanted = "{ \"b\" : {\"n\":1.50, \"outputs\": [\n    {\n      \"x\": 1\n    },\n    {\"y\":  2},\n    3\n  ] } }\n";
        assert_eq!(mended(text, &[]), wanted);
        assert_eq!(
            mended("{\"b\":{\"outputs\":[7,8,9]}}", &[0, 2]),
            "{\"b\":{\"outputs\":[{\"x\":1},8]}}"
        );
        assert_eq!(mended("{\"b\":{\"outputs\":[]}}", &[]), "{\"b\":{\"outputs\":[{\"x\":1}]}}");
        assert_eq!(mended("{\"b\":{\"outputs\":[7]}}", &[0]), "{\"b\":{\"outputs\":[{\"x\":1}]}}");
    }

    #[test]
    fn a_list_that_was_not_there_is_made() {
        assert_eq!(mended("{\"b\":{\"n\":1}}", &[]), "{\"b\":{\"outputs\": [{\"x\":1}],\"n\":1}}");
        assert_eq!(mended("{\"b\":{}}", &[]), "{\"b\":{\"outputs\": [{\"x\":1}]}}");
        assert!(mend("{\"a\":{}}", &edit(&[])).is_err());
    }
}
