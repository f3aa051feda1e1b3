"""Units and their staff: what a city's lists say, checked, compared with what is there, and taken over whole."""
