"""The engines that the specification names, run on this machine, and the check that those which a URL names are usable.

Beside `embedded`, which needs nothing installed: here the programs are Debian's (and Elasticsearch's), run as ordinary
processes with folders of their own. `control` has what a harness needs: `start`, `stop`, `kill`, `status`, each by name.
"""
