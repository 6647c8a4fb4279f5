"""Kernels for the CPU, and their generators."""
