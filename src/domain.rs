//! What an incident is. Nothing here touches the world: no IO, no clock, no async, no terminal.

pub mod base;
pub mod untrusted;

pub mod facts;
pub mod playbook;
pub mod wire;

pub mod detect;

pub mod session;

pub mod answer;

pub mod training;
