"""What kernels compute, before dtypes, layout and device, and the writer of generated modules."""
