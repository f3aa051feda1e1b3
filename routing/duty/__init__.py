"""Who is on duty, and who can be reached: values in, values out."""
