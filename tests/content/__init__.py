"""Tests of the content: the five documents as claims."""
