"""One thin command a stage: what the workflow's rules call and what a person can type.

A command reads files, calls one function of the library, writes files. ``main`` finds the command; each other file is one.
"""
