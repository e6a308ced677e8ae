//! Quantities, numbers or texts, and wire times.

use std::str::FromStr;

use kubernel::int_or_string::IntOrString;
use kubernel::quantity::{Format, ParseErrorKind, Quantity};
use kubernel::time::{MicroTime, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::support::text;

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap()
}

fn scale(value: &Value, name: &str) -> i8 {
    i8::try_from(number(value, name)).unwrap()
}

fn reads_back(quantity: &Quantity) -> bool {
    quantity.canonical().parse::<Quantity>().is_ok_and(|again| again == *quantity)
}

pub(crate) fn quantity_parse(case: &Value) -> Value {
    let quantity: Quantity = match text(case, "s").parse::<Quantity>() {
        Ok(quantity) => quantity,
        Err(error) => {
            let kind = match error.kind() {
                ParseErrorKind::Format => "Format",
                ParseErrorKind::Numeric => "Numeric",
                ParseErrorKind::Suffix => "Suffix",
                kind => panic!("{kind}"),
            };
            return json!({"ok": false, "error": kind});
        }
    };
    json!({
        "ok": true,
        "string": quantity.to_string(),
        "canonical": quantity.canonical(),
        "format": quantity.format().as_str(),
        "sign": quantity.signum(),
        "value": quantity.value(),
        "valueSound": quantity.value().is_some(),
        "milliValue": quantity.milli_value(),
        "milliSound": quantity.milli_value().is_some(),
        "asInt64": quantity.as_i64(),
        "roundTrips": reads_back(&quantity),
    })
}

pub(crate) fn quantity_json(case: &Value) -> Value {
    match Quantity::from_json(text(case, "raw")) {
        Ok(quantity) => json!({"ok": true, "out": serde_json::to_string(&quantity).unwrap()}),
        Err(_) => json!({"ok": false}),
    }
}

fn format(name: &str) -> Format {
    let all = [Format::Unset, Format::DecimalExponent, Format::BinarySi, Format::DecimalSi];
    all.into_iter().find(|format| format.as_str() == name).unwrap()
}

pub(crate) fn quantity_arith(case: &Value) -> Value {
    let of = |name| Quantity::from_str(text(case, name)).unwrap();
    let mut more = json!({});
    let quantity = match text(case, "op") {
        "cmp" => return json!({"cmp": of("a").cmp(&of("b")) as i32}),
        "scaled" => {
            let scaled = of("a").scaled_value(scale(case, "arg"));
            return json!({"scaled": scaled, "sound": scaled.is_some()});
        }
        "add" => of("a") + &of("b"),
        "sub" => of("a") - &of("b"),
        "neg" => -of("a"),
        "mul" => {
            let mut a = of("a");
            more["fits"] = a.multiply(number(case, "arg")).into();
            a
        }
        "roundup" => {
            let mut a = of("a");
            more["exact"] = a.round_up(scale(case, "arg")).into();
            a
        }
        "new" => Quantity::new(number(case, "arg"), format(text(case, "format"))),
        "newmilli" => Quantity::from_milli(number(case, "arg"), format(text(case, "format"))),
        "newscaled" => Quantity::from_scaled(number(case, "arg"), scale(case, "scale")),
        op => panic!("operation {op}"),
    };
    let mut out = json!({
        "canonical": quantity.canonical(),
        "format": quantity.format().as_str(),
        "sign": quantity.signum(),
        "value": quantity.value(),
        "valueSound": quantity.value().is_some(),
        "roundTrips": reads_back(&quantity),
    });
    out.as_object_mut().unwrap().append(more.as_object_mut().unwrap());
    out
}

pub(crate) fn int_or_percent(case: &Value) -> Value {
    let kind = |value: &IntOrString| match value {
        IntOrString::Int(_) => "int",
        IntOrString::String(_) => "string",
    };
    match text(case, "op") {
        "scaled" => {
            let value: IntOrString = serde_json::from_value(case["value"].clone()).unwrap();
            let total = i32::try_from(number(case, "total")).unwrap();
            let scaled = value.scaled(total, case["roundUp"].as_bool().unwrap());
            let mut out = json!({"ok": scaled.is_ok(), "intValue": value.int_value()});
            if let Ok(scaled) = scaled {
                out["result"] = scaled.into();
            }
            out
        }
        "json" => match serde_json::from_str::<Option<IntOrString>>(text(case, "raw")) {
            Err(_) => json!({"ok": false}),
            Ok(value) => {
                let value = value.unwrap_or_default();
                json!({
                    "ok": true,
                    "out": serde_json::to_string(&value).unwrap(),
                    "type": kind(&value),
                    "intValue": value.int_value(),
                    "string": value.to_string(),
                })
            }
        },
        "parse" => {
            let value = IntOrString::parse(text(case, "s"));
            json!({
                "ok": true,
                "type": kind(&value),
                "intValue": value.int_value(),
                "string": value.to_string(),
            })
        }
        op => panic!("operation {op}"),
    }
}

fn time<T: DeserializeOwned + Serialize>(raw: &str, is_zero: fn(&T) -> bool) -> Value {
    match serde_json::from_str::<Option<T>>(raw) {
        Err(_) => json!({"ok": false}),
        Ok(time) => json!({
            "ok": true,
            "out": serde_json::to_string(&time).unwrap(),
            "isZero": time.as_ref().is_none_or(is_zero),
        }),
    }
}

pub(crate) fn time_wire(case: &Value) -> Value {
    let raw = text(case, "raw");
    match text(case, "type") {
        "Time" => time::<Time>(raw, |time| time.is_zero()),
        "MicroTime" => time::<MicroTime>(raw, |time| time.is_zero()),
        kind => panic!("type {kind}"),
    }
}
