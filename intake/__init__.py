"""A report comes in: what came, exactly as it came, with a number for the sender."""
