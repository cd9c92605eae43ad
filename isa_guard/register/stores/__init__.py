"""Where a register lies: a folder, or a PostgreSQL database, behind one interface."""
