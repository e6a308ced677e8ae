//! Objects and values made of a tape of bytes.

use kubernel::api::{Kind, Object, Shape, StructShape};
use serde_json::{Map, Value, json};

/// Words that mean something somewhere, and some that never do.
pub(crate) const WORDS: &[&str] = &[
    "",
    "web",
    "web",
    "a",
    "b",
    "n1",
    "n2",
    "default",
    "kube-system",
    "shop",
    "data",
    "C",
    "-",
    "..",
    "/",
    "/data",
    "a/b",
    "kubernetes.io/hostname",
    "kubernetes.io/tls",
    "example.com/x",
    "app",
    "RollingUpdate",
    "Recreate",
    "OnDelete",
    "Always",
    "Never",
    "OnFailure",
    "IfNotPresent",
    "None",
    "ClusterIP",
    "NodePort",
    "LoadBalancer",
    "ExternalName",
    "TCP",
    "UDP",
    "SCTP",
    "Local",
    "Cluster",
    "ClientIP",
    "IPv4",
    "IPv6",
    "PreferDualStack",
    "RequireDualStack",
    "SingleStack",
    "DoNotSchedule",
    "ScheduleAnyway",
    "NoSchedule",
    "PreferNoSchedule",
    "NoExecute",
    "Exists",
    "DoesNotExist",
    "Equal",
    "In",
    "NotIn",
    "Gt",
    "Lt",
    "Retain",
    "Delete",
    "Recycle",
    "WaitForFirstConsumer",
    "Immediate",
    "Filesystem",
    "Block",
    "ReadWriteOnce",
    "ReadOnlyMany",
    "ReadWriteOncePod",
    "Memory",
    "HugePages-2Mi",
    "cpu",
    "memory",
    "storage",
    "ephemeral-storage",
    "pods",
    "hugepages-2Mi",
    "Running",
    "Succeeded",
    "Failed",
    "Pending",
    "Bound",
    "Released",
    "Available",
    "Terminating",
    "Active",
    "True",
    "False",
    "Unknown",
    "Ready",
    "Foreground",
    "Background",
    "Orphan",
    "foregroundDeletion",
    "orphan",
    "kubernetes",
    "ClusterFirst",
    "Default",
    "metadata.name",
    "status.podIP",
    "limits.cpu",
    "requests.memory",
    "spec.nodeName",
    "8080",
    "0",
    "-1",
    "100%",
    "25%",
    "150%",
    "10.96.0.10",
    "10.96.0.1",
    "::1",
    "fd00::1",
    "1.2.3.4/33",
    "10.0.0.0/8",
    "2024-01-01T00:00:00Z",
    "$(A)",
    "$$(",
    "é",
    "\u{0}",
    "\u{1f600}",
    "xn--a",
    "true",
    "null",
    "0x10",
    "kubernel.dev/program.c",
    "run 4s; exit 1",
    "run 0s",
    "run 18446744073709551615h",
    "ready after 9s | exit 0",
    "pod-deletion-cost",
    "controller.kubernetes.io/pod-deletion-cost",
    "deployment.kubernetes.io/revision",
    "9223372036854775807",
    "9223372036854775808",
    "-2147483648",
    "DirectoryOrCreate",
    "c",
    "http",
    "RequestsOnly",
    "topology.kubernetes.io/zone",
    "Localhost",
    "RuntimeDefault",
    "Unconfined",
    "SYS_ADMIN",
    "ALL",
];

pub(crate) const NUMBERS: &[i64] = &[
    0,
    0,
    1,
    1,
    2,
    3,
    5,
    30,
    80,
    600,
    -1,
    -2,
    255,
    256,
    30080,
    65535,
    65536,
    2_147_483_647,
    -2_147_483_648,
    2_147_483_646,
    2_147_483_648,
    4_294_967_296,
    1_000_000_000_000,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1,
];

pub(crate) const QUANTITIES: &[&str] = &[
    "0",
    "1",
    "2",
    "100m",
    "1Gi",
    "2Gi",
    "500Mi",
    "-1",
    "1n",
    "0.0001",
    "9223372036854775807",
    "9223372036854775808",
    "1e30",
    "1E",
    "1Ei",
    "-9223372036854775808",
    "99999999999999999999Ei",
    "1e-30",
    "+1",
    ".5",
    "5.",
    "1e",
    "Ki",
    "1k",
    "12e3",
    "1e2147483648",
    "1.5m",
];

/// Choices, one after the other; a tape that has ended gives the first of every choice.
pub(crate) struct Tape<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl<'a> Tape<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes: bytes.iter() }
    }

    pub(crate) fn byte(&mut self) -> usize {
        self.bytes.next().copied().unwrap_or(0).into()
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        let wide = if n > 200 { self.byte() * 256 + self.byte() } else { self.byte() };
        wide.checked_rem(n).unwrap_or(0)
    }

    /// Whether one of `n` chances happens; an ended tape says no.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    pub(crate) fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn is_over(&self) -> bool {
        self.bytes.len() == 0
    }

    pub(crate) fn number(&mut self) -> Value {
        let number = self.of(NUMBERS);
        if self.one_in(8) { json!(number.wrapping_add(self.byte() as i64)) } else { json!(number) }
    }

    pub(crate) fn text(&mut self) -> String {
        match self.below(20) {
            18 => self.of(WORDS).repeat(1 + self.below(80)),
            19 => format!(
                "{}{}{}",
                self.of(WORDS),
                self.of(&["", ".", "-", "/", " "]),
                self.of(WORDS)
            ),
            _ => self.of(WORDS).to_owned(),
        }
    }

    /// A value of a form, mostly; now and then of another.
    pub(crate) fn value(&mut self, shape: &Shape, depth: usize) -> Value {
        if self.one_in(60) {
            let odd = [Value::Null, json!(""), json!([]), json!({}), json!(1.5), json!(true)];
            return odd[self.below(odd.len())].clone();
        }
        match shape {
            Shape::Bool => json!(self.below(2) == 1),
            Shape::Int32 | Shape::Int64 => self.number(),
            Shape::Text => json!(self.text()),
            Shape::Bytes => json!(self.of(&["", "YQ==", "aHVudGVyMg==", "%", "YQ"])),
            Shape::Quantity => json!(self.of(QUANTITIES)),
            Shape::IntOrString => {
                if self.below(2) == 0 {
                    self.number()
                } else {
                    json!(self.text())
                }
            }
            Shape::Time => json!(self.of(&[
                "2024-01-01T00:00:00Z",
                "1970-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "0001-01-01T00:00:00Z",
                "2024-01-01T00:00:00+14:00",
                "2024-13-01T00:00:00Z",
                "",
            ])),
            Shape::MicroTime => {
                json!(
                    self.of(&["2024-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "x",])
                )
            }
            Shape::Any => json!({"a": self.text()}),
            Shape::List(item) => {
                let n = if depth == 0 { 0 } else { self.below(3) };
                (0..n).map(|_| self.value(item, depth - 1)).collect()
            }
            Shape::Map(item) => {
                let n = if depth == 0 { 0 } else { self.below(3) };
                let entries = (0..n).map(|_| (self.text(), self.value(item, depth - 1)));
                Value::Object(entries.collect())
            }
            Shape::Struct(fields) => self.fields(fields, depth),
            other => panic!("{other:?} is new"),
        }
    }

    pub(crate) fn fields(&mut self, shape: &StructShape, depth: usize) -> Value {
        let mut out = Map::new();
        if depth > 0 {
            let n = self.below(6);
            for _ in 0..n {
                let field = &shape.fields[self.below(shape.fields.len())];
                out.insert(field.name.into(), self.value(field.shape, depth - 1));
            }
        }
        out.into()
    }

    /// Puts something else of the same form somewhere into `value`.
    pub(crate) fn mutate(&mut self, value: &mut Value, shape: &Shape) {
        let deeper = !self.one_in(6);
        match (shape, &mut *value) {
            (Shape::Struct(fields), Value::Object(map)) if deeper => {
                let known: Vec<_> =
                    fields.fields.iter().filter(|field| map.contains_key(field.name)).collect();
                if self.one_in(4) || known.is_empty() {
                    let field = &fields.fields[self.below(fields.fields.len())];
                    let new = self.value(field.shape, 4);
                    map.insert(field.name.into(), new);
                } else {
                    let field = known[self.below(known.len())];
                    self.mutate(&mut map[field.name], field.shape);
                }
            }
            (Shape::Map(item), Value::Object(map)) if deeper && !map.is_empty() => {
                let nth = self.below(map.len());
                let slot = map.values_mut().nth(nth).unwrap();
                self.mutate(slot, item);
            }
            (Shape::List(item), Value::Array(items)) if deeper && !items.is_empty() => {
                if self.one_in(6) {
                    items.push(self.value(item, 4));
                } else {
                    let nth = self.below(items.len());
                    self.mutate(&mut items[nth], item);
                }
            }
            _ => *value = self.value(shape, 4),
        }
    }

    pub(crate) fn mutated(&mut self, object: &Object) -> Option<Object> {
        let kind = object.kind();
        let mut value = object.to_value().unwrap();
        for _ in 0..=self.below(3) {
            self.mutate(&mut value, kind.shape()?);
        }
        // So many pods are made for the asking; it only takes long.
        if let Some(replicas) = value.pointer_mut("/spec/replicas")
            && replicas.as_i64() > Some(20)
        {
            *replicas = json!(3);
        }
        kind.read(value).ok()
    }

    /// An object out of nothing but its kind's form.
    pub(crate) fn invented(&mut self) -> Option<Object> {
        let kind = &Kind::ALL[self.below(Kind::ALL.len())];
        let mut value = self.value(kind.shape()?, 5);
        if let Some(map) = value.as_object_mut()
            && !self.one_in(10)
        {
            let metadata = map.entry("metadata").or_insert_with(|| json!({}));
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("name".into(), json!(self.of(&["web", "a", "b", "n1"])));
            }
        }
        kind.read(value).ok()
    }
}
