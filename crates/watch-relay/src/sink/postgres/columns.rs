//! Messages as columns, as they are sent.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use super::managers::managers;
use crate::message::Message;

/// The columns of some messages.
#[derive(Default)]
pub(super) struct Columns<'a> {
    texts: [Vec<&'a str>; 10],
    repaired: Vec<bool>,
    /// In seconds.
    gaps: Vec<Option<f64>>,
    times: Vec<Timestamp>,
    managers: Vec<String>,
    objects: Vec<&'a str>,
    old_objects: Vec<Option<&'a str>>,
}

/// A message, and its texts of JSON.
pub(super) struct Row<'a> {
    pub(super) at: usize,
    pub(super) message: &'a Message,
    object: &'a str,
    old_object: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// Returns `None` if an object is not UTF-8.
    pub(super) fn new(at: usize, message: &'a Message) -> Option<Self> {
        let object = std::str::from_utf8(&message.object).ok()?;
        let old_object = match &message.old_object {
            Some(object) => Some(std::str::from_utf8(object).ok()?),
            None => None,
        };
        Some(Self { at, message, object, old_object })
    }

    /// Returns how many bytes of JSON it has.
    pub(super) fn len(&self) -> usize {
        self.object.len() + self.old_object.map_or(0, str::len)
    }
}

impl<'a> Columns<'a> {
    pub(super) fn new(rows: &[Row<'a>]) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.push(row);
        }
        columns
    }

    fn push(&mut self, row: &Row<'a>) {
        let message = row.message;
        let resource = &message.resource;
        let texts = [
            &*message.id,
            &*message.cluster,
            resource.group(),
            resource.version(),
            resource.plural(),
            &message.namespace,
            &message.name,
            &message.uid,
            &message.version,
            message.etype.as_str(),
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        self.repaired.push(message.is_repair);
        self.gaps.push(message.gap.map(|gap| gap.as_secs_f64()));
        self.times.push(message.time);
        self.managers.push(managers(row.object).join("\n"));
        self.objects.push(row.object);
        self.old_objects.push(row.old_object);
    }

    /// Returns the columns in the order of the statement's parameters.
    pub(super) fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        let texts = self.texts.iter().map(|column| column as &(dyn ToSql + Sync));
        let others: [&(dyn ToSql + Sync); 6] = [
            &self.repaired,
            &self.gaps,
            &self.times,
            &self.managers,
            &self.objects,
            &self.old_objects,
        ];
        texts.chain(others).collect()
    }
}
