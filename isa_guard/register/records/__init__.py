"""One record: strict JSON, what it says of a decision or an event, where it stands, and its envelope."""
