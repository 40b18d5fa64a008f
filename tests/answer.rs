//! The playbook answers itself: looks and notes in, facts, suggestions and criteria out.

#![expect(clippy::unwrap_used, reason = "test helpers stop at the first surprise")]

#[path = "answer/case.rs"]
mod case;
#[path = "answer/criteria.rs"]
mod criteria;
#[expect(dead_code, reason = "other tests use the rest")]
mod incident;
#[path = "answer/items.rs"]
mod items;
#[path = "answer/questions.rs"]
mod questions;
#[path = "answer/screen.rs"]
mod screen;
#[path = "answer/site.rs"]
mod site;
#[path = "answer/words.rs"]
mod words;
