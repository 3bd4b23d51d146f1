"""The web page of the team: what the command line does, for someone who has never opened a terminal.

Server-rendered, one file a page; every page calls `pipeline` and `desk`, as the terminal does, and decides nothing. It works
without JavaScript; htmx and one small script of ours make it livelier.
"""
