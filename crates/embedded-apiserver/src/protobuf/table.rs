//! The messages of all releases, from the generated `messages.txt`, whose head explains its format.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::messages::{Field, Form, Message, Messages, Type};

pub(super) static MESSAGES: LazyLock<Messages> =
    LazyLock::new(|| parse(include_str!("messages.txt")));

/// Parses the table.
///
/// # Panics
///
/// Panics on a line that the generator does not write.
fn parse(text: &'static str) -> Messages {
    let lines = || text.lines().filter(|line| !line.starts_with('#'));
    let names = lines().filter(|line| !line.starts_with(' '));
    let names: HashMap<&str, usize> =
        names.enumerate().map(|(index, line)| (words(line).0, index)).collect();
    let mut messages = Messages::default();
    for line in lines() {
        let Some(field) = line.strip_prefix(' ') else {
            let (name, kinds) = words(line);
            let index = messages.all.len();
            messages.kinds.extend(kinds.split_whitespace().map(|kind| (kind, index)));
            messages.all.push(Message { name, fields: Vec::new() });
            continue;
        };
        let Some(message) = messages.all.last_mut() else { malformed(line) };
        let package = message.name.rsplit_once('.').map_or("", |(package, _)| package);
        let find = |name: &str| match name.strip_prefix('.') {
            Some(name) => names.get(&*format!("{package}.{name}")).copied(),
            None => names.get(name).copied(),
        };
        message.fields.push(parse_field(field, find).unwrap_or_else(|| malformed(line)));
    }
    messages
}

fn words(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

fn malformed(line: &str) -> ! {
    panic!("messages.txt has the line {line:?}")
}

fn parse_field(line: &'static str, find: impl Fn(&str) -> Option<usize>) -> Option<Field> {
    let mut words = line.split(' ');
    let path = words.next()?.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let name = words.next()?;
    let (mut type_, mut is_pointer, mut keeps_zero) = (words.next()?, false, false);
    if let Some(plain) = type_.strip_suffix('*') {
        (type_, is_pointer, keeps_zero) = (plain, true, true);
    } else if let Some(plain) = type_.strip_suffix('!') {
        (type_, keeps_zero) = (plain, true);
    }
    let mut releases = (0, u32::MAX);
    for word in words {
        match word.split_at_checked(1)? {
            ("+", minor) => releases.0 = minor.parse().ok()?,
            ("-", minor) => releases.1 = minor.parse().ok()?,
            _ => return None,
        }
    }
    let (form, type_) = form(type_);
    let type_ = parse_type(type_, find)?;
    Some(Field { path, name, form, type_, is_pointer, keeps_zero, releases })
}

fn form(type_: &str) -> (Form, &str) {
    if let Some(items) = type_.strip_prefix("[]") {
        return (Form::List, items);
    }
    if let Some(values) = type_.strip_prefix("{}") {
        return match wrapped_list(values) {
            Some((number, items)) => (Form::MapOfLists(number), items),
            None => (Form::Map, values),
        };
    }
    match wrapped_list(type_) {
        Some((number, items)) => (Form::WrappedList(number), items),
        None => (Form::One, type_),
    }
}

/// Reads `1:[]T`.
fn wrapped_list(type_: &str) -> Option<(u32, &str)> {
    let (number, list) = type_.split_once(':')?;
    Some((number.parse().ok()?, list.strip_prefix("[]")?))
}

fn parse_type(name: &str, find: impl Fn(&str) -> Option<usize>) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "double" => Type::Double,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "Time" => Type::Time,
        "MicroTime" => Type::MicroTime,
        "Quantity" => Type::Quantity,
        "IntOrString" => Type::IntOrString,
        "Json" => Type::Json,
        _ => match name.split_once(':') {
            None => Type::Message(find(name)?),
            Some(("OrBool", schema)) => Type::SchemaOrBool(find(schema)?),
            Some(("OrArray", schema)) => Type::SchemaOrArray(find(schema)?),
            Some(("OrStringArray", schema)) => Type::SchemaOrStringArray(find(schema)?),
            Some(_) => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_the_table_has_its_own_name_and_kinds() {
        let messages = &*MESSAGES;
        let names: HashMap<_, _> = messages.all.iter().map(|m| (m.name, m)).collect();
        assert_eq!(names.len(), messages.all.len());
        assert!(messages.all.len() > 1_000 && messages.kinds.len() > 500);
        let fields: usize = messages.all.iter().map(|message| message.fields.len()).sum();
        assert!(fields > 4_500, "{fields}");
    }

    #[test]
    fn every_list_has_its_metadata_and_its_items_where_lists_are_encoded() {
        let mut lists = 0;
        for (kind, index) in &MESSAGES.kinds {
            let fields = &MESSAGES.all[*index].fields;
            let Some(items) = fields.iter().find(|field| field.name == "items") else { continue };
            assert_eq!((&*items.path, items.form), (&[2][..], Form::List), "{kind}");
            assert_eq!((&*fields[0].path, fields[0].name), (&[1][..], "metadata"), "{kind}");
            lists += 1;
        }
        assert!(lists > 150, "{lists}");
    }

    #[test]
    fn types_and_releases_are_read() {
        let table = "# comment\na.B v1/B apps/v1/B\n 1 x string*\n 2.3 y []int32 +18 -20\na.C\n \
                     1 m {}.B\n 2 n {}1:[]string\n 3 o 1:[]string\n 4 p OrBool:a.B\n 5 q int64!\n";
        let messages = parse(table);
        assert_eq!((messages.kinds["v1/B"], messages.kinds["apps/v1/B"]), (0, 0));
        let [x, y] = &*messages.all[0].fields else { panic!("two fields") };
        assert!(x.is_pointer && x.keeps_zero && x.is_in(17) && x.is_in(99));
        assert_eq!((&*y.path, y.form, y.type_), (&[2, 3][..], Form::List, Type::Int32));
        assert_eq!([17, 18, 20, 21].map(|minor| y.is_in(minor)), [false, true, true, false]);
        let found: Vec<_> = messages.all[1].fields.iter().map(|f| (f.form, f.type_)).collect();
        let expected = [
            (Form::Map, Type::Message(0)),
            (Form::MapOfLists(1), Type::String),
            (Form::WrappedList(1), Type::String),
            (Form::One, Type::SchemaOrBool(0)),
            (Form::One, Type::Int64),
        ];
        assert_eq!(found, expected);
        assert!(messages.all[1].fields[4].keeps_zero && !messages.all[1].fields[4].is_pointer);
    }
}
