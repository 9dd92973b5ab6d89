//! The order of members: numbers within names by their value, and letters after all else.

use std::cmp::Ordering;

/// Sorts members as kubectl does.
///
/// kubectl's order has circles: `a10` is before `a1x`, that before `a9`, and that before `a10`. The standard library's sort may
/// answer them with a panic; merging does not, and always has the same result.
pub(super) fn sort<T>(mut members: Vec<(&String, T)>) -> Vec<(&String, T)> {
    if members.len() < 2 {
        return members;
    }
    let right = sort(members.split_off(members.len() / 2));
    let (mut left, mut right) =
        (sort(members).into_iter().peekable(), right.into_iter().peekable());
    let mut sorted = Vec::with_capacity(left.len() + right.len());
    loop {
        let is_right = match (left.peek(), right.peek()) {
            (Some((a, _)), Some((b, _))) => compare(b, a) == Ordering::Less,
            (None, None) => return sorted,
            (left, _) => left.is_none(),
        };
        sorted.extend(if is_right { right.next() } else { left.next() });
    }
}

/// Compares two names.
fn compare(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else {
        return a.len().cmp(&b.len());
    };
    match (a[at].is_alphabetic(), b[at].is_alphabetic()) {
        (true, true) => a[at].cmp(&b[at]),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            // Zeros count once they follow another digit of the same number.
            let has_zero = a[at] == '0' || b[at] == '0';
            let before = a[..at].iter().rev().take_while(|c| c.is_ascii_digit());
            let starts = i64::from(has_zero && before.into_iter().any(|c| *c != '0'));
            let ((a_number, a_digits), (b_number, b_digits)) =
                (number(&a[at..], starts), number(&b[at..], starts));
            let by_number = a_number.cmp(&b_number).then(a_digits.cmp(&b_digits));
            by_number.then(a[at].cmp(&b[at]))
        }
    }
}

/// Returns the value of the digits at the beginning, after those that came before, and how many they are.
fn number(text: &[char], starts: i64) -> (i64, usize) {
    let digits = text.iter().map_while(|c| c.to_digit(10));
    digits.fold((starts, 0), |(value, count), digit| {
        (value.wrapping_mul(10).wrapping_add(i64::from(digit)), count + 1)
    })
}
