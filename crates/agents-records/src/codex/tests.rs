use serde_json::{Value, json};

use super::{failed_output, failure, origin};
use crate::conversation::Origin;
use crate::failure::ErrorKind;

fn origin_of(meta: Value) -> Origin {
    origin(meta.as_object().unwrap(), "own")
}

#[test]
fn only_a_thread_that_a_user_opened_is_main() {
    for (meta, expected) in [
        (json!({"source": "cli", "thread_source": "user", "session_id": "own"}), Origin::Main),
        // Older versions name only the source.
        (json!({"source": "cli"}), Origin::Main),
        (json!({"source": "exec"}), Origin::Main),
        (json!({"source": "vscode"}), Origin::Unknown),
        (json!({}), Origin::Unknown),
        (json!({"source": "cli", "thread_source": "title"}), Origin::Unknown),
        (json!({"source": {"subagent": "review"}, "thread_source": "user"}), Origin::Subagent),
        (json!({"source": "cli", "thread_source": "user", "session_id": "root"}), Origin::Subagent),
        (json!({"source": "cli", "parent_thread_id": "root"}), Origin::Subagent),
        (json!({"source": "cli", "thread_source": "subagent"}), Origin::Subagent),
    ] {
        assert_eq!(origin_of(meta.clone()), expected, "{meta}");
    }
}

#[test]
fn errors_are_told_apart_by_code_status_and_words() {
    for (error, kind) in [
        (
            json!({"message": "x", "codex_error_info": "usage_limit_exceeded"}),
            ErrorKind::UsageLimit,
        ),
        (
            json!({"message": "Quota exceeded. Check your plan and billing details.", "codex_error_info": "usage_limit_exceeded"}),
            ErrorKind::Billing,
        ),
        (
            json!({"message": "x", "codex_error_info": {"http_connection_failed": {"http_status_code": 403}}}),
            ErrorKind::Auth,
        ),
        (
            json!({"message": "x", "codex_error_info": {"response_stream_disconnected": {"http_status_code": null}}}),
            ErrorKind::Server,
        ),
        (json!({"message": "new trouble", "codex_error_info": {"new": 7}}), ErrorKind::Unknown),
        (json!({"message": 7, "codex_error_info": []}), ErrorKind::Unknown),
        (json!("unauthorized"), ErrorKind::Auth),
    ] {
        assert_eq!(failure(&error).kind, kind, "{error}");
    }
}

#[test]
fn a_command_failed_when_its_exit_code_says_so_or_the_user_stopped_it() {
    for (output, failed) in [
        ("Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 0\nOutput:\n", false),
        ("Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code 101\nOutput:\n", true),
        ("Wall time: 3.5 seconds\naborted by user", true),
        ("Output:\n1\n2\n3\n4\n5\nProcess exited with code 1\n", false),
        ("", false),
    ] {
        assert_eq!(failed_output(output), failed, "{output}");
    }
}
