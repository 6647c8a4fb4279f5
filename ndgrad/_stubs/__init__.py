"""Type stubs of functions, methods and modules that are made or imported at run time."""
