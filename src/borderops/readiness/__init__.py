"""Is a policy ready to begin? Criteria fixed beforehand, a verdict on simulated seasons, and what would change it."""
