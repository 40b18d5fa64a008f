//! A terminal cockpit for one cryptomining incident on one Linux host. ARCHITECTURE.md is the map;
//! the modules stand here in reading order.

pub mod domain;

pub mod cockpit;

pub mod words;

pub mod ui;

pub mod host;

pub mod run;
