"""Experiments of papers, run again: what training reaches beside what they report."""
