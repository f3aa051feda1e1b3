"""Those who carry a message to a phone, behind one small protocol."""
