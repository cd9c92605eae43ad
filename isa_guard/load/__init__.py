"""Documents to model: YAML with places, rule packs, agreements and facts, every problem at once."""
