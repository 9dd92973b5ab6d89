//! What a text would be taken for if it had no quotes.

/// Whether YAML 1.1, as kubectl's library reads it, takes it for a text.
pub(super) fn is_text(text: &str) -> bool {
    match text.as_bytes().first() {
        None => false,
        Some(b'+' | b'-' | b'0'..=b'9') => {
            !(is_word(text) || is_time(text) || is_number(text) || is_sexagesimal(text))
        }
        Some(b'.') => !(is_word(text) || is_float(&without_separators(text))),
        Some(_) => !is_word(text),
    }
}

/// Whether it stands for a truth value, for nothing, or for a number that is none.
fn is_word(text: &str) -> bool {
    matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "true"
            | "True"
            | "TRUE"
            | "false"
            | "False"
            | "FALSE"
            | "on"
            | "On"
            | "ON"
            | "off"
            | "Off"
            | "OFF"
            | "~"
            | "null"
            | "Null"
            | "NULL"
            | ".nan"
            | ".NaN"
            | ".NAN"
            | ".inf"
            | ".Inf"
            | ".INF"
            | "+.inf"
            | "+.Inf"
            | "+.INF"
            | "-.inf"
            | "-.Inf"
            | "-.INF"
    )
}

/// Whether it is a number once underscores are taken out.
fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    is_integer(&plain) || is_float(&plain)
}

/// Takes out underscores between digits.
fn without_separators(text: &str) -> String {
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit)
    };
    let separates = |at: usize| is_digit(at.checked_sub(1)) && is_digit(at.checked_add(1));
    let kept = text.char_indices().filter(|(at, c)| *c != '_' || !separates(*at));
    kept.map(|(_, c)| c).collect()
}

/// Whether it is a number of at most 64 bits, in one of Go's notations.
fn is_integer(text: &str) -> bool {
    let (digits, most) = match text.as_bytes().first() {
        Some(b'-') => (&text[1..], 1 << 63),
        Some(b'+') => (&text[1..], (1 << 63) - 1),
        _ => (text, u64::MAX),
    };
    let (digits, radix) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&digits[2..], 16),
        [b'0', b'o' | b'O', ..] => (&digits[2..], 8),
        // Go reads what comes after this mark as a number of its own.
        [b'0', b'b', b'+' | b'-', ..] if digits.len() == text.len() => (&digits[3..], 2),
        [b'0', b'b' | b'B', ..] => (&digits[2..], 2),
        [b'0', _, ..] => (&digits[1..], 8),
        _ => (digits, 10),
    };
    let number = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    number && u64::from_str_radix(digits, radix).is_ok_and(|number| number <= most)
}

/// Whether it is a decimal number that is not too large.
fn is_float(text: &str) -> bool {
    let of_float = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.bytes().all(of_float) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether it is a number to the base of 60, such as `10:20:30`.
fn is_sexagesimal(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let Some((first, rest)) = whole.split_once(':') else {
        return false;
    };
    first.starts_with(|c: char| c.is_ascii_digit())
        && first.bytes().chain(fraction.bytes()).all(is_digit)
        && rest.split(':').all(|part| match part.as_bytes() {
            [digit] | [b'0'..=b'5', digit] => digit.is_ascii_digit(),
            _ => false,
        })
}

/// Whether it is a date, or a date and a time.
fn is_time(text: &str) -> bool {
    let mut rest = Rest(text);
    let year = text.bytes().take_while(u8::is_ascii_digit).count();
    if year != 4 {
        return false;
    }
    rest.0 = &text[4..];
    let (Some(month), Some(day)) = (rest.number_after("-"), rest.number_after("-")) else {
        return false;
    };
    let year = text[..4].parse().unwrap_or_default();
    if jiff::civil::Date::new(year, month, day).is_err() {
        return false;
    }
    if rest.0.is_empty() {
        return true;
    }
    let has_zone = rest.0.starts_with(['T', 't']);
    let time = if has_zone { &rest.0[1..] } else { rest.0.trim_start_matches(' ') };
    if time.len() == rest.0.len() {
        return false;
    }
    rest.0 = time;
    let of_day = [rest.number_after(""), rest.number_after(":"), rest.number_after(":")];
    let [Some(hour), Some(minute), Some(second)] = of_day else {
        return false;
    };
    rest.skip_fraction();
    hour < 24
        && minute < 60
        && second < 60
        && if has_zone { is_zone(rest.0) } else { rest.0.is_empty() }
}

fn is_zone(text: &str) -> bool {
    let mut offset = Rest(text.strip_prefix(['+', '-']).unwrap_or_default());
    let is_offset = offset.0.len() == "07:00".len()
        && offset.number_after("").is_some_and(|hours| hours <= 24)
        && offset.number_after(":").is_some_and(|minutes| minutes <= 60)
        && offset.0.is_empty();
    text == "Z" || is_offset
}

/// What is left of a time.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    /// Takes a number of one or two digits.
    fn number_after(&mut self, mark: &str) -> Option<i8> {
        let rest = self.0.strip_prefix(mark)?;
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let number = rest[..digits].parse().ok()?;
        self.0 = &rest[digits..];
        Some(number)
    }

    fn skip_fraction(&mut self) {
        if let Some(rest) = self.0.strip_prefix(['.', ','])
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            self.0 = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
}
