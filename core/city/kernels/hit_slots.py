"""Columns of a hit's floats. Vectors take three columns each."""

POSITION = 0  # world
NORMAL = 3  # shading normal, towards the ray's origin
FLAT = 6  # geometric normal, towards the ray's origin
U = 9
V = 10
FILTER_U = 11  # extent of the pixel on the surface, metres along u and v
FILTER_V = 12
DISTANCE = 13
AMBIENT = 14  # share of the sky that static geometry leaves open
TANGENT = 15  # direction in which u grows, unit
COLUMNS = 18
