"""Writes every generated file of the repository; for developers, not part of the package."""
