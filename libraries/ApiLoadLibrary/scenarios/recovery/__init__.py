"""How a system fails and recovers, as a steady stream of probes sees it from outside.

    trace → answers → moods → shutting, stretches → timeline → figures → details and readings

All of it is pure: it reads `Exchange`s and the moments at which the trouble began and ended.
"""
