"""Training of the networks: loops, losses, samples. Nothing here is needed to use them.

Owns: how weights come about. Does not own: the networks (`core/worldrec`), logs of the city (`core/city`).

Decisions
- Samples are worked out once and kept in a folder, so that a run that is interrupted goes on where it was.
- Generation learns from films: what all cameras saw, ten times a second, with layouts, small on disk. Of the city they
  are rendered without writing logs, which takes a third of the time; those of logs may have fewer frames a second,
  since layout and motion tell how far apart they are.
- The tokenizer's encoder is frozen early: latents are kept on disk, and generators learn on them while pictures still
  get sharper.
- Processes that torchrun started train WorldRec, the tokenizer and all generators together, by Lightning Fabric: DDP,
  and for generators FSDP. The depth network, networks of pixels and priors are small work for one process.
- What is saved are running means of the weights; a run's own state lies beside its samples.
"""
