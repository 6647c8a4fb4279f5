"""Quantization: real numbers as integers of 8 bits, and operators on such integers."""
