//! What must every driver do? One suite for the real tmux and for the fake.
//!
//! The names begin with the numbers of the tmux facts that they hold (T1 to T72) or of the threats (S1 to S27).

mod bench;
mod conformance;
#[cfg(test)]
mod fake_bench;
mod looking;
mod real_bench;
mod server;
mod sessions;
mod together;
mod typing;

pub use conformance::{CheckResult, conformance};

use bench::{Bench, Outcome};

macro_rules! checks {
    ($($module:ident::$name:ident),* $(,)?) => {
        /// The names of all checks.
        pub(crate) const CHECKS: &[&str] = &[$(stringify!($name)),*];

        /// Carries out the check of that name on a bench of its own.
        pub(crate) async fn check<B: Bench>(name: &str, bench: &mut B) -> Outcome {
            match name {
                $(stringify!($name) => $module::$name(bench).await,)*
                other => Err(format!("there is no check named {other}")),
            }
        }

        #[cfg(test)]
        mod on_the_fake {
            $(#[tokio::test] async fn $name() {
                super::prove(stringify!($name), super::fake_bench::FakeBench::new()).await;
            })*
        }

        #[cfg(test)]
        mod on_one_shot {
            $(#[tokio::test] async fn $name() {
                super::prove(stringify!($name), super::tests::one_shot().await).await;
            })*
        }

        #[cfg(test)]
        mod on_control_mode {
            $(#[tokio::test] async fn $name() {
                super::prove(stringify!($name), super::tests::control_mode().await).await;
            })*
        }
    };
}

checks![
    typing::t4_a_final_semicolon_arrives,
    typing::t6_a_leading_dash_arrives,
    typing::t7_key_names_are_text,
    typing::t10_formats_and_quotes_are_text,
    typing::t12_a_large_text_arrives_whole,
    typing::t54_a_repeated_step_is_refused,
    typing::t9_text_of_many_scripts_arrives,
    typing::t8_control_characters_do_not_arrive,
    typing::t14_a_paste_cannot_be_ended_from_within,
    typing::t16_copy_mode_refuses_text_and_keys,
    typing::t17_input_off_refuses_text_and_keys,
    typing::t18_a_dead_pane_refuses_text_and_the_server_lives,
    typing::t19_a_refused_text_leaves_no_buffer,
    typing::t32_a_missing_pane_is_missing,
    typing::t33_tokens_prove_what_was_typed_and_submitted,
    typing::an_empty_text_is_refused,
    sessions::t30_only_the_exact_session_is_hit,
    sessions::t34_a_renamed_session_is_known_by_its_tag,
    sessions::t34_a_kill_by_pane_ends_the_session_that_holds_it,
    sessions::t36_a_second_start_of_a_name_is_already,
    sessions::t37_words_reach_the_program_unchanged,
    sessions::t42_the_first_output_is_logged,
    sessions::t43_a_second_log_pipe_changes_nothing,
    sessions::a_log_pipe_made_anew_takes_the_place_of_the_first,
    sessions::s1_a_log_path_is_only_a_path,
    sessions::s5_a_kill_needs_the_tag,
    sessions::t26_a_tag_may_hold_any_text,
    looking::screens_come_in_the_order_asked,
    looking::t65_a_wrapped_row_is_joined,
    looking::t60_a_kept_dead_pane_is_listed_with_its_status,
    looking::t67_odd_titles_and_options_do_not_disturb_the_listing,
    looking::activity_and_ink_move_with_output,
    looking::t71_a_session_that_ends_is_news,
    server::t51_a_dead_server_is_no_server,
    server::t53_a_removed_socket_is_restored,
    server::t54_a_stopped_server_is_unknown_within_the_limit,
    together::changes_made_together_have_their_own_outcomes,
    together::t54_changes_to_a_stopped_server_cost_one_limit,
    server::t57_a_server_without_sessions_is_known_to_be_empty,
    server::t35_pane_ids_of_an_earlier_server_are_refused,
    server::r8_an_earlier_writer_changes_nothing,
];

/// Panics with what was found when a check fails.
#[cfg(test)]
async fn prove<B: Bench>(name: &str, mut bench: B) {
    if let Err(found) = check(name, &mut bench).await {
        panic!("{name}: {found}");
    }
}

#[cfg(test)]
mod tests;

/// What other tests of real drivers borrow.
#[cfg(test)]
pub(crate) mod testing {
    pub(crate) use super::bench::{Actor, Bench, Disturbance, pane, start_of, started, typing};
    pub(crate) use super::tests::{control_mode, one_shot, tmux};
}
