"""Rules with the days that they name, agreed on by three other implementations."""
