//! Finds the ends of events in the body of a watch: of lines in JSON, of frames in protobuf.

use super::{MEDIA_TYPE, WATCH_MEDIA_TYPE};

/// Finds the ends of events in a body that arrives in pieces.
#[derive(Clone, Debug)]
pub(crate) enum FrameEnds {
    /// Each line is an event. A list is one line.
    Lines,
    /// There are no events: it is an object or a list in protobuf.
    None,
    /// Each event has its length in four bytes before it.
    Frames {
        length: [u8; 4],
        /// How many bytes of the length have arrived.
        arrived: usize,
        /// How many bytes of the event are left.
        left: usize,
    },
}

impl FrameEnds {
    /// Returns how the events of a body of a media type end.
    pub(crate) fn of(content_type: Option<&str>) -> Self {
        match content_type {
            Some(WATCH_MEDIA_TYPE) => Self::Frames { length: [0; 4], arrived: 0, left: 0 },
            Some(MEDIA_TYPE) => Self::None,
            _ => Self::Lines,
        }
    }

    /// Reads on, up to the end of the event. Returns how many bytes it has read, and whether the event ends there.
    pub(crate) fn read(&mut self, data: &[u8]) -> (usize, bool) {
        let (length, arrived, left) = match self {
            Self::Lines => {
                let end = data.iter().position(|byte| *byte == b'\n');
                return end.map_or((data.len(), false), |end| (end + 1, true));
            }
            Self::None => return (data.len(), false),
            Self::Frames { length, arrived, left } => (length, arrived, left),
        };
        let mut read = 0;
        while *arrived < length.len() {
            let Some(byte) = data.get(read) else { return (read, false) };
            length[*arrived] = *byte;
            *arrived += 1;
            read += 1;
            if *arrived == length.len() {
                *left = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
            }
        }
        let more = (*left).min(data.len() - read);
        *left -= more;
        let ends = *left == 0;
        if ends {
            *arrived = 0;
        }
        (read + more, ends)
    }

    /// Reads all of the data; returns whether an event ends at its end.
    pub(crate) fn read_all(&mut self, mut data: &[u8]) -> bool {
        if matches!(self, Self::Lines) {
            return data.ends_with(b"\n");
        }
        let mut is_at_end = false;
        while !data.is_empty() {
            let (read, is_end) = self.read(data);
            data = &data[read..];
            is_at_end = is_end;
        }
        is_at_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the ends of events in a body, read in pieces of this many bytes.
    fn ends(content_type: &str, body: &[u8], piece: usize) -> Vec<usize> {
        let mut reader = FrameEnds::of(Some(content_type));
        let (mut ends, mut at) = (Vec::new(), 0);
        for mut piece in body.chunks(piece) {
            while !piece.is_empty() {
                let (read, is_end) = reader.read(piece);
                at += read;
                piece = &piece[read..];
                ends.extend(is_end.then_some(at));
            }
        }
        ends
    }

    #[test]
    fn all_data_is_read() {
        for (content_type, data, expected) in [
            (WATCH_MEDIA_TYPE, &b"\0\0\0\x01x\0\0\0\x01y"[..], true),
            (WATCH_MEDIA_TYPE, b"\0\0\0\x01x\0\0\0\x02\n", false),
            (MEDIA_TYPE, b"a\n", false),
            ("application/json", b"a\n", true),
            ("application/json", b"a\nb", false),
        ] {
            assert_eq!(FrameEnds::of(Some(content_type)).read_all(data), expected, "{data:?}");
        }
    }

    #[test]
    fn events_end_where_they_do_in_pieces_of_any_size() {
        let frames = b"\0\0\0\x02\n\n\0\0\0\0\0\0\0\x01x\0\0\x01";
        for piece in 1..frames.len() {
            assert_eq!(ends(WATCH_MEDIA_TYPE, frames, piece), [6, 10, 15], "{piece}");
            assert_eq!(ends("application/json", b"a\nbc\n\nd", piece), [2, 5, 6], "{piece}");
            assert!(ends(MEDIA_TYPE, frames, piece).is_empty(), "{piece}");
        }
    }
}
