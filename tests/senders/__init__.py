"""Senders as their APIs are described, on loopback: strict about what they are given, with the ways of a draft."""
