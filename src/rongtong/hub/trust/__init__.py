"""Disclosure levels, non-disclosure agreements and documents."""
