"""What is wrong with each token, key set and server of the corpus, and how it is made."""
