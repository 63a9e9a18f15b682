"""Everything that one person has, as documents: ours, spreadsheets, and what other products export. Knows no HTTP."""
