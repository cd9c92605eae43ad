"""Files of any kind as lines, every one of them accounted for."""
