"""Depth and sky of the views of a log from several of them at once, with lidar or without.

Owns: the network and what it is fed with. Does not own: what is built from depth (`core/worldrec/lift`), training
(`core/training`).

Decisions
- Geometry speaks first: every view is compared with those that see the same places from elsewhere, on planes of
  constant depth, and a smooth surface through the best agreement (semi-global matching) is one of the network's
  candidates. That carries over to recordings of any kind; what one picture alone suggests does not.
- Other candidates are level ground and what lidar measured, spread outwards. The network weighs the candidates, adds
  one of its own, corrects the blend, and says how far off it may be; it learns to doubt instead of to measure.
- Where lidar is given, the result is pulled onto it.
- Differences of colours are worked out by compiled loops without gradients: a tiny network learns no better features
  for matching within its budget.
- One set of weights for rigs with and without lidar: in training its channels are dropped at random.
- Half the pixels, every second plane or two neighbours fewer would save a third of the time each and cost 0.3, 0.7
  and 1.2 % of median error before the network.
"""
