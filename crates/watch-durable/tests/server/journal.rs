//! The journal beside the file: what is merged, and pairs of files that do not belong together.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use redb::ReadableDatabase as _;
use watch_durable::{Batch, CheckpointStore as _, Checkpoints, Row};

use crate::support::{Process, World, message};

const FILE: redb::TableDefinition<'_, &str, u64> =
    redb::TableDefinition::new("watchables-checkpoints");

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("relay.redb")
    }

    fn journal(&self) -> PathBuf {
        self.0.path().join("relay.redb-journal")
    }

    fn open(&self) -> Checkpoints {
        Checkpoints::open(self.file()).expect("it opens")
    }

    /// Copies both files.
    fn copy(&self) -> [Vec<u8>; 2] {
        [self.file(), self.journal()].map(|path| fs::read(path).expect("it is readable"))
    }

    /// Returns why the files are refused, and checks that they are left as they are.
    fn refused(&self) -> String {
        let read = || [self.file(), self.journal()].map(|path| fs::read(path).ok());
        let before = read();
        let [opened, looked] =
            [Checkpoints::open(self.file()).map(drop), Checkpoints::look_at(self.file()).map(drop)]
                .map(|refused| message(&refused.expect_err("it is refused")));
        assert_eq!(opened, looked);
        assert!(read()[1] == before[1], "the journal is left as it is");
        for name in ["relay.redb ", "relay.redb-journal "] {
            assert!(format!("{opened} ").replace([',', ';'], " ").contains(name), "{opened}");
        }
        opened
    }
}

/// Puts a row, of some length.
async fn put(checkpoints: &Checkpoints, key: &str, value: &str) {
    let row = |key: &str, value: &str| Row { key: key.into(), value: value.into() };
    let batch = Batch {
        stream: "pods".to_owned(),
        puts: vec![row(key, value), row("u", &"x".repeat(5_000))],
        removals: vec![b"never".to_vec()],
    };
    checkpoints.commit(vec![batch]).await.expect("it is committed");
}

async fn rows(checkpoints: &Checkpoints) -> BTreeMap<String, String> {
    let rows = checkpoints.load("pods").await.expect("it is readable").into_iter();
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let rows = rows.map(|Row { key, value }| (text(key), text(value)));
    rows.filter(|(key, _)| key != "u").collect()
}

/// Commits until the journal has been merged so often.
async fn fill(checkpoints: &Checkpoints, merges: u32) {
    for number in 0..450 * merges {
        put(checkpoints, &format!("k{}", number % 700), &number.to_string()).await;
    }
}

#[tokio::test]
async fn rows_are_the_newest_ones_over_merges_and_restarts() {
    let folder = Folder::new();
    let mut expected = BTreeMap::new();
    for process in 0..4 {
        let checkpoints = folder.open();
        assert_eq!(rows(&checkpoints).await, expected);
        for number in 0..300 {
            let (key, value) = (format!("k{}", number % 70), format!("{process}-{number}"));
            put(&checkpoints, &key, &value).await;
            expected.insert(key, value);
        }
        let removals = vec![b"k1".to_vec(), b"k2".to_vec()];
        let batch = Batch { stream: "pods".to_owned(), removals, ..Batch::default() };
        checkpoints.commit(vec![batch]).await.expect("it is committed");
        expected.retain(|key, _| key != "k1" && key != "k2");
        assert_eq!(rows(&checkpoints).await, expected);
    }
    let len = fs::metadata(folder.journal()).expect("it is there").len();
    assert!((1_000_000..=2_000_000).contains(&len), "{len} bytes");

    // A commit that is larger than the journal may be.
    let checkpoints = folder.open();
    let value = "y".repeat(3_000_000);
    put(&checkpoints, "large", &value).await;
    put(&checkpoints, "k3", "after").await;
    expected.insert("large".to_owned(), value);
    expected.insert("k3".to_owned(), "after".to_owned());
    drop(checkpoints);
    assert!(rows(&folder.open()).await == expected);
    assert!(folder.open().remove("pods").expect("it is free"));
    assert_eq!(rows(&folder.open()).await, BTreeMap::new());
    assert_eq!(folder.open().names().expect("it is readable"), Vec::<String>::new());
}

#[tokio::test]
async fn what_only_the_journal_has_is_shown_while_a_process_writes() {
    let world = World::new().await;
    let mut process = world.process();
    for name in ["a", "b"] {
        world.create(name);
        process.lines(1).await;
        process.commit().await;
    }
    world.delete("a");
    process.lines(1).await;
    process.commit().await;
    let looked = Checkpoints::look_at(world.path()).expect("it is readable");
    let [summary] = looked.as_slice() else { panic!("{looked:?}") };
    let names: Vec<_> = summary.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!((summary.name.as_str(), names), ("maps", vec!["b"]));
    let database = redb::Database::builder();
    let copy = world.path().with_extension("copy");
    fs::copy(world.path(), &copy).expect("it is copied");
    let database = database.open(copy).expect("it is a database");
    let read = database.begin_read().expect("a transaction");
    let tables: Vec<_> = read.list_tables().expect("it is readable").collect();
    assert_eq!(tables.len(), 1, "nothing is merged yet");
}

#[tokio::test]
async fn missing_journal_is_refused_if_it_has_commits() {
    let folder = Folder::new();
    drop(folder.open());
    fs::remove_file(folder.journal()).expect("it is there");
    let checkpoints = folder.open();
    put(&checkpoints, "a", "1").await;
    drop(checkpoints);
    fs::remove_file(folder.journal()).expect("it is there");
    let refused = folder.refused();
    assert!(refused.contains("relay.redb-journal is missing"), "{refused}");
    assert!(!folder.journal().exists());
    fs::write(folder.journal(), []).expect("it is written");
    assert!(folder.refused().contains("does not have the last commits"));
}

#[tokio::test]
async fn pairs_from_different_times_are_refused_unless_nothing_is_lost() {
    let folder = Folder::new();
    put(&folder.open(), "a", "1").await;
    let [old_file, old_journal] = folder.copy();
    fill(&folder.open(), 1).await;
    let [file, journal] = folder.copy();

    fs::write(folder.journal(), &old_journal).expect("it is written");
    let refused = folder.refused();
    assert!(refused.contains("does not have the last commits of"), "{refused}");
    fs::write(folder.journal(), &journal).expect("it is written");
    fs::write(folder.file(), &old_file).expect("it is written");
    let refused = folder.refused();
    assert!(refused.contains("is from before"), "{refused}");

    fs::write(folder.file(), &file).expect("it is written");
    assert!(!folder.open().remove("other").expect("it is merged"));
    let expected = rows(&folder.open()).await;
    assert!(expected.len() > 400);
    // What it has was merged long ago.
    fs::write(folder.journal(), &old_journal).expect("it is written");
    assert!(rows(&folder.open()).await == expected);
}

#[tokio::test]
async fn journal_of_another_file_is_refused_and_left_as_it_is() {
    let [folder, other] = [Folder::new(), Folder::new()];
    put(&folder.open(), "a", "1").await;
    put(&other.open(), "b", "2").await;
    let [file, _] = folder.copy();
    let [_, journal] = other.copy();
    fs::write(folder.journal(), &journal).expect("it is written");
    let refused = folder.refused();
    assert!(refused.contains("is the journal of another file than"), "{refused}");
    // Also if the database was removed, to begin anew.
    fs::remove_file(folder.file()).expect("it is there");
    let opened = message(&Checkpoints::open(folder.file()).expect_err("it is refused"));
    assert_eq!(opened, refused);
    assert!(!folder.file().exists(), "it is not begun beside it");
    fs::write(folder.file(), &file).expect("it is written");
    fs::write(folder.journal(), "notes").expect("it is written");
    let refused = folder.refused();
    assert!(refused.contains("is in the way"), "{refused}");
}

#[tokio::test]
async fn damage_in_the_middle_is_named_with_its_place() {
    let folder = Folder::new();
    for key in ["a", "b", "c"] {
        put(&folder.open(), key, "1").await;
    }
    let [_, whole] = folder.copy();
    let mut damaged = whole.clone();
    damaged[4_096 + 5_100 + 200] ^= 1;
    fs::write(folder.journal(), &damaged).expect("it is written");
    let refused = folder.refused();
    assert!(refused.contains("relay.redb-journal is damaged at byte 9"), "{refused}");
    fs::write(folder.journal(), &whole).expect("it is written");
    assert_eq!(rows(&folder.open()).await.len(), 3);
}

#[tokio::test]
async fn file_of_the_format_without_a_journal_gets_one() {
    let world = World::new().await;
    let mut process = world.process();
    world.create("a");
    process.lines(1).await;
    process.settle(&world).await;
    drop(process);
    // Makes of it what the version before wrote.
    assert!(!world.checkpoints().remove("other").expect("it is merged"));
    set_format(&world.path(), 1);
    let mut journal = world.path().into_os_string();
    journal.push("-journal");
    fs::remove_file(&journal).expect("it is there");
    let looked = Checkpoints::look_at(world.path()).expect("it is readable");
    assert_eq!(looked[0].objects.len(), 1);
    assert!(!Path::new(&journal).exists());

    let mut process = world.process();
    world.create("b");
    assert_eq!(process.lines(1).await, ["ADDED Live b"], "it goes on");
    process.commit().await;
    drop(process);
    assert_eq!(Checkpoints::look_at(world.path()).expect("it is readable")[0].objects.len(), 2);
    let checkpoints = world.checkpoints();
    let mut process = Process::new(&checkpoints, world.maps());
    process.is_quiet(&world, "c").await;
    drop((process, checkpoints));

    set_format(&world.path(), 3);
    for error in [
        Checkpoints::open(world.path()).map(drop).expect_err("it is newer"),
        Checkpoints::look_at(world.path()).map(drop).expect_err("it is newer"),
    ] {
        assert!(message(&error).contains("has format 3, of a newer version"), "{error}");
    }
}

fn set_format(path: &Path, format: u64) {
    let database = redb::Database::open(path).expect("it opens");
    let write = database.begin_write().expect("a transaction");
    {
        let mut table = write.open_table(FILE).expect("a table");
        table.insert("format", format).expect("it is written");
        if format == 1 {
            for key in ["id-1", "id-2", "generation", "begun"] {
                table.remove(key).expect("it is removed").expect("it was there");
            }
        }
    }
    write.commit().expect("it is committed");
}
