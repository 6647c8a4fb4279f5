"""Buffers: memory of the host and of devices, from pools."""
