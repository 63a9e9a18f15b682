"""What other products export, as a document of ours. What can't be taken over is noted, and where it stands."""
