"""To the files of other tools: Inspect logs, promptfoo results, every_eval_ever records."""
