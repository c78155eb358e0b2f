use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn name(number: u8) -> AgentName {
    AgentName::new(format!("a-rather-long-name-{number:03}")).unwrap()
}

/// What is asked of both maps.
#[derive(Debug, Clone)]
enum Deed {
    Insert(u8, u32),
    Remove(u8),
    Of(u8),
    OrInsert(u8, u32),
    Get(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let number = || 0_u8..12;
    prop_oneof![
        (number(), any::<u32>()).prop_map(|(at, kept)| Deed::Insert(at, kept)),
        number().prop_map(Deed::Remove),
        number().prop_map(Deed::Of),
        (number(), any::<u32>()).prop_map(|(at, kept)| Deed::OrInsert(at, kept)),
        number().prop_map(Deed::Get),
    ]
}

proptest! {
    #[test]
    fn it_answers_as_a_tree_does(deeds in prop::collection::vec(deed(), 0..60)) {
        let (mut ours, mut tree) = (ByName::<u32>::default(), BTreeMap::<AgentName, u32>::new());
        for deed in deeds {
            match deed {
                Deed::Insert(at, kept) => {
                    prop_assert_eq!(ours.insert(name(at), kept), tree.insert(name(at), kept));
                }
                Deed::Remove(at) => prop_assert_eq!(ours.remove(&name(at)), tree.remove(&name(at))),
                Deed::Of(at) => {
                    *ours.of(&name(at)) += 1;
                    *tree.entry(name(at)).or_default() += 1;
                }
                Deed::OrInsert(at, kept) => {
                    let ours = *ours.entry(name(at)).or_insert(kept);
                    prop_assert_eq!(ours, *tree.entry(name(at)).or_insert(kept));
                }
                Deed::Get(at) => {
                    prop_assert_eq!(ours.get(&name(at)), tree.get(&name(at)));
                    prop_assert_eq!(ours.get_mut(&name(at)), tree.get_mut(&name(at)));
                    prop_assert_eq!(ours.contains_key(&name(at)), tree.contains_key(&name(at)));
                }
            }
            prop_assert!(ours.iter().eq(tree.iter()));
            prop_assert!(ours.values().eq(tree.values()) && ours.keys().eq(tree.keys()));
            prop_assert_eq!((ours.len(), ours.is_empty()), (tree.len(), tree.is_empty()));
        }
        let text = serde_json::to_string(&ours).unwrap();
        prop_assert_eq!(&text, &serde_json::to_string(&tree).unwrap());
        prop_assert_eq!(&serde_json::from_str::<ByName<u32>>(&text).unwrap(), &ours);
        prop_assert!(ours.clone().into_iter().eq(tree));
    }
}

#[test]
fn it_is_made_of_changed_by_and_shown_as_pairs_in_the_order_of_the_names() {
    let mut ours = ByName::from([(name(2), 20), (name(1), 10)]);
    for (at, kept) in &mut ours {
        assert_eq!(*at, name(u8::try_from(*kept / 10).unwrap()));
        *kept += 1;
    }
    assert_eq!(ours.clone().into_iter().collect::<Vec<_>>(), [(name(1), 11), (name(2), 21)]);
    let tree: BTreeMap<AgentName, u32> = ours.clone().into_iter().collect();
    assert_eq!(format!("{ours:?}"), format!("{tree:?}"));
}

#[test]
fn two_are_equal_when_they_hold_the_same() {
    let of = |kept: u32| ByName::from([(name(1), kept)]);
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    assert_ne!(of(1), ByName::default());
}
