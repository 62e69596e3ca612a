"""What a material function tells the shader: slots of one scratch vector, filled anew for every hit."""

ALBEDO = 0
EMISSION = 3
MIRROR = 6  # reflectance when looked at straight on; 0 for matt surfaces
GLOSS = 7  # 1 mirrors sharply, 0 only spreads highlights
TRACED = 8  # share of a reflection that deserves a ray of its own (water)
LABEL = 9
BACKLIT = 10  # how far light shines through (leaves)
KEY = 11  # factor on the light that casts shadows, for relief that no geometry has
AMBIENT_FACTOR = 12
METALLIC = 13  # mirror image takes on the colour of the surface
SIZE = 14

# Columns of a row of painted marks, in the road's (s, offset) coordinates.
MARK_KIND = 0
MARK_OFFSET = 1
MARK_HALF_WIDTH = 2
MARK_FROM = 3
MARK_TO = 4
MARK_LENGTH = 5  # of a dash, or of a zebra's bar across
MARK_PERIOD = 6
MARK_COLOUR = 7  # 0 white, 1 yellow
MARK_SIZE = 8

LINE = 0
ZEBRA = 1
WHEEL_TRACK = 2
ARROW_AHEAD = 3
ARROW_LEFT = 4
ARROW_RIGHT = 5
