"""Studies: what the parts of the whole are worth, on drives of the demo city whose truth after an edit is known.

Owns: the drives (`drives`), who makes their films (`arms`), judging film by film so that a study that was cut short
goes on (`films`), likeness by regions of the pictures (`regions`), intervals (`intervals`), the two studies
`counterfactual` and `premise` with their rules, and their pages.
Does not own: the edits and the truth of the city, scenes, generators; figures that tables of generators have, too
(`core/evaluation`).

Decisions
- A drive is recorded for four seconds, of which a scene is made, and is to be shown as it would have been after an
  edit: the ego beside its path, an actor elsewhere, another gone (`core.training.city_twins`). All arms begin with the
  same first chunk, what the cameras saw of the edited drive, and are told the same path, boxes, lanes and weather.
- Where the edit changes the weather, too, the first chunk is still in the recorded one: a log has no other. A generator
  alone begins with what the relighter makes of it.
- Its cities are those below the seeds that networks learn from. They are made once and kept in the cache.
- What a region is depends on the drive alone, never on an arm: where the unedited scene, after the edit, shows what was
  observed and where it does not, and which pixels the edit of the actors changed.
- A render of nearly the same view flatters whoever repeats it. Likeness is told by regions and over time for that
  reason, and the tokenizer's share in what generators lose is told by arms of its own.
- Differences are paired, drive by drive and seed by seed; intervals draw drives anew, and seeds within them. With fewer
  than three drives there is none, and no rule is decided.
"""
