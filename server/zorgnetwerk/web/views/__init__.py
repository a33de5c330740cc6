"""What pages show, as plain values: from graphs and a reader's language to texts, links, facts with their evidence.

Templates only lay these out. Nothing here knows requests or HTML.
"""
