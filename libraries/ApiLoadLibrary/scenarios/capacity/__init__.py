"""How much a system carries: the highest rate at which all that is asked of it still holds."""
