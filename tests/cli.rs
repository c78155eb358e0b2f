//! Do the verbs that read say what is there, and change nothing?

mod support;

mod cli {
    mod attach;
    mod broken;
    mod config;
    mod conversations;
    mod damaged;
    mod displaced;
    mod documents;
    mod explain;
    mod finishing;
    mod hung;
    mod journal;
    mod logs;
    mod many;
    mod one_offs;
    mod phases;
    mod races;
    mod receipts;
    mod reload;
    mod report;
    mod send;
    mod sentences;
    mod status;
    mod wait;
    mod words;
}
