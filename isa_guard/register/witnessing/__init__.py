"""The partner agency: asking it, being it, and what passes between."""
