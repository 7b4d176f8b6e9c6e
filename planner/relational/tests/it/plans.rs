//! Plans over tables in memory: order, keys, inputs of other tasks, memory, cancellation.

use std::time::{Duration, Instant};

use swath_block::{Block, MemoryLedger, Operation, RunEnv, TaskContext};
use swath_error::ErrorKind;
use swath_graph::{GraphBuilder, Key};
use swath_relational::datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use swath_relational::datafusion::prelude::{col, lit};
use swath_relational::{RunPlan, Session, from_batches, from_input, from_table, lower, lower_with, plan_key};

use super::{batch, cells, ints, run, run_with, texts};

fn numbers(n: i64) -> LogicalPlan {
    let values: Vec<Option<i64>> = (0..n).map(Some).collect();
    from_batches(vec![batch(vec![("x", ints(&values))])]).unwrap()
}

#[test]
fn a_filter_keeps_the_order_of_rows() {
    let plan = LogicalPlanBuilder::from(numbers(100_000))
        .filter((col("x") % lit(2_i64)).eq(lit(0_i64)))
        .unwrap()
        .build()
        .unwrap();
    let table = run_with(&plan, 4, 1 << 30).unwrap();
    let got: Vec<String> = cells(&table).into_iter().map(|r| r[0].clone()).collect();
    let expected: Vec<String> = (0..100_000).step_by(2).map(|x| x.to_string()).collect();
    assert_eq!(got, expected);
}

#[test]
fn a_limit_takes_the_first_rows() {
    for skip in [0, 3] {
        let plan = LogicalPlanBuilder::from(numbers(50_000))
            .filter(col("x").gt(lit(9_i64)))
            .unwrap()
            .limit(skip, Some(2))
            .unwrap()
            .build()
            .unwrap();
        let table = run_with(&plan, 4, 1 << 30).unwrap();
        assert_eq!(cells(&table), [[(10 + skip).to_string()], [(11 + skip).to_string()]]);
    }
}

#[test]
fn equal_plans_are_one_task_and_data_in_memory_is_told_apart() {
    let plan = numbers(3);
    let filtered = |p: &LogicalPlan| {
        LogicalPlanBuilder::from(p.clone()).filter(col("x").gt(lit(1_i64))).unwrap().build().unwrap()
    };
    assert_eq!(plan_key(&filtered(&plan)).unwrap(), plan_key(&filtered(&plan)).unwrap());
    assert_ne!(plan_key(&plan).unwrap(), plan_key(&numbers(3)).unwrap());
    let mut builder = GraphBuilder::new();
    let first = lower(&filtered(&plan), &mut builder).unwrap();
    assert_eq!(lower(&filtered(&plan), &mut builder).unwrap(), first);
    assert_eq!(builder.len(), 1);
}

#[test]
fn a_plan_reads_what_another_task_gives() {
    let source = numbers(4);
    let rows = run(&source).unwrap();
    let key = plan_key(&source).unwrap();
    let input = from_input(0, rows.schema().clone(), key).unwrap();
    let plan = LogicalPlanBuilder::from(input).filter(col("x").gt(lit(1_i64))).unwrap().build().unwrap();
    let mut builder = GraphBuilder::new();
    let first = lower(&source, &mut builder).unwrap();
    let second = lower_with(&plan, &[first.get(0)], &mut builder).unwrap();
    assert_eq!(builder.finish(&[second.get(0)]).unwrap().edges(), 1);
    let env = RunEnv::new(2, MemoryLedger::new(1 << 30));
    let ctx = TaskContext { index: 0, slots: 2, env: &env };
    let block = RunPlan::new(plan).run(smallvec::smallvec![Block::Table(rows)], &ctx).unwrap();
    assert_eq!(cells(&block.into_table().unwrap()), [["2"], ["3"]]);
    assert_ne!(key, Key::unique("other"));
}

#[test]
fn results_are_tables_again() {
    let table = run(&numbers(3)).unwrap();
    let again = run(&from_table(&table).unwrap()).unwrap();
    assert_eq!(cells(&again), cells(&table));
}

#[test]
fn sql_errors_say_what_to_do() {
    let session = Session::new();
    let kind = |sql: &str| session.plan_sql(sql).unwrap_err();
    assert_eq!(kind("selec 1").kind(), ErrorKind::InvalidQuery);
    assert_eq!(kind("select * from nowhere").kind(), ErrorKind::NotFound);
    let unknown = kind("select usr_id from (values (1, 2)) t(user_id, value)");
    assert_eq!(unknown.kind(), ErrorKind::UnknownColumn);
    assert!(unknown.help().unwrap().contains("user_id"), "{unknown}");
}

#[test]
fn a_sort_larger_than_the_memory_limit_spills() {
    let n = 400_000;
    let values: Vec<Option<i64>> = (0..n).map(|x| Some((x * 7919) % n)).collect();
    let names: Vec<String> = (0..n).map(|x| format!("a longer name that takes room {x}")).collect();
    let names: Vec<Option<&str>> = names.iter().map(|s| Some(s.as_str())).collect();
    let sorted = from_batches(vec![batch(vec![("x", ints(&values)), ("name", texts(&names))])]).unwrap();
    let sorted = LogicalPlanBuilder::from(sorted)
        .sort(vec![col("x").sort(true, false)])
        .unwrap()
        .limit(n as usize - 2, None)
        .unwrap()
        .build()
        .unwrap();
    let table = run_with(&sorted, 2, 16 << 20).unwrap();
    let last: Vec<String> = cells(&table).into_iter().map(|r| r[0].clone()).collect();
    assert_eq!(last, [(n - 2).to_string(), (n - 1).to_string()]);
}

#[test]
fn a_result_larger_than_the_memory_limit_is_an_error_with_advice() {
    let error = run_with(&numbers(400_000), 2, 1 << 20).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfMemory, "{error}");
    assert!(error.help().unwrap().contains("write the result to files"), "{error}");
}

#[test]
fn a_cancelled_run_stops_promptly() {
    let big = LogicalPlanBuilder::from(numbers(30_000));
    let plan = big
        .clone()
        .alias("a")
        .unwrap()
        .cross_join(big.alias("b").unwrap().build().unwrap())
        .unwrap()
        .aggregate(
            Vec::<swath_relational::datafusion::logical_expr::Expr>::new(),
            vec![swath_relational::datafusion::functions_aggregate::expr_fn::sum(col("a.x") * col("b.x"))],
        )
        .unwrap()
        .build()
        .unwrap();
    let env = RunEnv::new(2, MemoryLedger::new(1 << 30));
    let cancel = env.cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        cancel.cancel();
    });
    let started = Instant::now();
    let ctx = TaskContext { index: 0, slots: 2, env: &env };
    let error = RunPlan::new(plan).run(smallvec::smallvec![], &ctx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    // Operators that were stopped in the middle give their memory back as their threads come to it.
    let given_back = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        env.memory.used() == 0
    });
    assert!(given_back, "{} bytes were kept", env.memory.used());
}
