"""What is inside an export: readers, identifiers, markings, disclosure control."""
