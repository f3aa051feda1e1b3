"""This deployment: settings, wiring, tables, and what starts it. Imports every room; no room imports it."""
