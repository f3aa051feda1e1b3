"""The ground all rooms stand on: database, keys, the ledger of events, accounts."""
