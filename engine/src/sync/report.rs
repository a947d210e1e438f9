//! How a run went, or would go.
