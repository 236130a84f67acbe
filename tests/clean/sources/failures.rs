//! Warnings for the compiler and failures for the test runner.

use std::collections::HashMap;

fn unused_function(error: i32) -> Result<i32, String> {
    let failed = HashMap::<String, String>::new();
    Ok(3)
}

pub struct Retry {
    attempts: u32,
    failure: Option<String>,
}

pub fn retry(times: u32) -> Retry {
    let mut never_changed = times;
    Retry { attempts: never_changed, failure: None }
}

#[deprecated(note = "no longer supported, it failed too often")]
pub fn old() {}

pub fn caller() {
    old();
    "12x".parse::<i32>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes() {
        assert_eq!(retry(2).attempts, 2);
    }

    #[test]
    fn fails() {
        assert_eq!(retry(2).attempts, 3, "the number of attempts is wrong");
    }

    #[test]
    fn error_is_returned() -> Result<(), String> {
        Err("connection to nothing failed".into())
    }

    #[test]
    #[should_panic(expected = "not found")]
    fn panics_as_it_should() {
        panic!("distribution not found, as expected");
    }

    #[test]
    fn panics() {
        let nothing: Option<u8> = None;
        nothing.expect("no matching value found");
    }
}
