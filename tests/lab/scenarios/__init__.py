"""The scenarios, one module for each theme: <domain>_<theme>.py."""
