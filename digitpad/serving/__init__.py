"""The prediction server: a page to draw on, an interface for programs, and what listens to those who draw.

The names that need Starlette and uvicorn are in `server`; everything else runs without the extra `serve`.
"""
