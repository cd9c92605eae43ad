"""Agreement and fact to decision. Pure: no clock, no file, no network, no key."""
