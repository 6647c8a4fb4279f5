"""Cells, layers and datasets of users: ``python tests/upper/record_user_cells.py``.

They import private functions of Gluon.  Run with MXNet 1.9.1, it writes
``mxnet-1.9.1/user_cells.json``.  The tests run the programs too.
"""

import importlib
import os

from record_module import numbers, shown
from recording import write_lines

WORDS = "\n = A title = \n\n the cat sat on the mat . the dog sat too .\n a cat ! \n the end\n"


def sequences(mx, package):
    """Sequences in other layouts, as lists and as arrays."""
    cells = importlib.import_module(f"{package}.gluon.rnn.rnn_cell")
    found = {}
    x = mx.nd.array(numbers((2, 3, 4), 0))
    steps = [mx.nd.array(numbers((2, 4), i)) for i in range(3)]
    for length, inputs, layout, merge, given in (
        (3, x, "NTC", None, None), (None, x, "NTC", False, None), (3, x, "NTC", True, None),
        (2, x, "TNC", None, None), (2, x, "NTC", None, "TNC"), (3, steps, "NTC", True, None),
        (3, steps, "TNC", False, None), (3, steps, "TNC", None, None), (2, x, "TNC", False, "TNC"),
    ):  # fmt: skip
        out, axis, F, batch = cells._format_sequence(length, inputs, layout, merge, given)
        key = f"{length} {layout} {merge} {given} {isinstance(inputs, list)}"
        found[key] = [shown(out), axis, F is mx.nd]
        if given in (None, layout):  # MXNet reads the batch in the wrong layout
            found[key].append(batch)
    out, axis, F, batch = cells._format_sequence(2, mx.sym.var("x"), "NTC", False)
    found["symbol"] = [len(out), axis, F is mx.sym, batch]
    valid = mx.nd.array([1, 3])
    for merge in (True, False):
        masked = cells._mask_sequence_variable_length(mx.nd, steps, 3, valid, 0, merge)
        found[f"mask {merge}"] = shown(masked)
    found["reverse"] = shown(cells._reverse_sequences(steps, 3))
    found["reverse valid"] = shown(cells._reverse_sequences(steps, 3, valid))
    return found


def stack(mx, package):
    """Two cells as one that writes `unroll` itself."""
    cells = importlib.import_module(f"{package}.gluon.rnn.rnn_cell")

    class Both(mx.gluon.rnn.HybridRecurrentCell):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            with self.name_scope():
                for name in ("l", "r"):
                    self.register_child(mx.gluon.rnn.GRUCell(3, input_size=4, prefix=name), name)

        def state_info(self, batch_size=0):
            return cells._cells_state_info(self._children.values(), batch_size)

        def begin_state(self, **kwargs):
            return cells._cells_begin_state(self._children.values(), **kwargs)

        def unroll(self, length, inputs, begin_state=None, layout="NTC", merge_outputs=None,
                   valid_length=None):  # fmt: skip
            self.reset()
            inputs, _, F, batch = cells._format_sequence(length, inputs, layout, False)
            states = cells._get_begin_state(self, F, begin_state, inputs, batch)
            back = cells._reverse_sequences(inputs, length, valid_length)
            left, right = self._children.values()
            a, sa = left.unroll(length, inputs, states[:1], layout, False, valid_length)
            b, sb = right.unroll(length, back, states[1:], layout, False, valid_length)
            b = cells._reverse_sequences(b, length, valid_length)
            outputs = [F.concat(x, y, dim=1) for x, y in zip(a, b)]  # noqa: B905
            outputs, *_ = cells._format_sequence(length, outputs, layout, merge_outputs)
            return outputs, [*sa, *sb]

    cell = Both()
    cell.initialize()
    for i, param in enumerate(cell.collect_params().values()):
        param.set_data(mx.nd.array(numbers(param.shape, i)))
    x = mx.nd.array(numbers((2, 3, 4), 9))
    outputs, states = cell.unroll(3, x, merge_outputs=True)
    ended, _ = cell.unroll(3, x, merge_outputs=True, valid_length=mx.nd.array([1, 3]))
    return [len(cell.state_info(2)), shown(outputs), shown(states), shown(ended)]


def layers(mx, package):
    """Shapes that layers of users ask operators for, and what their repr calls."""
    conv = importlib.import_module(f"{package}.gluon.nn.conv_layers")
    shapes = [
        conv._infer_weight_shape("Convolution", (1, 4, 0, 0), {"kernel": (3, 3), "num_filter": 6}),
        conv._infer_weight_shape(
            "Deconvolution",
            (1, 4, 0, 0),
            {"kernel": (3, 2), "num_filter": 6, "num_group": 2, "no_bias": True},
        ),
    ]
    indent = importlib.import_module(f"{package}.gluon.utils")._indent
    alexnet = importlib.import_module(f"{package}.gluon.model_zoo.vision.alexnet")
    return [shapes, indent("a\nb\nc", 2), indent("a", 4), alexnet.AlexNet.__name__]


def dataset(mx, package):
    """A dataset that reads its files by itself."""
    base = importlib.import_module(f"{package}.gluon.data.dataset")

    class Own(base._DownloadedDataset):
        def _get_data(self):
            self._data = mx.nd.array(numbers((4, 2), 0))
            self._label = list("abcd")

    own = Own("own-files", None)
    turned = Own("own-files", lambda x, y: (y, x))
    loaded = mx.gluon.data.DataLoader(own.transform_first(lambda x: -x), batch_size=3)
    return [
        len(own), own[1][1], shown(own[1][0]), turned[2][0], os.path.isdir("own-files"),
        [shown(x) for x, _ in mx.gluon.data.DataLoader(Own("own-files", lambda x, y: (x, 1)), 3)],
        len(loaded),
    ]  # fmt: skip


def words(mx, package):
    """Text in sequences."""
    text = importlib.import_module(f"{package}.gluon.contrib.data.text")
    if hasattr(text, "check_sha1"):
        text.check_sha1 = lambda *args: True  # MXNet fetches the files if they are others
    os.makedirs("wiki", exist_ok=True)
    for name in ("train", "valid", "test"):
        with open(f"wiki/wiki.{name}.tokens", "w", encoding="utf8") as file:
            file.write(WORDS if name == "train" else " the mouse sat .\n")
    train = text.WikiText2(root="wiki", seq_len=4)
    valid = text.WikiText103(root="wiki", segment="validation", vocab=train.vocabulary, seq_len=2)
    return [
        len(train), len(valid), train.vocabulary.idx_to_token, sorted(train.frequencies.items()),
        [shown(x) for pair in train for x in pair], [shown(x) for pair in valid for x in pair],
    ]  # fmt: skip


PROGRAMS = {program.__name__: program for program in (sequences, stack, layers, dataset, words)}

if __name__ == "__main__":
    import tempfile

    import mxnet

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_lines("user_cells", {name: run(mxnet, "mxnet") for name, run in PROGRAMS.items()})
