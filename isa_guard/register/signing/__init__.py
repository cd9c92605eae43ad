"""Keys, what they are locked with, and what signs: a file, a token, one kind of signature or two."""
