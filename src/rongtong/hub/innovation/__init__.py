"""Rounds, challenges, capabilities, responses, selection and collaboration."""
