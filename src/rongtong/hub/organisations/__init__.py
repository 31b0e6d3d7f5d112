"""Who takes part: people, organisations, their verification and import."""
