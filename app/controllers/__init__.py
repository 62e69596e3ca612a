"""Controllers: what the window does when something is asked of it, apart from how that looks.

Owns: opening logs, decoding their images, making the demo city. Does not own: widgets, menus.
"""
