"""What rules over logs say: one state for each rule, fed events in any order, settled once the log is known."""
