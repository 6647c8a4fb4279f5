"""Operators of object detection: boxes, their matching with anchors, suppression, proposals."""
