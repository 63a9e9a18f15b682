"""A todo from one line of English: what is understood of it, and where. Knows texts, days and rules, nothing else."""
