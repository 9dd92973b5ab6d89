//! What Kubernetes' specs say of lists, quantities and times, from the generated `list_keys.txt`, whose head explains its
//! format.

use std::collections::HashMap;
use std::sync::LazyLock;

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| parse(include_str!("list_keys.txt")));

/// The types of all releases.
pub(super) struct Table {
    /// The fields of each type that matter.
    pub(super) types: Vec<HashMap<&'static str, Shape>>,
    /// The type of each kind, by `apiVersion/kind`.
    pub(super) kinds: HashMap<&'static str, Shape>,
    /// An object of a kind that is not in the table: only its metadata is known.
    pub(super) any_object: Shape,
    /// A map of quantities, as in `limits`.
    pub(super) quantities: Shape,
}

/// What a value is, as far as it matters.
#[derive(Debug, PartialEq)]
pub(super) enum Shape {
    Quantity,
    Time,
    /// An object of the type with this index.
    Object(usize),
    Map(Box<Shape>),
    List(Items, Option<Box<Shape>>),
}

/// How the items of a list are told apart.
#[derive(Debug, PartialEq)]
pub(super) enum Items {
    ByKeys(Vec<&'static str>),
    Set,
    Unkeyed,
}

/// Parses the table.
///
/// # Panics
///
/// Panics on a line that the generator does not write.
fn parse(text: &'static str) -> Table {
    let lines = || text.lines().filter(|line| !line.starts_with('#'));
    let names = lines().filter(|line| !line.starts_with(' ')).map(|line| words(line).0);
    let names: HashMap<&str, usize> =
        names.enumerate().map(|(index, name)| (name, index)).collect();
    let (mut types, mut kinds) = (Vec::<HashMap<_, _>>::with_capacity(names.len()), HashMap::new());
    let mut package = "";
    for line in lines() {
        if let Some(field) = line.strip_prefix(' ') {
            let (name, shape) = words(field);
            let shape = parse_shape(shape, &|name| match name.strip_prefix('.') {
                Some(name) => names.get(&*format!("{package}.{name}")).copied(),
                None => names.get(name).copied(),
            });
            let Some((fields, shape)) = types.last_mut().zip(shape) else { malformed(line) };
            fields.insert(name, shape);
        } else {
            let (name, of) = words(line);
            package = name.rsplit_once('.').map_or("", |(package, _)| package);
            kinds.extend(of.split_whitespace().map(|kind| (kind, Shape::Object(types.len()))));
            types.push(HashMap::new());
        }
    }
    let metadata = names["meta.v1.ObjectMeta"];
    types.push(HashMap::from([("metadata", Shape::Object(metadata))]));
    Table {
        any_object: Shape::Object(types.len() - 1),
        quantities: Shape::Map(Box::new(Shape::Quantity)),
        types,
        kinds,
    }
}

fn parse_shape(text: &'static str, find: &dyn Fn(&str) -> Option<usize>) -> Option<Shape> {
    if let Some(values) = text.strip_prefix("{}") {
        return Some(Shape::Map(Box::new(parse_shape(values, find)?)));
    }
    if let Some(list) = text.strip_prefix('[') {
        let (keys, values) = list.split_once(']')?;
        let items = match keys {
            "" => Items::Unkeyed,
            "=" => Items::Set,
            keys => Items::ByKeys(keys.split(',').collect()),
        };
        let values = match values {
            "" => None,
            values => Some(Box::new(parse_shape(values, find)?)),
        };
        return Some(Shape::List(items, values));
    }
    match text {
        "Quantity" => Some(Shape::Quantity),
        "Time" => Some(Shape::Time),
        name => find(name).map(Shape::Object),
    }
}

fn words(line: &'static str) -> (&'static str, &'static str) {
    line.split_once(' ').unwrap_or((line, ""))
}

fn malformed(line: &str) -> ! {
    panic!("list_keys.txt has the line {line:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: &str, path: &[&str]) -> &'static Shape {
        let mut shape: &'static Shape = &TABLE.kinds[kind];
        for name in path {
            while let Shape::List(_, Some(values)) | Shape::Map(values) = shape {
                shape = values;
            }
            let Shape::Object(index) = shape else { panic!("{name} of no object") };
            shape = &TABLE.types[*index][*name];
        }
        shape
    }

    #[test]
    fn table_has_the_keys_of_all_releases() {
        assert!(TABLE.kinds.len() > 350, "{}", TABLE.kinds.len());
        let keys = |kind: &str, path: &[&str]| match field(kind, path) {
            Shape::List(Items::ByKeys(keys), _) => keys.join(","),
            other => format!("{other:?}"),
        };
        for (kind, path, expected) in [
            ("v1/Pod", &["spec", "containers"][..], "name"),
            ("v1/Pod", &["spec", "containers", "ports"], "containerPort,protocol"),
            ("v1/Pod", &["status", "conditions"], "type"),
            ("v1/Pod", &["metadata", "ownerReferences"], "uid"),
            ("v1/Service", &["spec", "ports"], "port,protocol"),
            ("apps/v1/Deployment", &["spec", "template", "spec", "volumes"], "name"),
            // Only until 1.21.
            ("apps/v1beta1/Deployment", &["status", "conditions"], "type"),
            ("batch/v1/Job", &["status", "conditions"], "type"),
        ] {
            assert_eq!(keys(kind, path), expected, "{kind} {path:?}");
        }
        assert_eq!(*field("v1/Pod", &["metadata", "finalizers"]), Shape::List(Items::Set, None));
        let quantities = Shape::Map(Box::new(Shape::Quantity));
        let limits = ["spec", "containers", "resources", "limits"];
        assert_eq!(*field("v1/Pod", &limits), quantities);
        assert_eq!(*field("v1/Pod", &["metadata", "creationTimestamp"]), Shape::Time);
        assert_eq!(*field("coordination.k8s.io/v1/Lease", &["spec", "renewTime"]), Shape::Time);
    }
}
