"""The front door of a running site: one process with one thread that speaks HTTP with clients."""
