//! Do the verbs that read say what is there, and change nothing?

mod support;

mod cli {
    mod status;
}
