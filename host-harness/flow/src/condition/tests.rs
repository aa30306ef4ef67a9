use super::*;

fn condition(comparison: Comparison, operator: Operator, values: &[&str]) -> Condition {
    Condition {
        source: Source::Input,
        variable: None,
        entity: None,
        comparison,
        operator,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        more: Map::new(),
        place: String::new(),
        patterns: values.iter().map(|value| Pattern::new(*value)).collect(),
    }
}

fn holds(comparison: Comparison, value: Option<&str>, wanted: &str) -> bool {
    condition(comparison, Operator::Or, &[wanted]).holds(value).expect("a pattern")
}

#[test]
fn comparisons_of_two_texts() {
    use Comparison::*;
    // The tests of the vendor's engine, and its documentation.
    let table = [
        (Equals, "Value 1", "Value 1", true),
        (Equals, "ValUe 1", "value 1", true),
        (Equals, "Value 😱🤢➡", "Value 😱🤢➡", true),
        (Equals, "Valuê 1", "Válue 1", true),
        (Equals, "Value 1", "Value X", false),
        (Equals, "Não", "NAO", true),
        (Equals, "a\u{303}o", "ão", true),
        (Equals, "ñandú", "nandu", true),
        (Equals, "sim ", "sim", false),
        (NotEquals, "Value 1", "Value 1", false),
        (NotEquals, "ValUe 1", "value 1", false),
        (NotEquals, "Valuê 1", "Válue 1", false),
        (NotEquals, "Value 1", "Value X", true),
        (Contains, "quero HABLAR ya", "hablar", true),
        (Contains, "ação", "acao", false),
        (Contains, "abc", "abcd", false),
        (StartsWith, "Value 1", "Value 1", true),
        (StartsWith, "ValUe 1", "value 1", true),
        (StartsWith, "Value 1", "Valu", true),
        (StartsWith, "Value 1", "Balue", false),
        (StartsWith, "élan", "e", false),
        (EndsWith, "Value 1", "UE 1", true),
        (EndsWith, "Value 1", "value", false),
        (GreaterThan, "12345", "1234", true),
        (GreaterThan, "12345", "12345", false),
        (GreaterThan, "1234", "12345", false),
        (GreaterThan, "not a number", "also not a number", false),
        (GreaterThan, "10", "9", true),
        (GreaterThan, "0.30000000000000000001", "0.3", true),
        (LessThan, "-2", "1", true),
        (LessThan, "2", "2", false),
        (LessThan, "x", "2", false),
        (GreaterThanOrEquals, "2.0", "2", true),
        (GreaterThanOrEquals, "1,234", "1234", true),
        (GreaterThanOrEquals, " 7 ", "7", true),
        (GreaterThanOrEquals, "7.", "7", true),
        (GreaterThanOrEquals, "1.2,3", "1", false),
        (GreaterThanOrEquals, "1e3", "1", false),
        (LessThanOrEquals, "2", "2", true),
        (LessThanOrEquals, "3", "2", false),
        (Matches, "pedido 123", "[0-9]{3}", true),
        (Matches, "Sim", "sim", false),
        (Matches, "sim", "^s", true),
        (ApproximateTo, "Value 1", "Value 1", true),
        (ApproximateTo, "ValUe 1", "value 1", true),
        (ApproximateTo, "Valuê 1", "Válue 1", true),
        (ApproximateTo, "Value 1", "Vilue X", true),
        (ApproximateTo, "Value 1", "Hello world", false),
        (ApproximateTo, "", "", true),
        (ApproximateTo, "abcd", "abxy", false),
    ];
    for (comparison, value, wanted, expected) in table {
        let found = holds(comparison, Some(value), wanted);
        assert_eq!(found, expected, "{comparison:?} {value:?} {wanted:?}");
    }
}

#[test]
fn comparisons_of_one_text() {
    use Comparison::*;
    for (comparison, value, expected) in [
        (Exists, Some("Value"), true),
        (Exists, Some(""), false),
        (Exists, None, false),
        (NotExists, Some("Value"), false),
        (NotExists, Some(""), true),
        (NotExists, None, true),
    ] {
        let found = condition(comparison, Operator::Or, &[]).holds(value).expect("no pattern");
        assert_eq!(found, expected, "{comparison:?} {value:?}");
    }
}

#[test]
fn what_is_not_there_is_nothing() {
    use Comparison::*;
    for (name, comparison) in Comparison::WORDS {
        let expected = matches!(comparison, NotEquals | NotExists);
        assert_eq!(holds(comparison, None, "x"), expected, "{name}");
    }
    // An empty text exists: it equals another one, and every text contains it.
    assert!(!holds(Equals, None, ""));
    assert!(holds(Equals, Some(""), ""));
}

#[test]
fn one_of_several_values_or_all_of_them() {
    let value = Some("quiero una persona");
    let several = |operator, values: &[&str]| {
        condition(Comparison::Contains, operator, values).holds(value).expect("no pattern")
    };
    assert!(several(Operator::Or, &["hablar", "persona"]));
    assert!(!several(Operator::Or, &["hablar", "menú"]));
    assert!(several(Operator::And, &["quiero", "persona"]));
    assert!(!several(Operator::And, &["quiero", "hablar"]));
    assert!(!several(Operator::Or, &[]));
}

#[test]
fn not_equal_to_several_values_is_equal_to_none_of_them() {
    let differs = |value| {
        condition(Comparison::NotEquals, Operator::Or, &["gold", "silver"])
            .holds(Some(value))
            .expect("no pattern")
    };
    assert!(differs("bronze"));
    assert!(!differs("Gold"));
    assert!(!differs("silver"));
}

#[test]
fn a_pattern_that_cannot_be_used_says_so_and_does_not_guess() {
    let lookahead = condition(Comparison::Matches, Operator::Or, &["(?=a)a"]);
    assert!(lookahead.holds(Some("a")).is_err());
    // It is not evaluated, because another value suffices.
    let either = condition(Comparison::Matches, Operator::Or, &["a", "(?=a)a"]);
    assert_eq!(either.holds(Some("a")), Ok(true));
}

#[test]
fn long_texts_are_not_compared_letter_by_letter() {
    let (long, other) = ("a".repeat(2_000_000), "b".repeat(2_000_000));
    assert!(!holds(Comparison::ApproximateTo, Some(&long), &other));
    assert!(holds(Comparison::ApproximateTo, Some(&long), &long));
}
