"""An export's files held to what its manifest says: what is seen becomes fields of the fact that is decided."""
