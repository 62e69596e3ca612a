"""Qt views: each is reusable, is given a model, and emits what the user wants.

Owns: the clock (`Playback`), the selection, and every view on a log. Does not own: files, settings, menus and
actions (`app` composes those), decoding (an `ImageLoader` of `app` does it off the GUI thread), torch.

Decisions
- A view listens to models and asks models to change; no view writes to another view.
- What an edit leads to is shown view by view, each in a turn of its own of the event loop (`Turns`): all at once, six
  pictures and the lists held the window for twice as long as its budget while an actor was dragged.
- Colours come from the palette and from `class_colours`, so that light, dark and every overlay agree.
"""
