"""A person's todos as iCalendar (RFC 5545), for whatever shows calendars and tasks. It knows rows, and no HTTP."""
