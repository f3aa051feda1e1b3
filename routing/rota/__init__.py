"""The rosters as they are kept: patterns, shifts, leave, swaps; hand-over when staff leave; each officer's calendar."""
