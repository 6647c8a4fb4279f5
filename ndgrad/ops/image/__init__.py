"""Operators on images: scaling of values, geometry, and the random changes that augment data.

An image has shape (height, width, channels), with a batch in front where an operator says so; that
of `to_tensor`, which `normalize` takes, has its channels first.
"""
