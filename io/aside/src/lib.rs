//! Files written aside and renamed when complete; temporary files that an interrupt removes
#![forbid(unsafe_code)]
