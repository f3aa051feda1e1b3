"""Triage: how soon must somebody be with this child, read from Chinese text, with the evidence."""
