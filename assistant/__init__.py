"""Understanding, dialogue state, the pipeline of one turn, grounded writing and the log."""
