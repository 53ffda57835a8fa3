//! The pairs of an instance: `edges.bin`, column by column, or `edges.csv`.
//!
//! Both readers go through the file once and hold little of it beside the result. The text reader is our
//! own: at tens of megabytes a general one would take several times as long, and there is nothing here
//! but whole numbers, commas and line ends.

use super::{FileError, Folder, Wanted};
use passerelle_engine::solver::Pair;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::mem::MaybeUninit;
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

/// Pairs from which on a second thread is worth its beginning.
const WORTH_A_THREAD: usize = 1 << 17;

/// Takes pairs in the order of trainee and role, and refuses any other.
struct Taker {
    edges: Edges,
    trainees: usize,
    roles: usize,
    weights: bool,
    last: Option<(u32, u32)>,
    /// Pairs that somebody else takes before these, and trainees whose pairs begin among them.
    before: (usize, usize),
}

impl Taker {
    fn new(trainees: usize, roles: usize, wanted: Wanted) -> Self {
        let mut edges = Edges::default();
        edges.start.reserve(trainees + 1);
        edges.start.push(0);
        Self { edges, trainees, roles, weights: wanted == Wanted::Weights, last: None, before: (0, 0) }
    }

    /// For the pairs that follow so many others, of which this is the last.
    fn after(&self, pairs: usize, last: (u32, u32)) -> Self {
        let before = (pairs, (last.0 as usize).saturating_add(1));
        Self { edges: Edges::default(), last: Some(last), before, ..*self }
    }

    /// The pairs of a trainee begin with the next one, if none of hers came before.
    fn begin(&mut self, trainee: u32, at: usize) {
        while self.before.1 + self.edges.start.len() <= trainee as usize {
            self.edges.start.push((self.before.0 + at) as u32);
        }
    }

    /// Whether a pair may come next.
    fn look(&mut self, [t, r]: [u32; 2]) -> Result<(), String> {
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
        Ok(())
    }

    fn take(&mut self, [t, r]: [u32; 2], [u, v, w]: [u16; 3]) -> Result<(), String> {
        self.look([t, r])?;
        self.begin(t, self.edges.pairs.len());
        self.edges.pairs.push(Pair { role: r, u, v });
        if self.weights {
            self.edges.weight.push(w);
        }
        Ok(())
    }

    /// The same for many at once, which are written where they belong; `at` is the number of the first among this
    /// taker's. That nothing is wrong is found without a branch a pair; only when something is are they looked at one
    /// by one, for its place.
    fn take_all(&mut self, columns: &Columns<'_>, at: usize, into: Room<'_>) -> Result<(), (usize, String)> {
        let follows = |last: (u32, u32), next: (u32, u32)| (last.0 < next.0) | ((last.0 == next.0) & (last.1 < next.1));
        let pairs = || columns.t().zip(columns.r());
        let in_order = pairs().zip(pairs().skip(1)).fold(true, |right, (last, next)| right & follows(last, next));
        let known = columns.r().fold(0, u32::max) < u32::try_from(self.roles).unwrap_or(u32::MAX);
        let after = self.last.zip(pairs().next()).is_none_or(|(last, next)| follows(last, next));
        // In order, so the last names the greatest trainee.
        let right = in_order & known & after & pairs().next_back().is_none_or(|(t, _)| (t as usize) < self.trainees);
        if !right {
            for (at, (t, r)) in columns.t().zip(columns.r()).enumerate() {
                self.look([t, r]).map_err(|problem| (at, problem))?;
            }
        }
        let mut next = self.before.1 + self.edges.start.len();
        for (at, t) in (at..).zip(columns.t()) {
            if t as usize >= next {
                self.begin(t, at);
                next = t as usize + 1;
            }
        }
        let scores = columns.u().zip(columns.v());
        for (place, (role, (u, v))) in into.pairs.iter_mut().zip(columns.r().zip(scores)) {
            place.write(Pair { role, u, v });
        }
        for (place, weight) in into.weight.iter_mut().zip(columns.w()) {
            place.write(weight);
        }
        self.last = columns.t().zip(columns.r()).next_back().or(self.last);
        Ok(())
    }

    fn done(mut self) -> Edges {
        self.edges.start.resize(self.trainees + 1, self.edges.pairs.len() as u32);
        self.edges
    }
}

/// Where so many pairs are written; weights only where they are wanted.
struct Room<'r> {
    pairs: &'r mut [MaybeUninit<Pair>],
    weight: &'r mut [MaybeUninit<u16>],
}

impl<'r> Room<'r> {
    fn split(self, at: usize) -> (Self, Self) {
        let (pairs, other_pairs) = self.pairs.split_at_mut(at);
        let (weight, other_weight) = self.weight.split_at_mut(at.min(self.weight.len()));
        (Self { pairs, weight }, Self { pairs: other_pairs, weight: other_weight })
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
        return read_binary(&binary, taker, WORTH_A_THREAD);
    }
    let file = folder.file("edges.csv");
    let text = std::fs::read(&file).map_err(|error| FileError::new(&file, None, error))?;
    read_text(&file, &text, taker)
}

fn read_binary(file: &Path, mut taker: Taker, worth_a_thread: usize) -> Result<Edges, FileError> {
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
    let file = Binary { file, pairs: count };
    let (mut pairs, mut weight) = (Vec::with_capacity(count), Vec::with_capacity(if taker.weights { count } else { 0 }));
    let room = Room { pairs: &mut pairs.spare_capacity_mut()[..count], weight: weight.spare_capacity_mut() };
    if count < worth_a_thread.max(2) || std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        file.read(&mut taker, 0, room)?;
    } else {
        // Both halves are written where they belong, so that the pages of memory are made by two threads as well.
        let half = count / 2;
        let mut rest = taker.after(half, file.pair(half - 1)?);
        let (room, other_room) = room.split(half);
        let (first, second) = std::thread::scope(|scope| {
            let other = scope.spawn(|| file.read(&mut rest, half, other_room));
            (file.read(&mut taker, 0, room), other.join())
        });
        // What is wrong first is told first.
        first?;
        second.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        taker.edges.start.extend(rest.edges.start);
    }
    // SAFETY: reading ends well only when it has written every place of its room, and the rooms are all `count` places.
    // Without it one thread puts the halves together: 33 ms instead of 25 for 3.3 million pairs (`docs/PERFORMANCE.md`).
    #[allow(unsafe_code)]
    unsafe {
        pairs.set_len(count);
        weight.set_len(if taker.weights { count } else { 0 });
    }
    (taker.edges.pairs, taker.edges.weight) = (pairs, weight);
    Ok(taker.done())
}

/// A file whose length is right.
struct Binary<'f> {
    file: &'f Path,
    pairs: usize,
}

impl Binary<'_> {
    fn failed(&self, error: std::io::Error) -> FileError {
        FileError::new(self.file, None, error)
    }

    /// The file where a column has a pair; a column lies behind so many bytes a pair.
    fn column(&self, behind: u64, width: u64, pair: usize) -> Result<File, FileError> {
        let mut opened = File::open(self.file).map_err(|error| self.failed(error))?;
        let place = HEADER + behind * self.pairs as u64 + width * pair as u64;
        opened.seek(SeekFrom::Start(place)).map_err(|error| self.failed(error))?;
        Ok(opened)
    }

    /// Trainee and role of one pair.
    fn pair(&self, pair: usize) -> Result<(u32, u32), FileError> {
        let number = |behind: u64| {
            let mut bytes = [0; 4];
            self.column(behind, 4, pair)?.read_exact(&mut bytes).map_err(|error| self.failed(error))?;
            Ok(u32::from_le_bytes(bytes))
        };
        Ok((number(0)?, number(4)?))
    }

    /// Reads as many pairs as there is room for, and writes every place of it.
    fn read(&self, taker: &mut Taker, from: usize, mut room: Room<'_>) -> Result<(), FileError> {
        let (mut t, mut r) = (self.column(0, 4, from)?, self.column(4, 4, from)?);
        let (mut u, mut v) = (self.column(8, 2, from)?, self.column(10, 2, from)?);
        let mut w = if taker.weights { Some(self.column(12, 2, from)?) } else { None };
        let mut wide = [vec![0; 4 * CHUNK], vec![0; 4 * CHUNK]];
        let mut narrow = [vec![0; 2 * CHUNK], vec![0; 2 * CHUNK], vec![0; 2 * CHUNK]];
        let mut done = 0;
        while !room.pairs.is_empty() {
            let now = CHUNK.min(room.pairs.len());
            let (into, rest) = room.split(now);
            room = rest;
            for (reader, buffer) in [&mut t, &mut r].into_iter().zip(&mut wide) {
                reader.read_exact(&mut buffer[..4 * now]).map_err(|error| self.failed(error))?;
            }
            for (reader, buffer) in [Some(&mut u), Some(&mut v), w.as_mut()].into_iter().zip(&mut narrow) {
                if let Some(reader) = reader {
                    reader.read_exact(&mut buffer[..2 * now]).map_err(|error| self.failed(error))?;
                }
            }
            let columns = Columns {
                t: &wide[0][..4 * now],
                r: &wide[1][..4 * now],
                u: &narrow[0][..2 * now],
                v: &narrow[1][..2 * now],
                w: &narrow[2][..2 * now],
            };
            let wrong = |(at, problem)| FileError::new(self.file, None, format!("pair {}: {problem}", from + done + at));
            taker.take_all(&columns, done, into).map_err(wrong)?;
            done += now;
        }
        Ok(())
    }
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
