"""Windows over images: the matrix of all of them (``im2col``), and pooling.

The matrix has a row for each channel and tap, and a column for each image and place: the elements
of a row are runs of the image, if the window moves in steps of one.
"""

from __future__ import annotations

import numpy as np

from ...base import HostArray, is_floating
from ...memory.device import Buffer
from ..build.half import as_bits
from ..build.launch import chunked, grain, kernel
from ..spec.windows import Part, Windows
from .launch import launch


@chunked
def _unfold(x, y, geometry, channels, images, first, rows, lo, hi):
    """Rows of the matrix: item (channel * taps + tap) * images + image fills *rows* of places."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    down, across = geometry[16], geometry[17]
    for unit in range(lo, hi):
        image = unit % images
        tap = unit // images
        channel = tap // (kd * kh * kw)
        tap -= channel * kd * kh * kw
        d0 = tap // (kh * kw) * geometry[6] - geometry[9]
        h0 = tap // kw % kh * geometry[7] - geometry[10]
        w0 = tap % kw * geometry[8] - geometry[11]
        # Places of the row whose tap is inside of the image.
        begin = min(max(0, (sw - 1 - w0) // sw), across)
        end = max(begin, min(across, (width - 1 - w0) // sw + 1))
        start = (image * channels + channel) * depth
        for row in range(rows):
            place = first + row
            d, h = place // down * sd + d0, place % down * sh + h0
            target = y[(unit * rows + row) * across : (unit * rows + row + 1) * across]
            if d < 0 or d >= depth or h < 0 or h >= height:
                for j in range(target.size):
                    target[j] = 0
                continue
            for j in range(begin):
                target[j] = 0
            for j in range(end, across):
                target[j] = 0
            source = ((start + d) * height + h) * width + begin * sw + w0
            inner = target[begin:end]
            if sw == 1:
                run = x[source : source + inner.size]
                for j in range(inner.size):
                    inner[j] = run[j]
            else:
                for j in range(inner.size):
                    inner[j] = x[np.uintp(source + j * sw)]


@chunked
def _fold(x, y, geometry, channels, images, first, rows, lo, hi):
    """Add to the images' channels, each a work item, what windows have there, in tap order."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    down, across = geometry[16], geometry[17]
    for unit in range(lo, hi):
        image = unit // channels
        channel = unit - image * channels
        for tap in range(kd * kh * kw):
            d0 = tap // (kh * kw) * geometry[6] - geometry[9]
            h0 = tap // kw % kh * geometry[7] - geometry[10]
            w0 = tap % kw * geometry[8] - geometry[11]
            begin = min(max(0, (sw - 1 - w0) // sw), across)
            n = max(0, min(across, (width - 1 - w0) // sw + 1) - begin)
            start = ((channel * kd * kh * kw + tap) * images + image) * rows
            for row in range(rows):
                place = first + row
                d, h = place // down * sd + d0, place % down * sh + h0
                if d < 0 or d >= depth or h < 0 or h >= height:
                    continue
                source = (start + row) * across + begin
                target = ((unit * depth + d) * height + h) * width + begin * sw + w0
                if sw == 1:
                    run, inner = x[source : source + n], y[target : target + n]
                    for j in range(n):
                        inner[j] += run[j]
                else:
                    for j in range(n):
                        y[np.uintp(target + j * sw)] += x[np.uintp(source + j)]


def unfold(x: Buffer, y: Buffer, window: Windows, channels: int, part: Part) -> None:
    """Fill *y* with a part of the matrix of windows over the images *x*, of that part alone.

    Parameters
    ----------
    x : buffer
        Of the shape (images, channels, \\*image).
    y : buffer
        Of the shape (channels, taps, images, rows, places along the last axis).
    """
    units = channels * window.taps * part.images
    each = part.rows * window.places[-1]
    if units * each:
        numbers = channels, part.images, part.row, part.rows
        launch(_unfold, as_bits(x), as_bits(y), window.constant, *numbers, units, grain(each))


def fold(x: Buffer, y: Buffer, window: Windows, channels: int, part: Part) -> None:
    """Add to the images *y* what a part *x* of the matrix of windows has for each element.

    Neither is of float16 or bfloat16, whose sums are made in float32.
    """
    units, each = part.images * channels, part.rows * window.places[-1] * window.taps
    if units * each:
        numbers = channels, part.images, part.row, part.rows
        launch(_fold, x, y, window.constant, *numbers, units, grain(each))


_FEW_PLACES = 4
"""Places along the last axis from which these make a vector."""

# --- pooling --------------------------------------------------------------------------------------


@kernel
def _inside(geometry, begins, ends) -> None:
    """For each tap of the last axis the first place whose tap is in the image, and the last's."""
    width, across, step = geometry[14], geometry[17], geometry[5]
    for c in range(begins.size):
        w = c - geometry[11]
        begins[c] = min(max(0, (step - 1 - w) // step), across)
        ends[c] = max(begins[c], min(across, (width - 1 - w) // step + 1))


@chunked
def _greatest(x, y, index, geometry, lowest, lo, hi):
    """Planes of the first greatest element of each window, and of its place in the image.

    NaN is passed over.  Where there is nothing else the place is -1.
    """
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    rows, down, across = geometry[15] * geometry[16], geometry[16], geometry[17]
    best_all, at_all = np.empty(across, x.dtype), np.empty(across, np.int32)
    begins, ends = np.empty(kw, np.int64), np.empty(kw, np.int64)
    _inside(geometry, begins, ends)
    for unit in range(lo, hi):
        plane = unit * depth * height * width
        for row in range(rows):
            for j in range(across):
                best_all[j] = lowest
            for j in range(across):
                at_all[j] = -1
            first, top = row // down * sd - geometry[9], row % down * sh - geometry[10]
            origin = (max(first, 0) * height + max(top, 0)) * width
            if across < _FEW_PLACES:  # one after the other, each along the taps of a row
                for j in range(across):
                    left = j * sw - geometry[11]
                    begin, end = max(left, 0), min(left + kw, width)
                    best_here, at_here = lowest, np.int32(-1)
                    for d in range(max(first, 0), min(first + kd, depth)):
                        for h in range(max(top, 0), min(top + kh, height)):
                            place = (d * height + h) * width
                            line = x[plane + place + begin : plane + place + end]
                            place += begin - origin
                            c = 0
                            while at_here < 0 and c < line.size:  # up to the first number
                                v = line[np.uintp(c)]
                                if v == v:
                                    best_here, at_here = v, np.int32(place + c)
                                c += 1
                            for k in range(c, line.size):
                                v = line[np.uintp(k)]
                                better = v > best_here
                                best_here = v if better else best_here
                                at_here = np.int32(place + k) if better else at_here
                    best_all[j], at_all[j] = best_here, at_here
                first = depth  # nothing is left
            for d in range(max(first, 0), min(first + kd, depth)):
                for h in range(max(top, 0), min(top + kh, height)):
                    for c in range(kw):
                        begin, end = begins[c], ends[c]
                        place = (d * height + h) * width + c - geometry[11] + begin * sw
                        best, at = best_all[begin:end], at_all[begin:end]  # from the origin on
                        line = x[plane + place : plane + place + (end - begin) * sw]
                        place -= origin
                        # The same loop twice: of a constant step the compiler makes vectors.
                        if sw == 2:
                            for j in range(best.size):
                                v = line[2 * j]
                                better = (v > best[j]) | ((at[j] < 0) & (v == v))
                                best[j] = v if better else best[j]
                                at[j] = np.int32(place + 2 * j) if better else at[j]
                        else:
                            for j in range(best.size):
                                v = line[np.uintp(j * sw)]
                                better = (v > best[j]) | ((at[j] < 0) & (v == v))
                                best[j] = v if better else best[j]
                                at[j] = np.int32(place + j * sw) if better else at[j]
            start = (unit * rows + row) * across
            target, places = y[start : start + across], index[start : start + across]
            for j in range(across):
                target[j] = best_all[j]
            for j in range(across):
                places[j] = at_all[j] + origin if at_all[j] >= 0 else -1


@chunked
def _picked(x, index, y, size, places, lo, hi):
    """For planes of *size* elements those at the given places, 0 for places outside."""
    for unit in range(lo, hi):
        for p in range(unit * places, (unit + 1) * places):
            at = index[np.uintp(p)]
            y[np.uintp(p)] = x[np.uintp(unit * size + at)] if 0 <= at < size else 0


@chunked
def _put_back(x, index, y, size, places, lo, hi):
    """The adjoint: planes of zeros to which elements are added at the given places."""
    for unit in range(lo, hi):
        plane = y[unit * size : (unit + 1) * size]
        for i in range(size):
            plane[i] = 0
        for p in range(unit * places, (unit + 1) * places):
            at = index[np.uintp(p)]
            if 0 <= at < size:
                plane[np.uintp(at)] += x[np.uintp(p)]


@chunked
def _sums(x, y, geometry, counts, lo, hi):
    """Planes of the sum over each window, in tap order, over the count of its elements."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    rows, down, across = geometry[15] * geometry[16], geometry[16], geometry[17]
    begins, ends = np.empty(geometry[2], np.int64), np.empty(geometry[2], np.int64)
    _inside(geometry, begins, ends)
    for unit in range(lo, hi):
        for row in range(rows):
            start = (unit * rows + row) * across
            total = y[start : start + across]
            for j in range(across):
                total[j] = 0
            first, top = row // down * sd - geometry[9], row % down * sh - geometry[10]
            for d in range(max(first, 0), min(first + kd, depth)):
                for h in range(max(top, 0), min(top + kh, height)):
                    origin = ((unit * depth + d) * height + h) * width - geometry[11]
                    for c in range(kw):
                        part = total[begins[c] : ends[c]]
                        place = origin + c + begins[c] * sw
                        line = x[place : place + part.size * sw]
                        # The same loop twice: of a constant step the compiler makes vectors.
                        if sw == 1:
                            for j in range(part.size):
                                part[j] += line[j]
                        elif sw == 2:
                            for j in range(part.size):
                                part[j] += line[2 * j]
                        else:
                            for j in range(part.size):
                                part[j] += line[np.uintp(j * sw)]
            if counts.size:
                divisors = counts[row * across : (row + 1) * across]
                for j in range(across):
                    total[j] /= divisors[j]


@chunked
def _spread(x, y, geometry, counts, lo, hi):
    """The adjoint: planes of zeros to all windows of which an element over its count is added."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    rows, down, across = geometry[15] * geometry[16], geometry[16], geometry[17]
    size = depth * height * width
    begins, ends = np.empty(geometry[2], np.int64), np.empty(geometry[2], np.int64)
    _inside(geometry, begins, ends)
    shares = np.empty(geometry[17], x.dtype)
    for unit in range(lo, hi):
        plane = y[unit * size : (unit + 1) * size]
        for i in range(size):
            plane[i] = 0
        for row in range(rows):
            values = x[(unit * rows + row) * across : (unit * rows + row + 1) * across]
            if counts.size:
                divisors = counts[row * across : (row + 1) * across]
                for j in range(across):
                    shares[j] = values[j] / divisors[j]
            else:
                for j in range(across):
                    shares[j] = values[j]
            first, top = row // down * sd - geometry[9], row % down * sh - geometry[10]
            for d in range(max(first, 0), min(first + kd, depth)):
                for h in range(max(top, 0), min(top + kh, height)):
                    origin = (d * height + h) * width - geometry[11]
                    for c in range(kw):
                        part = shares[begins[c] : ends[c]]
                        place = origin + c + begins[c] * sw
                        line = plane[place : place + part.size * sw]
                        if sw == 1:
                            for j in range(part.size):
                                line[j] += part[j]
                        else:
                            for j in range(part.size):
                                line[np.uintp(j * sw)] += part[j]


def _planes(x: Buffer, size: int) -> tuple[int, int]:
    """How many planes of *size* elements a buffer has, and the grain of a kernel over them."""
    return x.size // max(size, 1), grain(size, 4)


def greatest(x: Buffer, y: Buffer, index: Buffer, window: Windows) -> None:
    """Fill *y* with the greatest element of each window over planes of *x*, *index* with its place.

    The place is counted in the plane, -1 where a window has no number.
    """
    lowest = -np.inf if is_floating(y.dtype) else np.iinfo(y.dtype).min
    units, each = _planes(x, window.image_size)
    number = y.dtype.type(lowest)
    launch(_greatest, x, y, index, window.constant, number, units, each)


def pick(x: Buffer, index: Buffer, y: Buffer, window: Windows) -> None:
    """Fill *y* with the elements of planes *x* at the places *index*."""
    units, each = _planes(x, window.image_size)
    launch(_picked, x, index, y, window.image_size, window.number, units, each)


def put_back(x: Buffer, index: Buffer, y: Buffer, window: Windows) -> None:
    """The adjoint of `pick`: fill the planes *y*."""
    units, each = _planes(y, window.image_size)
    launch(_put_back, x, index, y, window.image_size, window.number, units, each)


def sums(x: Buffer, y: Buffer, counts: HostArray, window: Windows) -> None:
    """Fill *y* with the sum over each window over planes of *x*, over *counts* if there are any."""
    units, each = _planes(x, window.image_size)
    launch(_sums, x, y, window.constant, counts, units, each)


def spread(x: Buffer, y: Buffer, counts: HostArray, window: Windows) -> None:
    """The adjoint of `sums`: fill the planes *y*."""
    units, each = _planes(y, window.image_size)
    launch(_spread, x, y, window.constant, counts, units, each)
