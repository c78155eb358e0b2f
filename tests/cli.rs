//! Do the verbs that read say what is there, and change nothing?

mod support;
#[path = "support/web.rs"]
mod web;

mod cli {
    mod adopt;
    mod attach;
    mod beginnings;
    mod broken;
    mod config;
    mod conversations;
    mod damaged;
    mod descriptors;
    mod dialogs;
    mod displaced;
    mod documents;
    mod explain;
    mod finishing;
    mod full_disk;
    mod hooks;
    mod hung;
    mod journal;
    mod launching;
    mod limits;
    mod logs;
    mod lost_logs;
    mod many;
    mod neighbours;
    mod notify;
    mod notify_trouble;
    mod one_offs;
    mod panes;
    mod phases;
    mod pilot;
    mod races;
    mod receipts;
    mod reload;
    mod report;
    mod samples;
    mod send;
    mod senders;
    mod sentences;
    mod service;
    mod slips;
    mod socket;
    mod status;
    mod stopped;
    mod suspended;
    mod tasks;
    mod told;
    mod touched;
    mod transcript;
    mod wait;
    mod words;
    mod work;
}
