"""The referee of data packs: how well a tool did, judged from its output file and the answer key."""
