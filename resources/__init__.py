"""Files that are not code: icons, themes, layouts, model checkpoints with their cards, the asset library."""
