"""What is agreed between agencies: purposes, fields, bases, time limits and calendars."""
