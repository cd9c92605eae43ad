"""What the product is about, as data only: agreement, rule, fact, finding, decision."""
