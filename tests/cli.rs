//! Do the verbs that read say what is there, and change nothing?

mod support;

mod cli {
    mod attach;
    mod config;
    mod journal;
    mod logs;
    mod races;
    mod reload;
    mod sentences;
    mod status;
    mod words;
}
