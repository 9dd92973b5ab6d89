//! Recordings that are cut off or damaged.

use std::fs;

use super::world::{at, event, events, objects, record};
use crate::append::ending::mend;
use crate::{OpenOptions, Recording};

#[test]
fn cut_anywhere_it_is_read_up_to_a_whole_line() {
    for extension in ["jsonl", "jsonl.zst"] {
        let world = record(extension, 16, 11);
        let whole = fs::read(&world.path).unwrap();
        let cut = world.folder.path().join("cut");
        let mut longest = 0;
        for len in (0..whole.len()).step_by(3) {
            fs::write(&cut, &whole[..len]).unwrap();
            let Ok(recording) = Recording::open(&cut) else {
                assert_eq!(longest, 0, "{extension}: {len} bytes");
                continue;
            };
            let entries: Result<Vec<_>, _> = recording.entries().collect();
            let found: Vec<_> = entries.unwrap().iter().filter_map(event).collect();
            assert!(found.len() >= longest && world.events.starts_with(&found), "{len} bytes");
            longest = found.len();
            let state = recording.state_at(at(9_999)).unwrap();
            assert_eq!(objects(&state), world.states[longest], "{extension}: {len} bytes");
        }
        assert!(longest >= world.events.len() - 2);
    }
}

#[test]
fn cut_anywhere_it_can_be_closed_and_appended_to() {
    for extension in ["jsonl", "jsonl.zst"] {
        let is_compressed = extension.ends_with("zst");
        let world = record(extension, 16, 4);
        let whole = fs::read(&world.path).unwrap();
        let cut = world.folder.path().join("cut");
        let first = events(&world.path).len();
        let mut kept = 0;
        for len in (600..whole.len()).step_by(7) {
            fs::write(&cut, &whole[..len]).unwrap();
            let before = events(&cut);
            let mut file = fs::File::options().read(true).append(true).open(&cut).unwrap();
            mend(&cut, &mut file, is_compressed, 0).unwrap();
            let closed = fs::metadata(&cut).unwrap().len();
            mend(&cut, &mut file, is_compressed, 0).unwrap();
            assert_eq!(fs::metadata(&cut).unwrap().len(), closed, "it is whole already");
            let after = events(&cut);
            assert!(before.starts_with(&after) && after.len() >= kept, "{len} bytes");
            kept = after.len();
            let mut bytes = fs::read(&cut).unwrap();
            bytes.extend(&whole[..whole.len().min(20_000)]);
            fs::write(&cut, bytes).unwrap();
            let recording = Recording::open(&cut).unwrap();
            let all = recording.entries().collect::<Result<Vec<_>, _>>().unwrap();
            let found = all.iter().filter_map(event).count();
            assert_eq!(found, after.len() + first, "{extension}: {len} bytes");
        }
        assert!(kept > 10, "{kept}");
    }
}

#[test]
fn zeros_after_a_loss_of_power_are_no_damage() {
    for extension in ["jsonl", "jsonl.zst"] {
        let world = record(extension, 30, 2);
        let mut text = fs::read(&world.path).unwrap();
        text.extend([0; 5000]);
        fs::write(&world.path, text).unwrap();
        assert_eq!(events(&world.path), world.events);
        let recording = Recording::open(&world.path).unwrap();
        assert!(recording.entries().all(|entry| entry.is_ok()));
    }
}

#[test]
fn zeros_after_a_cut_within_a_frame_are_no_damage() {
    let world = record("jsonl.zst", 60, 9);
    let whole = fs::read(&world.path).unwrap();
    let cut = world.folder.path().join("cut");
    let mut kept = 0;
    for (len, zeros) in (600..whole.len()).step_by(11).zip([5, 64, 5_000].into_iter().cycle()) {
        fs::write(&cut, &whole[..len]).unwrap();
        let before = events(&cut);
        let mut bytes = whole[..len].to_vec();
        bytes.resize(len + zeros, 0);
        fs::write(&cut, bytes).unwrap();
        let recording = Recording::open(&cut).unwrap();
        let entries: Result<Vec<_>, _> = recording.entries().collect();
        let found: Vec<_> = entries.unwrap().iter().filter_map(event).collect();
        assert_eq!(found, before, "{len} bytes, {zeros} zeros");
        kept = kept.max(found.len());
        let mut file = fs::File::options().read(true).append(true).open(&cut).unwrap();
        mend(&cut, &mut file, true, 0).unwrap();
        assert!(fs::metadata(&cut).unwrap().len() <= len as u64 + 7);
        let after = events(&cut);
        assert!(before.starts_with(&after), "{len} bytes, {zeros} zeros");
    }
    assert!(kept > 40, "{kept}");
}

#[test]
fn damaged_line_is_named_and_skipped_on_request() {
    let world = record("jsonl", 40, 5);
    let text = fs::read_to_string(&world.path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let offset: usize = lines[..9].iter().map(|line| line.len()).sum();
    let mut damaged = text.clone().into_bytes();
    damaged[offset + 3] = b'}';
    fs::write(&world.path, damaged).unwrap();

    let recording = Recording::open(&world.path).unwrap();
    let error = recording.entries().find_map(Result::err).unwrap();
    let place = error.damaged_at().unwrap();
    assert_eq!((place.line, place.offset), (10, offset as u64));
    assert!(error.to_string().contains(&format!("line 10, byte {offset}: ")), "{error}");
    assert!(recording.state_at(at(9_999)).is_err() || lines[9..].join("").contains("SNAPSHOT"));

    let options = OpenOptions::default().skip_damaged(true);
    let recording = Recording::open_with(&world.path, options).unwrap();
    let rest: Vec<_> = recording.entries().filter_map(|entry| event(&entry.unwrap())).collect();
    assert_eq!(rest.len(), world.events.len() - 1);
    assert_eq!(recording.skipped(), 1);
}

#[test]
fn damaged_frame_is_named_and_skipped_on_request() {
    let world = record("jsonl.zst", 400, 6);
    let whole = fs::read(&world.path).unwrap();
    let frames: Vec<_> = memchr::memmem::find_iter(&whole, b"\x28\xb5\x2f\xfd").collect();
    assert!(frames.len() > 4, "{}", frames.len());
    for frame in &frames[1..frames.len() - 1] {
        let mut damaged = whole.clone();
        damaged[frame + 40] ^= 0x10;
        fs::write(&world.path, damaged).unwrap();
        let recording = Recording::open(&world.path).unwrap();
        let error = recording.entries().find_map(Result::err).unwrap();
        assert_eq!(error.damaged_at().unwrap().offset, *frame as u64, "{error}");
        let before = events(&world.path);
        assert!(world.events.starts_with(&before));

        let options = OpenOptions::default().skip_damaged(true);
        let recording = Recording::open_with(&world.path, options).unwrap();
        let rest: Vec<_> = recording.entries().filter_map(|entry| event(&entry.unwrap())).collect();
        assert!(rest.len() > before.len() && rest.len() <= world.events.len());
        assert!(rest.iter().all(|event| world.events.contains(event)));
        assert_eq!(rest.last(), world.events.last());
        assert!(recording.skipped() > 0);
    }
}
