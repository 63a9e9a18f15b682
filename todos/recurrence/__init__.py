"""What a rule of recurrence may say, which days it names, and how to say it to people. Knows days and nothing else."""
