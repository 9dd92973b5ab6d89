//! The iterators of a map.

use std::iter::FusedIterator;
use std::{slice, vec};

use super::Map;
use crate::Text;

/// The entries of a [`Map`], sorted by key.
#[derive(Clone, Debug)]
pub struct Iter<'a, V>(pub(super) slice::Iter<'a, (Text, V)>);

/// The entries of a [`Map`], sorted by key, their values to be changed.
#[derive(Debug)]
pub struct IterMut<'a, V>(pub(super) slice::IterMut<'a, (Text, V)>);

/// The entries of a [`Map`], sorted by key, owned.
#[derive(Debug)]
pub struct IntoIter<V>(vec::IntoIter<(Text, V)>);

macro_rules! iterator {
    ($type:ty, $item:ty, $of:expr, $($lifetime:lifetime)?) => {
        impl<$($lifetime,)? V> Iterator for $type {
            type Item = $item;

            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map($of)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($lifetime,)? V> DoubleEndedIterator for $type {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.0.next_back().map($of)
            }
        }

        impl<$($lifetime,)? V> ExactSizeIterator for $type {}
        impl<$($lifetime,)? V> FusedIterator for $type {}
    };
}

iterator!(Iter<'a, V>, (&'a Text, &'a V), |(key, value)| (key, value), 'a);
iterator!(IterMut<'a, V>, (&'a Text, &'a mut V), |(key, value)| (&*key, value), 'a);
iterator!(IntoIter<V>, (Text, V), |entry| entry,);

impl<'a, V> IntoIterator for &'a Map<V> {
    type Item = (&'a Text, &'a V);
    type IntoIter = Iter<'a, V>;

    fn into_iter(self) -> Iter<'a, V> {
        self.iter()
    }
}

impl<'a, V> IntoIterator for &'a mut Map<V> {
    type Item = (&'a Text, &'a mut V);
    type IntoIter = IterMut<'a, V>;

    fn into_iter(self) -> IterMut<'a, V> {
        self.iter_mut()
    }
}

impl<V> IntoIterator for Map<V> {
    type Item = (Text, V);
    type IntoIter = IntoIter<V>;

    fn into_iter(self) -> IntoIter<V> {
        IntoIter(self.0.into_iter())
    }
}
