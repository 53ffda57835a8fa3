//! One binary for all integration tests: a real server on a free port, a real client, and every
//! test on SQLite and on PostgreSQL. PostgreSQL may be missing on a laptop, never where `CI` is set.

mod access;
mod arrows;
mod attacks;
mod audit;
mod browser;
mod casework;
mod certificates;
mod concepts;
mod contract;
mod days;
mod detours;
mod door;
mod faults;
mod imports;
mod instances;
mod journey;
mod journeys;
mod keys;
mod languages;
mod law_imports;
mod leaks;
mod legality;
mod many;
mod match_answers;
mod matching;
mod pathways;
mod pledges;
mod recognition;
mod records;
mod rights;
mod schema;
mod statements;
mod suggestions;
mod support;
mod tracks;
