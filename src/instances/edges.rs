//! The pairs of an instance: `edges.bin`, column by column, or `edges.csv`.
//!
//! Both readers go through the file once and hold little of it beside the result. The text reader is our
//! own: at tens of megabytes a general one would take several times as long, and there is nothing here
//! but whole numbers, commas and line ends.

use super::{FileError, Folder, Wanted};
use passerelle_engine::solver::Pair;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

const MAGIC: &[u8; 8] = b"GSPE0001";
const HEADER: u64 = 32;
/// Bytes of one pair over all columns: two numbers of four, three of two.
const WIDTH: u64 = 14;
/// Pairs that are read at once: their bytes stay in the second cache.
const CHUNK: usize = 1 << 14;

#[derive(Debug, Default)]
pub(super) struct Edges {
    pub start: Vec<u32>,
    pub pairs: Vec<Pair>,
    pub weight: Vec<u16>,
}

/// Takes pairs in the order of trainee and role, and refuses any other.
struct Taker {
    edges: Edges,
    trainees: usize,
    roles: usize,
    weights: bool,
    last: Option<(u32, u32)>,
}

impl Taker {
    fn new(trainees: usize, roles: usize, wanted: Wanted) -> Self {
        let mut edges = Edges::default();
        edges.start.reserve(trainees + 1);
        edges.start.push(0);
        Self { edges, trainees, roles, weights: wanted == Wanted::Weights, last: None }
    }

    fn take(&mut self, [t, r]: [u32; 2], [u, v, w]: [u16; 3]) -> Result<(), String> {
        if t as usize >= self.trainees {
            return Err(format!("names trainee {t}, whom there is not"));
        }
        if r as usize >= self.roles {
            return Err(format!("names role {r}, which there is not"));
        }
        if self.last.is_some_and(|last| (t, r) <= last) {
            return Err(format!("({t}, {r}) is out of order, or stands twice"));
        }
        self.last = Some((t, r));
        while self.edges.start.len() <= t as usize {
            self.edges.start.push(self.edges.pairs.len() as u32);
        }
        self.edges.pairs.push(Pair { role: r, u, v });
        if self.weights {
            self.edges.weight.push(w);
        }
        Ok(())
    }

    /// The same for many at once. That nothing is wrong is found without a branch a pair; only when something is
    /// are they looked at one by one, for its place.
    fn take_all(&mut self, columns: &Columns<'_>) -> Result<(), (usize, String)> {
        let (trainees, roles) = (self.trainees as u64, self.roles as u64);
        let key = |(t, r): (u32, u32)| u64::from(t) << 32 | u64::from(r);
        // One above the key of the last pair: no pair of before has one above `u64::MAX`, since numbers end before it.
        let mut next = self.last.map_or(0, |last| key(last) + 1);
        let mut right = true;
        for at in columns.t().zip(columns.r()) {
            let key = key(at);
            right &= (key >= next) & (u64::from(at.0) < trainees) & (u64::from(at.1) < roles);
            next = key.wrapping_add(1);
        }
        if !right {
            let scores = columns.u().zip(columns.v()).zip(columns.w());
            for (at, ((t, r), ((u, v), w))) in columns.t().zip(columns.r()).zip(scores).enumerate() {
                self.take([t, r], [u, v, w]).map_err(|problem| (at, problem))?;
            }
            return Ok(());
        }
        let begun = self.edges.pairs.len() as u32;
        for (at, t) in (begun..).zip(columns.t()) {
            while self.edges.start.len() <= t as usize {
                self.edges.start.push(at);
            }
        }
        let scores = columns.u().zip(columns.v());
        self.edges.pairs.extend(columns.r().zip(scores).map(|(role, (u, v))| Pair { role, u, v }));
        if self.weights {
            self.edges.weight.extend(columns.w());
        }
        self.last = columns.t().zip(columns.r()).next_back().or(self.last);
        Ok(())
    }

    fn done(mut self) -> Edges {
        self.edges.start.resize(self.trainees + 1, self.edges.pairs.len() as u32);
        self.edges
    }
}

/// A piece of each column, as the bytes stand in the file.
struct Columns<'a> {
    t: &'a [u8],
    r: &'a [u8],
    u: &'a [u8],
    v: &'a [u8],
    w: &'a [u8],
}

impl Columns<'_> {
    fn t(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        four(self.t)
    }

    fn r(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        four(self.r)
    }

    fn u(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        two(self.u)
    }

    fn v(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        two(self.v)
    }

    fn w(&self) -> impl ExactSizeIterator<Item = u16> + '_ {
        two(self.w)
    }
}

fn four(bytes: &[u8]) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
    bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number))
}

fn two(bytes: &[u8]) -> impl ExactSizeIterator<Item = u16> + '_ {
    bytes.as_chunks::<2>().0.iter().map(|number| u16::from_le_bytes(*number))
}

pub(super) fn read(folder: &Folder, trainees: usize, roles: usize, wanted: Wanted) -> Result<Edges, FileError> {
    let taker = Taker::new(trainees, roles, wanted);
    let binary = folder.file("edges.bin");
    if binary.exists() {
        return read_binary(&binary, taker);
    }
    let file = folder.file("edges.csv");
    let text = std::fs::read(&file).map_err(|error| FileError::new(&file, None, error))?;
    read_text(&file, &text, taker)
}

fn read_binary(file: &Path, mut taker: Taker) -> Result<Edges, FileError> {
    let failed = |error: std::io::Error| FileError::new(file, None, error);
    let mut header = [0; HEADER as usize];
    let mut opened = File::open(file).map_err(failed)?;
    let length = opened.metadata().map_err(failed)?.len();
    opened.read_exact(&mut header).map_err(|_| FileError::new(file, None, "is shorter than its header of 32 bytes"))?;
    if &header[..8] != MAGIC {
        return Err(FileError::new(file, None, "does not begin with GSPE0001"));
    }
    let mut number = [0; 8];
    number.copy_from_slice(&header[8..16]);
    let pairs = u64::from_le_bytes(number);
    // Asked before anything is reserved: a wrong number must not take the memory that it promises.
    let expected = pairs.checked_mul(WIDTH).and_then(|bytes| bytes.checked_add(HEADER));
    if expected != Some(length) {
        let should = expected.map_or_else(|| "more bytes than there can be".to_owned(), |bytes| format!("{bytes} bytes"));
        return Err(FileError::new(file, None, format!("has {length} bytes, and {pairs} pairs take {should}")));
    }
    let count = u32::try_from(pairs).map_err(|_| FileError::new(file, None, "has more pairs than this version counts"))? as usize;
    taker.edges.pairs.reserve_exact(count);
    if taker.weights {
        taker.edges.weight.reserve_exact(count);
    }
    let column = |width: u64| -> Result<File, FileError> {
        let mut opened = File::open(file).map_err(failed)?;
        opened.seek(SeekFrom::Start(HEADER + width * pairs)).map_err(failed)?;
        Ok(opened)
    };
    let (mut t, mut r, mut u, mut v) = (column(0)?, column(4)?, column(8)?, column(10)?);
    let mut w = if taker.weights { Some(column(12)?) } else { None };
    let (mut wide, mut narrow) = ([vec![0; 4 * CHUNK], vec![0; 4 * CHUNK]], [vec![0; 2 * CHUNK], vec![0; 2 * CHUNK], vec![0; 2 * CHUNK]]);
    let mut done = 0;
    while done < count {
        let now = CHUNK.min(count - done);
        for (reader, buffer) in [&mut t, &mut r].into_iter().zip(&mut wide) {
            reader.read_exact(&mut buffer[..4 * now]).map_err(failed)?;
        }
        for (reader, buffer) in [Some(&mut u), Some(&mut v), w.as_mut()].into_iter().zip(&mut narrow) {
            if let Some(reader) = reader {
                reader.read_exact(&mut buffer[..2 * now]).map_err(failed)?;
            }
        }
        let columns = Columns {
            t: &wide[0][..4 * now],
            r: &wide[1][..4 * now],
            u: &narrow[0][..2 * now],
            v: &narrow[1][..2 * now],
            w: &narrow[2][..2 * now],
        };
        taker.take_all(&columns).map_err(|(at, problem)| FileError::new(file, None, format!("pair {}: {problem}", done + at)))?;
        done += now;
    }
    Ok(taker.done())
}

fn read_text(file: &Path, text: &[u8], mut taker: Taker) -> Result<Edges, FileError> {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    if text[..end].strip_suffix(b"\r").unwrap_or(&text[..end]) != b"t,r,u,v,w" {
        return Err(FileError::new(file, 1, "the columns are not t,r,u,v,w"));
    }
    // The shortest line has ten bytes.
    taker.edges.pairs.reserve(text.len() / 24);
    let (mut at, mut line) = (end + 1, 1);
    while at < text.len() {
        line += 1;
        let mut values = [0_u32; 5];
        for (place, value) in values.iter_mut().enumerate() {
            let from = at;
            let mut number = 0_u64;
            while at < text.len() && text[at].is_ascii_digit() && at - from < 10 {
                number = number * 10 + u64::from(text[at] - b'0');
                at += 1;
            }
            let stop = if place < 4 { b',' } else { b'\n' };
            if place == 4 && text.get(at) == Some(&b'\r') {
                at += 1;
            }
            let ended = at >= text.len() && place == 4;
            if at == from || !(ended || text.get(at) == Some(&stop)) {
                let name = ["t", "r", "u", "v", "w"][place];
                return Err(FileError::new(file, line, format!("{name} is not a whole number, or the line has not five of them")));
            }
            at += 1;
            *value = u32::try_from(number).map_err(|_| FileError::new(file, line, "has a number that is too large"))?;
        }
        let [t, r, scores @ ..] = values;
        let mut narrow = [0; 3];
        for (score, value) in narrow.iter_mut().zip(scores) {
            *score = u16::try_from(value).map_err(|_| FileError::new(file, line, "has a score above 65535"))?;
        }
        taker.take([t, r], narrow).map_err(|problem| FileError::new(file, line, problem))?;
    }
    if taker.edges.pairs.len() >= u32::MAX as usize {
        return Err(FileError::new(file, None, "has more pairs than this version counts"));
    }
    Ok(taker.done())
}

#[cfg(test)]
mod tests;
