//! The readers against files that are not what they say.

use super::*;
use proptest::prelude::*;

fn text(file: &str) -> Result<Edges, FileError> {
    read_text(Path::new("edges.csv"), file.as_bytes(), Taker::new(3, 4, Wanted::Weights))
}

/// Pairs as a binary file has them.
fn binary(pairs: &[[u32; 5]]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend((pairs.len() as u64).to_le_bytes());
    bytes.extend([0; 16]);
    for column in 0..5 {
        for pair in pairs {
            match column {
                0 | 1 => bytes.extend(pair[column].to_le_bytes()),
                _ => bytes.extend((pair[column] as u16).to_le_bytes()),
            }
        }
    }
    bytes
}

fn from_bytes(bytes: &[u8]) -> Result<Edges, FileError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("edges.bin");
    std::fs::write(&file, bytes).unwrap();
    let whole = read_binary(&file, Taker::new(3, 4, Wanted::Weights), usize::MAX);
    let parts = read_binary(&file, Taker::new(3, 4, Wanted::Weights), 2);
    match (&whole, &parts) {
        (Ok(one), Ok(other)) => assert_eq!((&one.start, &one.pairs, &one.weight), (&other.start, &other.pairs, &other.weight)),
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        _ => panic!("{whole:?} whole, and {parts:?} in parts"),
    }
    parts
}

#[test]
fn both_files_say_the_same() {
    let pairs = [[0, 1, 9000, 10000, 9601], [0, 3, 1, 2, 3], [2, 0, 0, 0, 1]];
    let lines: Vec<String> = pairs.iter().map(|pair| pair.map(|number| number.to_string()).join(",")).collect();
    let one = text(&format!("t,r,u,v,w\n{}\n", lines.join("\n"))).unwrap();
    let two = text(&format!("t,r,u,v,w\r\n{}", lines.join("\r\n"))).unwrap();
    let three = from_bytes(&binary(&pairs)).unwrap();
    assert_eq!(one.start, [0, 2, 2, 3]);
    assert_eq!(one.weight, [9601, 3, 1]);
    for other in [&two, &three] {
        assert_eq!((&one.start, &one.pairs, &one.weight), (&other.start, &other.pairs, &other.weight));
    }
}

#[test]
fn faults_are_named_with_their_line() {
    for (file, line) in [
        ("t;r;u;v;w\n", 1),
        ("t,r,u,v,w\n0,1,2,3\n", 2),
        ("t,r,u,v,w\n0,1,2,3,4,5\n", 2),
        ("t,r,u,v,w\n0,1,2,3,4\n-1,1,2,3,4\n", 3),
        ("t,r,u,v,w\n0,1,2,3,4\n0,1,2,3,4\n", 3),
        ("t,r,u,v,w\n1,1,2,3,4\n0,1,2,3,4\n", 3),
        ("t,r,u,v,w\n0,1,2,3,70000\n", 2),
        ("t,r,u,v,w\n3,1,2,3,4\n", 2),
        ("t,r,u,v,w\n0,4,2,3,4\n", 2),
        ("t,r,u,v,w\n0,1,2,,4\n", 2),
        ("t,r,u,v,w\n99999999999,1,2,3,4\n", 2),
    ] {
        assert_eq!(text(file).unwrap_err().line, Some(line), "{file}");
    }
    let whole = binary(&[[0, 1, 2, 3, 4]]);
    for wrong in [&whole[..20], &whole[..whole.len() - 1], &[whole.as_slice(), &[0]].concat(), b"GSPE0002", &[]] {
        assert!(from_bytes(wrong).is_err());
    }
    // A number of pairs that no memory could hold is refused before it is asked for.
    let mut boast = whole.clone();
    boast[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(from_bytes(&boast).unwrap_err().problem.contains("there can be"));
}

proptest! {
    /// Whatever the bytes: an answer, no panic, and no more pairs than lines.
    #[test]
    fn any_text_is_answered(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let body = [b"t,r,u,v,w\n".as_slice(), &noise].concat();
        if let Ok(edges) = read_text(Path::new("edges.csv"), &body, Taker::new(3, 4, Wanted::Stable)) {
            prop_assert!(edges.pairs.len() <= body.len());
        }
    }

    #[test]
    fn text_of_numbers_is_answered(noise in "[0-9,\\n\\r-]{0,120}") {
        let answer = text(&format!("t,r,u,v,w\n{noise}"));
        if let Err(error) = answer {
            prop_assert!(error.line.is_some());
        }
    }

    #[test]
    fn any_bytes_are_answered(noise in proptest::collection::vec(any::<u8>(), 0..200), count in 0u64..20) {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(count.to_le_bytes());
        bytes.extend(noise);
        if let Ok(edges) = from_bytes(&bytes) {
            prop_assert_eq!(edges.pairs.len() as u64, count);
        }
    }
}
