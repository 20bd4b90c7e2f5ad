"""The live page: what the worker is doing, seen in a browser, served by the worker itself.

A consumer process puts a small `Glimpse` into the report of each batch it delivered; the supervisor's `Board` adds the
reports up; `serve.routes()` are the page and the board as JSON. Everything is bounded: a board holds a quarter of an
hour, the latest few headlines and dead letters, and a thousand sources.
"""
