"""To and from the files of other tools: Inspect logs, promptfoo results, every_eval_ever records."""
