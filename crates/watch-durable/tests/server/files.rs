//! Files that cannot be used, and what is said of them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fs, io};

use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use watch_durable::{Checkpoints, DurableExt as _, JournalSettings, StoreError};

use crate::support::{Process, World, message};

/// Returns the message of a file that is refused, and checks that it is left as it was.
fn refused(path: &Path) -> String {
    let before = fs::read(path).expect("it is readable");
    let refused = [Checkpoints::open(path).map(drop), Checkpoints::look_at(path).map(drop)]
        .map(Result::unwrap_err)
        .map(|error: StoreError| message(&error));
    assert!(fs::read(path).expect("it is readable") == before, "{} was changed", path.display());
    for message in &refused {
        assert!(message.contains(&path.display().to_string()), "{message}");
    }
    refused[0].clone()
}

#[test]
fn foreign_file_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    for content in ["x".to_owned(), "notes\n".repeat(10), "notes\n".repeat(100_000)] {
        fs::write(&path, content).expect("it is written");
        let message = refused(&path);
        assert!(message.contains("not a file of checkpoints"), "{message}");
    }
    let other = folder.path().join("other.redb");
    let database = redb::Database::create(&other).expect("it is created");
    let write = database.begin_write().expect("a transaction");
    let table = redb::TableDefinition::<u64, u64>::new("mine");
    write.open_table(table).expect("a table").insert(1, 2).expect("a row");
    write.commit().expect("it is committed");
    drop(database);
    let error = message(&Checkpoints::open(&other).expect_err("it is foreign"));
    assert!(error.contains("not a file of checkpoints"), "{error}");
    let database = redb::Database::open(&other).expect("it is still what it was");
    let read = redb::ReadableDatabase::begin_read(&database).expect("a transaction");
    let row = read.open_table(table).expect("the table").get(1).expect("it is readable");
    assert_eq!(row.expect("the row").value(), 2);
}

#[test]
fn file_that_cannot_be_created_or_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("no/such/folder.redb");
    for error in [
        Checkpoints::open(&nowhere).map(drop).unwrap_err(),
        Checkpoints::look_at(&nowhere).map(drop).unwrap_err(),
    ] {
        let error = message(&error);
        assert!(error.contains("folder.redb"), "{error}");
    }
    assert!(!nowhere.exists());
    let error = message(&Checkpoints::open(folder.path()).expect_err("it is a folder"));
    assert!(error.contains(&folder.path().display().to_string()), "{error}");
}

#[tokio::test]
async fn damaged_file_is_refused_and_left_as_it_is() {
    let world = World::new().await;
    for n in 0..200 {
        world.create(&format!("map-{n}"));
    }
    let mut process = world.process();
    for _ in 0..200 {
        process.next().await;
    }
    process.commit().await;
    drop(process);
    // That merges the journal into it.
    assert!(!world.checkpoints().remove("other").expect("it is merged"));
    let path = world.path();
    let whole = fs::read(&path).expect("it is readable");
    let mut random = fastrand::Rng::with_seed(1);
    let name = b"map-1";
    let places: Vec<_> =
        (0..whole.len() - name.len()).filter(|at| whole[*at..].starts_with(name)).collect();
    assert!(places.len() > 50);
    for _ in 0..20 {
        let mut damaged = whole.clone();
        damaged[places[random.usize(..places.len())]] ^= 1 << random.u8(..8);
        fs::write(&path, &damaged).expect("it is written");
        // Unless the page was no longer part of the newest transaction.
        if let Err(error) = Checkpoints::open(&path) {
            let error = message(&error);
            assert!(error.contains("is damaged"), "{error}");
            assert!(!error.contains("map-"), "{error}");
            let now = fs::read(&path).expect("it is readable");
            assert_eq!(now.len(), damaged.len());
        }
    }
    // A page that the disk has lost, wherever it is.
    for page in (0..whole.len()).step_by(4_096) {
        let mut damaged = whole.clone();
        let end = damaged.len().min(page + 4_096);
        if damaged[page..end].iter().all(|byte| *byte == 0) {
            continue;
        }
        damaged[page..end].fill(0);
        fs::write(&path, &damaged).expect("it is written");
        if let Ok(looked) = Checkpoints::look_at(&path) {
            assert_eq!(looked[0].objects.len(), 200, "the page was not part of it");
        }
        drop(Checkpoints::open(&path));
    }
    fs::write(&path, &whole[..whole.len() / 3]).expect("it is written");
    let error = message(&Checkpoints::open(&path).expect_err("it is cut off"));
    assert!(error.contains("checkpoints.redb"), "{error}");
    fs::write(&path, &whole).expect("it is written");
    assert_eq!(Checkpoints::look_at(&path).expect("it is whole")[0].objects.len(), 200);
}

#[tokio::test]
async fn file_and_stream_have_one_user_at_a_time() {
    let world = World::new().await;
    let first = world.checkpoints();
    let error = message(&Checkpoints::open(world.path()).expect_err("it is in use"));
    assert!(error.contains("in use by another process"), "{error}");
    let process = Process::new(&first, world.maps());
    let again = world.maps().durable(&first, "maps");
    let error = message(&again.expect_err("the name is in use"));
    assert!(error.contains("\"maps\"") && error.contains("another stream"), "{error}");
    let error = message(&first.remove("maps").expect_err("it is in use"));
    assert!(error.contains("\"maps\""), "{error}");
    drop(process);
    assert!(!first.remove("maps").expect("it is free"), "nothing was committed");
    let mut process = Process::new(&first, world.maps());
    world.create("a");
    process.lines(1).await;
    process.commit().await;
    drop(process);
    assert!(first.remove("maps").expect("it is free"));
    let mut process = Process::new(&first, world.maps());
    assert_eq!(process.lines(1).await, ["ADDED Initial a"], "it begins anew");
}

/// Storage that can be full. Clones are the same one.
#[derive(Clone, Debug, Default)]
struct Disk {
    memory: Arc<InMemoryBackend>,
    is_full: Arc<AtomicBool>,
}

impl Disk {
    fn check(&self) -> io::Result<()> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        self.memory.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.check()?;
        self.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.check()?;
        self.memory.write(offset, data)
    }
}

#[tokio::test]
async fn full_disk_is_an_error_of_the_commit_until_there_is_space() {
    let world = World::new().await;
    let disk = Disk::default();
    let journal = Disk { memory: Arc::default(), ..disk.clone() };
    let checkpoints = {
        let backends = (disk.clone(), journal);
        let settings = JournalSettings::FILE;
        Checkpoints::open_backends(move || backends.clone(), settings).expect("it opens")
    };
    let mut process = Process::new(&checkpoints, world.maps());
    world.create("a");
    process.lines(1).await;
    process.commit().await;
    world.create("b");
    process.lines(1).await;
    process.commit().await;
    world.create("c");
    process.lines(1).await;
    disk.is_full.store(true, Ordering::Relaxed);
    let error = process.events.commit().await.expect_err("the disk is full");
    assert!(error.is_commit() && !error.is_terminal());
    let text = message(&error);
    assert!(text.contains("the disk is full") && text.contains("\"maps\""), "{text}");
    world.create("d");
    assert_eq!(process.lines(1).await, ["ADDED Live d"], "the stream goes on");
    process.events.commit().await.expect_err("it is still full");
    disk.is_full.store(false, Ordering::Relaxed);
    drop(process);
    let summary = checkpoints.summaries().expect("it is readable again").remove(0);
    assert_eq!(checkpoints.names().expect("it is readable"), [summary.name.as_str()]);
    let names: Vec<_> = summary.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(names, ["a", "b"], "what was committed before");
    let mut process = Process::new(&checkpoints, world.maps());
    assert_eq!(process.lines(2).await, ["ADDED Live c", "ADDED Live d"]);
    process.commit().await;
}
