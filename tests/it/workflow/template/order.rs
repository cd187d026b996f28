//! The order of steps: cycles, ancestors, the longest path.

use callboard_service::workflow::template::Graph;
use support::plain;

use super::{functions, valid};

plain! {
    fn a_graph_is_made_of_steps_by_name() {
        let steps = valid(&functions(&[("a", &["c"]), ("b", &["a", "c"]), ("c", &[])])).steps;
        assert_eq!(Graph::of(&steps), Graph::new(vec![vec![2], vec![0, 2], vec![]]));
        assert_eq!(Graph::new(vec![vec![1, 9], vec![]]), Graph::new(vec![vec![1], vec![]]));
        assert_eq!((Graph::default().len(), Graph::default().is_empty(), Graph::of(&steps).len()), (0, true, 3));
    }

    fn order_puts_each_step_after_what_it_waits_for() {
        assert_eq!(Graph::new(vec![vec![2], vec![0, 2], vec![]]).order(), [2, 0, 1]);
        assert_eq!(Graph::new(vec![vec![], vec![], vec![]]).order(), [0, 1, 2]);
    }

    fn a_cycle_is_the_way_back_to_its_start() {
        assert_eq!(Graph::new(vec![vec![1], vec![2], vec![0]]).cycles(), [vec![0, 1, 2, 0]]);
        assert_eq!(Graph::new(vec![vec![0]]).cycles(), [vec![0, 0]]);
        assert_eq!(Graph::new(vec![vec![1], vec![2, 1], vec![1]]).cycles(), [vec![1, 2, 1], vec![1, 1]]);
        assert_eq!(Graph::new(vec![vec![1, 2], vec![3], vec![3], vec![]]).cycles(), Vec::<Vec<usize>>::new());
    }

    fn ancestors_are_all_steps_before() {
        let graph = Graph::new(vec![vec![], vec![0], vec![1], vec![0], vec![2, 3]]);
        let of = |step: usize| graph.ancestors(step).into_iter().collect::<Vec<_>>();
        assert_eq!((of(0), of(2), of(3), of(4)), (vec![], vec![0, 1], vec![0], vec![0, 1, 2, 3]));
        assert_eq!(of(99), Vec::<usize>::new());
        assert_eq!(Graph::new(vec![vec![1], vec![0]]).ancestors(0).len(), 2, "a cycle ends");
    }

    fn the_longest_path_is_the_time_that_is_left() {
        // Three searches at once, then a merge.
        let graph = Graph::new(vec![vec![], vec![], vec![], vec![0, 1, 2]]);
        assert_close(graph.longest(&[10.0, 30.0, 20.0, 5.0]), 35.0);
        assert_close(graph.longest(&[0.0, 0.0, 20.0, 5.0]), 25.0);
        assert_close(graph.longest(&[0.0, 0.0, 0.0, 0.0]), 0.0);
        assert_close(graph.longest(&[1.0]), 1.0);
        assert_close(graph.longest(&[-5.0, 0.0, 0.0, 2.0]), 2.0);
        let chain = Graph::new(vec![vec![1], vec![2], vec![]]);
        assert_close(chain.longest(&[1.0, 2.0, 4.0]), 7.0);
    }

    /// Against the definition, on random graphs: edges lead to smaller positions, shuffled by a permutation.
    fn random_graphs_keep_the_rules() {
        let mut random = fastrand::Rng::with_seed(7);
        let mut cyclic = 0;
        for _ in 0..500 {
            let count = random.usize(1..12);
            let mut names: Vec<usize> = (0..count).collect();
            random.shuffle(&mut names);
            let mut after = vec![Vec::new(); count];
            for step in 0..count {
                for other in 0..step {
                    if random.f64() < 0.3 {
                        after[names[step]].push(names[other]);
                    }
                }
            }
            let graph = Graph::new(after.clone());
            assert_eq!(graph.cycles(), Vec::<Vec<usize>>::new());
            let order = graph.order();
            let place = |step: usize| order.iter().position(|s| *s == step).expect("each step once");
            assert_eq!(order.len(), count);
            for (step, list) in after.iter().enumerate() {
                assert!(list.iter().all(|other| place(*other) < place(step)), "{after:?}: {order:?}");
            }
            let seconds: Vec<f64> = (0..count).map(|_| f64::from(random.u8(0..50))).collect();
            let by_hand = (0..count).map(|step| path(&after, &seconds, step)).fold(0.0, f64::max);
            assert_close(graph.longest(&seconds), by_hand);
            // One edge back from an ancestor closes a cycle, and only then.
            let (from, to) = (random.usize(0..count), random.usize(0..count));
            let closes = from == to || graph.ancestors(to).contains(&from);
            after[from].push(to);
            let cycles = Graph::new(after.clone()).cycles();
            assert_eq!(!cycles.is_empty(), closes);
            for cycle in cycles {
                cyclic += 1;
                assert_eq!(cycle.first(), cycle.last());
                assert!(cycle.windows(2).all(|edge| after[edge[0]].contains(&edge[1])), "{cycle:?}");
            }
        }
        assert!(cyclic > 50, "{cyclic}");
    }

    fn long_chains_need_no_stack() {
        let mut after: Vec<Vec<usize>> = (0..100_000).map(|n| if n == 0 { vec![] } else { vec![n - 1] }).collect();
        assert_close(Graph::new(after.clone()).longest(&vec![1.0; 100_000]), 100_000.0);
        after[0].push(99_999);
        assert_eq!(Graph::new(after).cycles()[0].len(), 100_001);
    }
}

/// The longest way to the end of a step, by its definition.
fn path(after: &[Vec<usize>], seconds: &[f64], step: usize) -> f64 {
    seconds[step] + after[step].iter().map(|other| path(after, seconds, *other)).fold(0.0, f64::max)
}

fn assert_close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
}
