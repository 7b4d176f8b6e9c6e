//! Which crate may depend on which: read from `cargo metadata`, so that a wrong arrow fails a test.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Crates of the workspace and those of the workspace they may use, in the order data flows through them.
const MAY_USE: &[(&str, &[&str])] = &[
    ("swath-error", &[]),
    ("swath-graph", &["swath-error"]),
    ("swath-block", &["swath-error", "swath-graph"]),
    ("swath-aside", &["swath-error"]),
    ("swath-execute", &["swath-error", "swath-graph", "swath-block", "swath-aside"]),
    ("swath-tasks-macro", &[]),
    ("swath-tasks", &["swath-error", "swath-block", "swath-tasks-macro"]),
    // The scheduler decides; it sees neither data nor threads nor a clock.
    ("swath-scheduler", &["swath-error", "swath-graph"]),
    // So does the worker's core.
    ("swath-simulate", &["swath-error", "swath-graph", "swath-scheduler", "swath-worker-core"]),
    ("swath-worker-core", &["swath-error", "swath-graph", "swath-scheduler"]),
    ("swath-wire", &["swath-error", "swath-graph", "swath-scheduler"]),
    (
        "swath-worker",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-aside",
            "swath-execute",
            "swath-scheduler",
            "swath-tasks",
            "swath-worker-core",
            "swath-wire",
            "swath-store",
            "swath-flight",
        ],
    ),
    (
        "swath-cluster",
        &[
            "swath-error",
            "swath-graph",
            "swath-aside",
            "swath-block",
            "swath-execute",
            "swath-scheduler",
            "swath-tasks",
            "swath-wire",
            "swath-flight",
            "swath-worker",
        ],
    ),
    (
        "swath-local",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-aside",
            "swath-execute",
            "swath-scheduler",
            "swath-store",
        ],
    ),
    ("swath-store", &["swath-error", "swath-graph", "swath-block", "swath-aside", "swath-scheduler"]),
    ("swath-flight", &["swath-error", "swath-graph", "swath-block", "swath-scheduler", "swath-store"]),
    ("swath-files", &["swath-error", "swath-graph", "swath-block", "swath-aside"]),
    ("swath-array-io", &["swath-error", "swath-graph", "swath-block", "swath-aside", "swath-files"]),
    ("swath-hdf5", &["swath-error", "swath-graph", "swath-block", "swath-aside", "swath-array-io"]),
    ("swath-zarr", &["swath-error", "swath-graph", "swath-block", "swath-aside", "swath-array-io"]),
    ("swath-kernels", &["swath-error", "swath-graph", "swath-block"]),
    ("swath-factor", &["swath-error", "swath-block", "swath-kernels"]),
    (
        "swath-array-plan",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-array-io",
            "swath-execute",
            "swath-factor",
            "swath-kernels",
            "swath-tasks",
        ],
    ),
    (
        "swath-bag-plan",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-aside",
            "swath-execute",
            "swath-files",
            "swath-tasks",
        ],
    ),
    (
        "swath-relational",
        &["swath-error", "swath-graph", "swath-block", "swath-aside", "swath-execute", "swath-files"],
    ),
    ("swath-delayed", &["swath-error", "swath-graph", "swath-block", "swath-execute", "swath-tasks"]),
    (
        "swath-array",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-execute",
            "swath-array-io",
            "swath-hdf5",
            "swath-zarr",
            "swath-kernels",
            "swath-array-plan",
            "swath-tasks",
        ],
    ),
    (
        "swath-bag",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-aside",
            "swath-execute",
            "swath-files",
            "swath-bag-plan",
        ],
    ),
    (
        "swath-dataframe",
        &[
            "swath-error",
            "swath-graph",
            "swath-block",
            "swath-aside",
            "swath-execute",
            "swath-files",
            "swath-relational",
            "swath-tasks",
            // Columns become arrays and arrays columns, by the arrays' public face.
            "swath-array",
        ],
    ),
];

/// Crates from outside, and the only crates of ours that may reach them through ordinary dependencies of their own.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("datafusion", &["swath-relational", "swath-dataframe"]),
    ("tonic", &["swath-flight"]),
    ("arrow-flight", &["swath-flight"]),
    (
        "tokio",
        &[
            "swath-relational",
            "swath-dataframe",
            "swath-flight",
            "swath-wire",
            "swath-worker",
            "swath-cluster",
        ],
    ),
    ("object_store", &["swath-relational", "swath-files"]),
    ("hdf5-reader", &["swath-hdf5"]),
    ("zarrs", &["swath-zarr"]),
    ("rustyline", &["swath"]),
    ("clap", &["swath-cluster", "swath"]),
    ("signal-hook", &["swath-local", "swath-cluster", "swath"]),
    ("indicatif", &["swath-local"]),
];

/// What must not be below a crate at any distance.
const NEVER_BELOW: &[(&str, &[&str])] = &[
    ("swath-graph", &["arrow", "arrow-array", "arrow-buffer", "tokio", "datafusion", "ndarray"]),
    ("swath-scheduler", &["arrow", "arrow-array", "arrow-buffer", "tokio", "datafusion", "ndarray", "rand"]),
    ("swath-block", &["tokio", "datafusion"]),
    ("swath-execute", &["tokio", "datafusion"]),
    ("swath-local", &["tokio", "datafusion"]),
    ("swath-array", &["datafusion"]),
    ("swath-bag", &["datafusion"]),
    ("swath-delayed", &["tokio", "datafusion"]),
];

/// The facade itself, and what tests alone use.
const OUTSIDE: &[&str] = &["swath", "swath-simulate"];

/// The packages and their ordinary dependencies (neither of tests nor of build scripts) on this platform.
struct Packages {
    uses: BTreeMap<String, BTreeSet<String>>,
    ours: BTreeSet<String>,
}

impl Packages {
    fn read() -> Self {
        let rustc = Command::new("rustc").arg("-vV").output().unwrap();
        let version = String::from_utf8(rustc.stdout).unwrap();
        let host = version.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        let names: BTreeMap<String, String> = metadata["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| (text(&p["id"]), text(&p["name"])))
            .collect();
        let ours = metadata["workspace_members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| names[&text(id)].clone())
            .collect();
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for node in metadata["resolve"]["nodes"].as_array().unwrap() {
            let of = uses.entry(names[&text(&node["id"])].clone()).or_default();
            for dep in node["deps"].as_array().unwrap() {
                if dep["dep_kinds"].as_array().unwrap().iter().any(|k| k["kind"].is_null()) {
                    of.insert(names[&text(&dep["pkg"])].clone());
                }
            }
        }
        Self { uses, ours }
    }

    /// Everything below a package, at any distance.
    fn below(&self, package: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open = vec![package];
        while let Some(next) = open.pop() {
            for dep in self.uses.get(next).into_iter().flatten() {
                if found.insert(dep.as_str()) {
                    open.push(dep);
                }
            }
        }
        found
    }
}

#[test]
fn dependencies_point_one_way() {
    let packages = Packages::read();
    let mut wrong = Vec::new();
    for name in &packages.ours {
        let of_ours = packages.uses[name].intersection(&packages.ours);
        let Some((_, may)) = MAY_USE.iter().find(|(n, _)| n == name) else {
            if name != "swath" {
                wrong.push(format!("{name} is not in the table of tests/it/layering.rs"));
            }
            continue;
        };
        wrong.extend(
            of_ours.filter(|d| !may.contains(&d.as_str())).map(|d| format!("{name} may not use {d}")),
        );
    }
    for (name, _) in MAY_USE {
        if !packages.ours.contains(*name) {
            wrong.push(format!("{name} is in the table and not in the workspace"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn large_dependencies_stay_where_they_belong() {
    let packages = Packages::read();
    let mut wrong = Vec::new();
    for name in &packages.ours {
        for (outside, only_in) in ONLY_IN {
            if packages.uses[name].contains(*outside) && !only_in.contains(&name.as_str()) {
                wrong.push(format!("{name} may not use {outside}"));
            }
        }
    }
    for (name, never) in NEVER_BELOW {
        let below = packages.below(name);
        wrong.extend(never.iter().filter(|n| below.contains(*n)).map(|n| format!("{n} is below {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_facade_uses_every_crate_that_registers_operations() {
    let packages = Packages::read();
    let below = packages.below("swath");
    let unused: Vec<_> = packages
        .ours
        .iter()
        .filter(|name| !OUTSIDE.contains(&name.as_str()) && !below.contains(name.as_str()))
        .collect();
    assert!(
        unused.is_empty(),
        "nothing in the facade reaches {unused:?}: their operations would not be linked"
    );
}
