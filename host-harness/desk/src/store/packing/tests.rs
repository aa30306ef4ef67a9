#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that is wrong fails")]

use sha2::Digest;

use super::*;

const NINE: Instant = 1_772_442_000_000;
const POLICY: &str = r#"{"reminders":[{"after":"10 min","text":"¿Sigues allí? Estamos aquí para ayudarte con todo lo que necesites."}]}"#;

/// An account 1 whose policy has this many versions.
struct Versions(i64);

impl PolicyTexts for Versions {
    type Error = std::convert::Infallible;

    fn texts(&self, (account, version): (i64, i64)) -> Result<Option<String>, Self::Error> {
        let text =
            if version == 1 { POLICY.to_owned() } else { format!(r#"{{"text":"{version}"}}"#) };
        Ok((account == 1 && version <= self.0).then_some(text))
    }
}

fn beside(ticket: &str) -> Beside<'_> {
    Beside { at: NINE, policy: (1, 1), ticket }
}

/// What is unpacked is what was packed: its size, or none if it is stored as text.
fn packed(parts: [Option<&str>; 3], ticket: &str) -> Option<usize> {
    let (policies, mut packing) = (Versions(1), Packing::new().unwrap());
    let packed = packing.pack(&policies, parts, beside(ticket)).unwrap()?;
    let unpacked = packing.unpack(&policies, &packed, beside(ticket)).unwrap();
    assert_eq!(unpacked.unwrap(), parts.map(|part| part.map(str::to_owned)), "{ticket:?}");
    Some(packed.len())
}

const ROW: &str = r#"{"at":"2026-03-02T09:00:00Z","id":"0d2c7a34-1f6b-4a57-9b43-6f1f1a0c9e55","message":{"author":"agent"},"ticket":"4711"}"#;
const WAIT: &str = r#"{"for":"reminder-1","outcome":"wait","reason":"reminder 1","rule":0,"until":"2026-03-02T09:10:00.250Z"}"#;
const ACT: &str = r#"{"action":{"cycle":1,"due":"2026-03-02T09:10:00Z","key":"4711/1/reminder-1","step":"reminder-1","task":"send","with":{"audience":"customer","image":null,"language":null,"number":1,"of":3,"quick-replies":[],"template":null,"text":"¿Sigues allí? Estamos aquí para ayudarte con todo lo que necesites."}},"outcome":"act","reason":"reminder 1","rule":0}"#;

#[test]
fn entries_become_small_and_are_unpacked_as_they_were() {
    let small = packed([Some(ROW), Some(WAIT), None], "4711").unwrap();
    assert!(small < 45, "{small}");
    let small = packed([None, Some(ACT), None], "4711").unwrap();
    assert!(small < 45, "{small}: the text stands in the policy");
}

#[test]
fn whatever_an_entry_says_it_is_unpacked_as_it_was() {
    let odd = [
        "{}",
        r#""2026-03-02T09:00:00Z""#,
        r#""2026-03-02T09:00:00.000Z""#,
        r#""2026-02-30T09:00:00Z""#,
        r#""2016-12-31T23:59:60Z""#,
        r#""0000-01-01T00:00:00Z""#,
        r#""9999-12-31T23:59:59.999Z""#,
        r#""2026-03-02T09:00:0١Z""#,
        r#""2026-03-02 09:00:00Z""#,
        r#""0D2C7A34-1f6b-4a57-9b43-6f1f1a0c9e55""#,
        r#""0d2c7a34-1f6b-4a57-9b43-6f1f1a0c9e5g""#,
        r#"{"attempt":1,"due":1772442600000}"#,
        r#"{"due":0772442600000,"due":17724426000001,"due":177244260000,"due":1772442600000.5}"#,
        r#"{"due":9999999999999,"due":-1772442600000,"due":"1772442600000"}"#,
        r#""4711/1/close","4711","47110","x4711""#,
        r#"{"\"4711\"":"\u0001\\","a":"😀\ud800"}"#,
        "\"",
        "\u{7f}\u{80}\u{10ffff}",
    ];
    for ticket in ["4711", "", "a\"b", "0d2c7a34-1f6b-4a57-9b43-6f1f1a0c9e55", "día"] {
        for text in odd {
            assert!(packed([Some(text), None, Some(text)], ticket).is_some(), "{text}");
            assert!(packed([None, Some(text), None], ticket).is_some(), "{text}");
        }
        assert!(packed([None; 3], ticket).is_some());
    }
    // What is no JSON stays text.
    for text in ["", "a\nb", "\u{1}", "\u{1e}"] {
        assert_eq!(packed([Some(text), None, None], "4711"), None, "{text:?}");
    }
}

#[test]
fn escaped_texts_of_a_policy_are_found_as_well() {
    assert_eq!(texts_of(POLICY), None);
    let escaped = POLICY.replace('¿', "\\u00bf").replace('a', "\\u0061");
    assert_eq!(texts_of(&escaped).unwrap().len(), POLICY.len());
    assert!(texts_of(&escaped).unwrap().contains("¿Sigues allí? Estamos aquí para"));
    assert_eq!(texts_of("\\"), None);
}

#[test]
fn damaged_entries_are_errors() {
    let (policies, mut packing) = (Versions(1), Packing::new().unwrap());
    for parts in [[Some(ROW), Some(WAIT), None], [None, Some(ACT), None]] {
        let good = packing.pack(&policies, parts, beside("4711")).unwrap().unwrap();
        for place in 0..good.len() {
            let cut = packing.unpack(&policies, &good[..place], beside("4711")).unwrap();
            assert!(cut.is_err(), "cut at {place}");
            for flip in [1, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[place] ^= flip;
                // It may be another text, but it is one, or an error.
                let _: Result<Parts, String> =
                    packing.unpack(&policies, &bad, beside("4711")).unwrap();
            }
        }
        // A length of four gigabytes is not believed.
        let huge = [&[WITH_SAID, 0xa0], &u32::MAX.to_le_bytes()[..], &[1, 0, 0]].concat();
        assert!(packing.unpack(&policies, &huge, beside("4711")).unwrap().is_err());
    }
    let act = packing.pack(&policies, [None, Some(ACT), None], beside("4711")).unwrap();
    let elsewhere = Beside { policy: (1, 9), ..beside("4711") };
    let said = packing.unpack(&policies, &act.unwrap(), elsewhere).unwrap();
    assert_eq!(said.unwrap_err(), "its policy 9 is not there");
}

#[test]
fn many_policies_take_turns() {
    let (policies, mut packing) = (Versions(40), Packing::new().unwrap());
    for _ in 0..2 {
        for version in 1..=40 {
            let beside = Beside { policy: (1, version), ..beside("4711") };
            let packed = packing.pack(&policies, [None, Some(ACT), None], beside).unwrap().unwrap();
            let unpacked = packing.unpack(&policies, &packed, beside).unwrap().unwrap();
            assert_eq!(unpacked[1].as_deref(), Some(ACT));
            assert!(packing.policies.len() <= POLICIES_MAX);
        }
    }
}

/// Files of earlier versions stay readable: a dictionary that changes needs a byte of its own.
#[test]
fn the_dictionary_and_what_was_packed_with_it_never_change() {
    let digest: String =
        sha2::Sha256::digest(SAID).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "2e86eaf694ca36e146351bc688cb15a4d8eb4c216cc83b0ece1e5dced53e7526");
    let (policies, mut packing) = (Versions(1), Packing::new().unwrap());
    let kept = [
        (
            "01209bfd0000a80d2c7a341f6b4a579b436f1f1a0c9e55f4a2497d1e020028c3a63b770108",
            [Some(ROW), Some(WAIT), None],
        ),
        ("02604a00ad000018809f490400d39a23a84a3a2868b999a961f3ce40", [None, Some(ACT), None]),
    ];
    for (hex, parts) in kept {
        let bytes: Vec<u8> = hex
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let unpacked = packing.unpack(&policies, &bytes, beside("4711")).unwrap();
        assert_eq!(unpacked.unwrap(), parts.map(|part| part.map(str::to_owned)));
    }
}
