//! Which objects are in which part of a cluster.

use watchable_core::selector::ShardRange;

/// The parts that each cluster is split into. Objects have the same numbers in all clusters.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The part of each object, and its place among those of the part.
    places: Vec<(u16, u32)>,
    members: Vec<Vec<u32>>,
}

impl Parts {
    pub(crate) fn new(objects: u32, count: u32) -> Self {
        let ranges: Vec<_> = (0..count).filter_map(|part| ShardRange::of(part, count)).collect();
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count as usize];
        let places = (0..objects).map(|object| {
            let uid = format!("00000000-0000-4000-8000-{object:012x}");
            let part = ranges.iter().position(|range| range.contains(&uid)).unwrap_or_default();
            members[part].push(object);
            (part as u16, members[part].len() as u32 - 1)
        });
        let places = places.collect();
        Self { places, members }
    }

    /// Returns the part of an object, and its place in it.
    pub(crate) fn place(&self, object: u32) -> (u32, usize) {
        let (part, place) = self.places[object as usize];
        (part.into(), place as usize)
    }

    pub(crate) fn members(&self, part: u32) -> &[u32] {
        &self.members[part as usize]
    }
}
