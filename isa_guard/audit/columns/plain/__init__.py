"""Files that DuckDB reads by itself, because nothing in them could be rejected. All others are the row reader's."""
