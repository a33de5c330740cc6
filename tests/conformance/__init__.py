"""Test suites that others wrote, run through our own doors; deviations are named in ``expected_failures.toml``."""
