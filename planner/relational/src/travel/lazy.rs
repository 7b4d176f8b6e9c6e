//! A plan as an operation holds it: made here, or sent here and decoded when it is first run.

use std::sync::OnceLock;

use datafusion::logical_expr::LogicalPlan;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use swath_error::{Error, Result};

use super::{decode_plan, encode_plan};
use crate::Session;
use crate::error::elsewhere;

/// A plan that may have come from another process.
#[derive(Debug)]
pub(crate) struct TravellingPlan {
    plan: OnceLock<Result<LogicalPlan>>,
    /// Its bytes, when it was sent here.
    sent: Option<Vec<u8>>,
}

impl TravellingPlan {
    /// A plan of this process.
    pub fn new(plan: LogicalPlan) -> Self {
        Self { plan: Ok(plan).into(), sent: None }
    }

    /// The plan; one that was sent here is decoded with the functions of `session`.
    pub fn get(&self, session: &Session) -> Result<&LogicalPlan> {
        let plan = self.plan.get_or_init(|| match &self.sent {
            Some(bytes) => decode_plan(bytes, &session.context().task_ctx()),
            None => Err(Error::internal("a plan that was not sent is not there")),
        });
        plan.as_ref().map_err(Clone::clone)
    }

    /// An error of running the plan, with advice when it was made in another process.
    pub fn explained(&self, error: Error) -> Error {
        if self.sent.is_some() { elsewhere(error) } else { error }
    }

    /// An error when the plan cannot be sent, which serialising it could not name.
    pub fn encoded(&self) -> Result<Self> {
        let bytes = match (&self.sent, self.plan.get()) {
            (Some(bytes), _) => bytes.clone(),
            (None, Some(Ok(plan))) => encode_plan(plan)?,
            (None, _) => return Err(Error::internal("there is no plan to send")),
        };
        Ok(Self { plan: OnceLock::new(), sent: Some(bytes) })
    }
}

impl Serialize for TravellingPlan {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.sent {
            Some(bytes) => bytes.serialize(to),
            None => Err(ser::Error::custom("a plan is encoded before it is sent")),
        }
    }
}

impl<'de> Deserialize<'de> for TravellingPlan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        Ok(Self { plan: OnceLock::new(), sent: Some(Vec::deserialize(from)?) })
    }
}
