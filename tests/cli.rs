//! Do the verbs that read say what is there, and change nothing?

mod support;

mod cli {
    mod attach;
    mod broken;
    mod config;
    mod damaged;
    mod displaced;
    mod explain;
    mod full_disk;
    mod hung;
    mod journal;
    mod logs;
    mod many;
    mod one_offs;
    mod races;
    mod reload;
    mod report;
    mod sentences;
    mod status;
    mod words;
}
