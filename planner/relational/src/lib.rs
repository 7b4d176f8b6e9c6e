//! DataFusion as the engine of tables: sessions, scans, pandas' rules as functions, plans as tasks
#![forbid(unsafe_code)]
