//! Journals that are cut, damaged, replaced, or could not be synced.

use std::io;
use std::sync::{Arc, Mutex};

use redb::StorageBackend;

use super::*;
use crate::store::Row;

const STATE: State = State { id: [7; 16], generation: 3, is_begun: true };
const SETTINGS: JournalSettings = JournalSettings { step: 600, ..JournalSettings::FILE };

/// A file in memory, some of which may not be on the disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Content>>);

#[derive(Debug, Default)]
struct Content {
    bytes: Vec<u8>,
    /// Which bytes are on the disk, or will be with the next sync; a sync that fails forgets those that are not.
    on_disk: Vec<bool>,
    to_sync: Vec<bool>,
    fails: bool,
}

impl Memory {
    fn of(bytes: &[u8]) -> Self {
        let memory = Self::default();
        memory.set_len(bytes.len() as u64).expect("it grows");
        memory.write(0, bytes).expect("it is written");
        memory.sync_data().expect("it is synced");
        memory
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("not poisoned").bytes.clone()
    }

    fn fail(&self, fails: bool) {
        self.0.lock().expect("not poisoned").fails = fails;
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).expect("a small file")
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let from = size(offset);
        out.copy_from_slice(&self.bytes()[from..from + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let (mut content, len) = (self.0.lock().expect("not poisoned"), size(len));
        content.bytes.resize(len, 0);
        content.on_disk.resize(len, false);
        content.to_sync.resize(len, false);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut content = self.0.lock().expect("not poisoned");
        let range = size(offset)..size(offset) + data.len();
        content.bytes[range.clone()].copy_from_slice(data);
        content.on_disk[range.clone()].fill(false);
        content.to_sync[range].fill(true);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut content = self.0.lock().expect("not poisoned");
        let to_sync = std::mem::take(&mut content.to_sync);
        content.to_sync = vec![false; to_sync.len()];
        if content.fails {
            return Err(io::Error::other("the disk is broken"));
        }
        for (on_disk, synced) in content.on_disk.iter_mut().zip(to_sync) {
            *on_disk |= synced;
        }
        Ok(())
    }
}

fn batch(number: u8) -> Batch {
    let row = |key: &str| Row { key: key.into(), value: vec![number; 40] };
    let removals = vec![vec![number], Vec::new()];
    Batch { stream: "pods".to_owned(), puts: vec![row("h"), row("o")], removals }
}

fn append(journal: &mut Journal, number: u8) -> Result<(), FileError> {
    let record = Record::new(&[batch(number)]);
    assert!(journal.takes(&record) && journal.has_room(&record));
    journal.append(record)
}

/// Returns the bytes of a journal with so many records, and where each begins and the last one ends.
fn journal(records: u8) -> (Vec<u8>, Vec<usize>) {
    let memory = Memory::default();
    let state = State { is_begun: false, ..STATE };
    let mut journal = Journal::open(Box::new(memory.clone()), state, SETTINGS).expect("it opens");
    journal.begin().expect("it begins");
    journal.begun();
    let mut starts = vec![RECORDS, journal.end];
    for number in 0..records {
        append(&mut journal, number).expect("it is written");
        starts.push(journal.end);
    }
    (memory.bytes(), starts)
}

/// Returns which records there are, or what is wrong.
fn numbers(bytes: &[u8], state: State) -> Result<Vec<u8>, JournalFault> {
    let scanned = scan(bytes.to_vec(), &state, &SETTINGS)?;
    let changes = scanned.changes(&SETTINGS)?;
    let headers = changes.iter().filter(|change| change.key == b"h");
    Ok(headers.map(|change| change.value.expect("it is put")[0]).collect())
}

#[test]
fn journal_that_is_cut_anywhere_is_read_up_to_its_last_whole_record() {
    let (bytes, starts) = journal(3);
    let frames = starts.windows(2).map(|pair| {
        let frame = frame::unchecked(&bytes, pair[0]).expect("a record");
        (frame.content.end, frame.end)
    });
    let frames: Vec<_> = frames.collect();
    let expected = |count: usize| match u8::try_from(count).expect("few") {
        0 => Err(JournalFault::Older),
        count => Ok((0..count - 1).collect::<Vec<_>>()),
    };
    for len in RECORDS..=bytes.len() {
        let whole = frames.iter().filter(|(content, _)| *content <= len).count();
        assert_eq!(numbers(&bytes[..len], STATE), expected(whole), "{len}");
        // The length may be there, and the content not: a record is whole then, if what is lost was zeros.
        let mut zeroed = bytes[..len].to_vec();
        zeroed.resize(bytes.len(), 0);
        let whole = frames.iter().filter(|(_, end)| zeroed[..*end] == bytes[..*end]).count();
        assert_eq!(numbers(&zeroed, STATE), expected(whole), "{len}");
    }
    for len in 0..RECORDS {
        numbers(&bytes[..len], STATE).expect_err("its beginning is lost");
    }
}

#[test]
fn damage_before_the_last_record_is_an_error_that_says_where() {
    let (bytes, starts) = journal(3);
    let last = starts.len() - 2;
    for at in RECORDS..starts[last + 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let record = starts.iter().rposition(|start| *start <= at).expect("it is behind the first");
        let is_padding =
            frame::unchecked(&bytes, starts[record]).expect("a record").content.end <= at;
        let expected = match record {
            _ if is_padding => Ok(vec![0, 1, 2]),
            // It may be one that was being written.
            record if record == last => Ok(vec![0, 1]),
            record => Err(JournalFault::Damaged(starts[record])),
        };
        assert_eq!(numbers(&damaged, STATE), expected, "{at}");
    }
    for at in 0..44 {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let refused = numbers(&damaged, STATE).expect_err("the header is damaged");
        let unused = State { is_begun: false, ..STATE };
        assert!(numbers(&damaged, unused).is_err(), "{refused:?}");
    }
}

#[test]
fn only_records_of_the_generation_count() {
    let (bytes, _) = journal(3);
    let later = State { generation: 4, ..STATE };
    assert_eq!(numbers(&bytes, later), Err(JournalFault::Older));
    assert_eq!(numbers(&bytes, State { is_begun: false, ..later }), Ok(vec![]));
    assert_eq!(numbers(&bytes, State { generation: 2, ..STATE }), Err(JournalFault::Newer));
    let other = State { id: [8; 16], ..STATE };
    assert_eq!(numbers(&bytes, other), Err(JournalFault::OfAnotherFile));
    for nothing in [&[][..], &[0; 5_000]] {
        assert_eq!(numbers(nothing, STATE), Err(JournalFault::Older));
        assert_eq!(numbers(nothing, State { is_begun: false, ..STATE }), Ok(vec![]));
    }
    assert_eq!(numbers(b"notes", State { is_begun: false, ..STATE }), Err(JournalFault::Foreign));

    // The next generation is shorter, and the records of this one stand behind its own.
    let memory = Memory::of(&bytes);
    let mut journal = Journal::open(Box::new(memory.clone()), STATE, SETTINGS).expect("it opens");
    journal.merged();
    journal.begin().expect("it begins");
    journal.begun();
    append(&mut journal, 9).expect("it is written");
    assert_eq!(numbers(&memory.bytes(), later), Ok(vec![9]));
}

#[test]
fn newer_format_is_refused() {
    let (mut bytes, _) = journal(1);
    bytes[20] = 2;
    assert_eq!(numbers(&bytes, STATE), Err(JournalFault::Format(2)));
}

#[test]
fn record_whose_sync_failed_is_on_the_disk_once_it_was_read() {
    let (bytes, starts) = journal(2);
    let memory = Memory::of(&bytes);
    let open = || Journal::open(Box::new(memory.clone()), STATE, SETTINGS);
    let mut journal = open().expect("it opens");
    memory.fail(true);
    append(&mut journal, 2).expect_err("the sync fails");
    let end = memory.0.lock().expect("not poisoned").bytes.len();
    assert!(open().is_err(), "it cannot be made safe yet");
    memory.fail(false);
    assert_eq!(numbers(&memory.bytes(), STATE), Ok(vec![0, 1, 2]), "it can be read");
    open().expect("it opens");
    let content = memory.0.lock().expect("not poisoned");
    let record = *starts.last().expect("records")..end.min(journal.end + 200);
    let written = record.filter(|at| content.bytes[*at] != 0);
    assert!(written.clone().count() > 40);
    assert!(written.clone().all(|at| content.on_disk[at]), "it is on the disk");
}

#[test]
fn half_a_record_is_written_over() {
    let (bytes, starts) = journal(2);
    let half = &bytes[..starts[2] + 60];
    let memory = Memory::of(half);
    let mut journal = Journal::open(Box::new(memory.clone()), STATE, SETTINGS).expect("it opens");
    for number in [5, 6] {
        append(&mut journal, number).expect("it is written");
    }
    assert_eq!(numbers(&memory.bytes(), STATE), Ok(vec![0, 5, 6]));
}
