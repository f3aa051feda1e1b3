"""Tell them, and know that they know: plan, wording, providers, delivery, acknowledgement."""
