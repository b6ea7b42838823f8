"""The job table, its state machine and the scheduler that drives it.

To follow one job, read ``submit`` (how it comes in), ``states`` (every change it can go through), ``scheduler``
(who makes the changes), then ``runners.local`` (where it runs). ``queries`` has what is only asked.
"""
