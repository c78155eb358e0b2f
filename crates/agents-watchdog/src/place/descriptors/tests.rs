use super::*;

#[test]
fn f6_a_fifth_of_the_descriptors_stays_free() {
    let refused = |used, limit, more| Descriptors { used, limit }.refusal(more).is_some();
    assert!(!refused(10, 1024, 16));
    assert!(!refused(10, 100, 35));
    assert!(refused(10, 100, 36));
    assert!(refused(64, 64, 1));
    let said = Descriptors { used: 50, limit: 64 }.refusal(1).unwrap();
    assert!(said.contains("50 of its 64") && said.contains("ulimit -n"), "{said}");
}

#[test]
fn f6_the_limit_is_the_one_that_holds() {
    let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                  Max cpu time              unlimited            unlimited            seconds   \n\
                  Max open files            1024                 524288               files     \n";
    assert_eq!(soft_limit(limits), Some(1024));
    assert_eq!(
        soft_limit("Max open files            unlimited            unlimited            files"),
        None
    );
    assert_eq!(soft_limit(""), None);
}

#[cfg(target_os = "linux")]
#[test]
fn f6_a_process_is_asked_for_what_it_has() {
    let ours = Descriptors::of(Some(std::process::id())).unwrap();
    assert!(ours.used >= 3 && ours.used < ours.limit, "{ours:?}");
    assert_eq!(Some(ours.limit), getrlimit(Resource::Nofile).current);
    assert_eq!(Descriptors::of(Some(u32::MAX)), None);
}
