"""From text to machine code: generated modules, the disk cache, launching, threads."""
