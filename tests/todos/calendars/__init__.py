"""Programs that read calendars, and what they have to understand. `make calendars` asks those that Python is not."""
