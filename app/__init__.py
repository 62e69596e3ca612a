"""The process: command line, main window, actions, controllers, settings, log file, benchmarks.

Owns: composition. Does not own: anything that can be drawn (widgets) or computed (core) without it.

Decisions
- The command line imports nothing heavy before it knows which command runs: `driftless --help` answers at once.
- What was asked for wrongly (`core.errors.UserError`) is one sentence and exit status 2; what went wrong by
  itself is a traceback in the log file, one line on the terminal and exit status 1.
"""
