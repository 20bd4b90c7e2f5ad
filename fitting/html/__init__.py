"""Fitting the models of html pages."""
