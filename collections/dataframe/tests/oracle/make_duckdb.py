"""Writes duckdb.json: CSV files and what DuckDB answers to the queries that tests/it/sql.rs runs over them.

Run with a Python that has duckdb:  python make_duckdb.py
"""

import json
import pathlib
import tempfile

import duckdb

FILES = {
    "2015-01.csv": "id,Name,value,day\n1,ann,1.5,2015-01-01\n2,bob,,2015-01-02\n3,,2.5,2015-01-02\n4,ann,-4,2015-01-04\n",
    "2015-02.csv": "id,Name,value,day\n5,cyd,0.25,2015-02-01\n6,bob,8,2015-02-02\n7,ann,,2015-02-03\n",
    "people.csv": "Name;age\nann;31\nbob;\neve;60\n",
}
QUERIES = {
    "count": "SELECT count(*) AS n, count(value) AS v, sum(value) AS s FROM '2015-*.csv'",
    "empty_sum": "SELECT sum(value) AS s, count(*) AS n FROM '2015-*.csv' WHERE value > 100",
    "group": "SELECT Name, count(*) AS n, avg(value) AS m FROM '2015-*.csv' GROUP BY Name ORDER BY n DESC, Name NULLS LAST",
    "null_compare": "SELECT id FROM '2015-*.csv' WHERE NOT (value > 1) ORDER BY id",
    "null_not_equal": "SELECT id FROM '2015-*.csv' WHERE Name <> 'ann' ORDER BY id",
    "case_of_names": "SELECT t.NAME AS who, max(Value) AS best FROM '2015-*.csv' AS T WHERE name IS NOT NULL GROUP BY t.name ORDER BY WHO",
    "cte": "WITH big AS (SELECT * FROM '2015-*.csv' WHERE value >= 1.5) SELECT day, sum(value) AS s FROM big GROUP BY day ORDER BY day",
    "self_join": "SELECT a.id, b.id AS other FROM '2015-01.csv' a JOIN '2015-02.csv' b ON a.Name = b.Name ORDER BY a.id, other",
    "window": "SELECT id, row_number() OVER (PARTITION BY Name ORDER BY id) AS r FROM '2015-*.csv' ORDER BY id",
    "union": "SELECT id FROM '2015-01.csv' UNION ALL SELECT id + 100 FROM '2015-02.csv' ORDER BY 1",
    "subquery": "SELECT id FROM '2015-*.csv' WHERE value > (SELECT avg(value) FROM '2015-*.csv') ORDER BY id",
    "join_external": "SELECT f.id, p.age FROM '2015-*.csv' f LEFT JOIN people p ON f.Name = p.Name ORDER BY f.id",
}

with tempfile.TemporaryDirectory() as folder:
    for name, text in FILES.items():
        pathlib.Path(folder, name).write_text(text)
    db = duckdb.connect()
    db.execute(f"CREATE VIEW people AS SELECT * FROM read_csv('{folder}/people.csv', delim=';')")
    answers = {}
    for name, query in QUERIES.items():
        result = db.execute(query.replace("'2015-", f"'{folder}/2015-"))
        columns = [c[0] for c in result.description]
        rows = [[v if isinstance(v, (int, float, str, type(None))) else str(v) for v in row] for row in result.fetchall()]
        answers[name] = {"query": query, "columns": columns, "rows": rows}

out = {"duckdb": duckdb.__version__, "files": FILES, "answers": answers}
path = pathlib.Path(__file__).with_name("duckdb.json")
path.write_text(json.dumps(out, ensure_ascii=False).replace("}, \"", "},\n\"") + "\n")
