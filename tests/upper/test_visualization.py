"""Tables and pictures of symbols."""

import importlib.util
import sys
import types

import pytest

import ndgrad as mx

TABLE = """\
________________________________________________________________________________
Layer (type)            Output Shape    Param #         Previous Layer
================================================================================
data(null)              3x8x8           0
________________________________________________________________________________
conv(Convolution)       4x6x6           112             data
________________________________________________________________________________
bn(BatchNorm)           4x6x6           8               conv
________________________________________________________________________________
relu(Activation)        4x6x6           0               bn
________________________________________________________________________________
sum(elemwise_add)       4x6x6           0               relu
                                                        conv
________________________________________________________________________________
fc(FullyConnected)      10              1450            sum
________________________________________________________________________________
softmax(SoftmaxOutput)  10              0               fc
================================================================================
Total params: 1570
________________________________________________________________________________
"""


@pytest.fixture
def symbol():
    x = mx.sym.Convolution(mx.sym.var("data"), kernel=(3, 3), num_filter=4, name="conv")
    y = mx.sym.Activation(mx.sym.BatchNorm(x, name="bn"), act_type="relu", name="relu")
    z = mx.sym.FullyConnected(mx.sym.elemwise_add(y, x, name="sum"), num_hidden=10, name="fc")
    return mx.sym.SoftmaxOutput(z, name="softmax")


def test_table(symbol, capsys):
    """What MXNet prints, but for blanks at the end of a row."""
    mx.viz.print_summary(
        symbol, {"data": (2, 3, 8, 8)}, line_length=80, positions=[0.3, 0.5, 0.7, 1]
    )
    printed = capsys.readouterr().out
    assert "\n".join(row.rstrip() for row in printed.splitlines()) + "\n" == TABLE


def test_table_without_shapes(symbol, capsys):
    mx.viz.print_summary(symbol)
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert ["conv(Convolution)", "0", "data"] in rows and ["Total", "params:", "0"] in rows


class Digraph:
    """The calls of `graphviz.Digraph`."""

    def __init__(self, name, format):
        self.calls = [(name, format)]

    def node(self, name, label, **attributes):
        self.calls.append((name, label, attributes["shape"], attributes["fillcolor"]))

    def edge(self, tail_name, head_name, label, **attributes):
        self.calls.append((tail_name, head_name, label))


@pytest.fixture
def graphviz(monkeypatch):
    module = types.ModuleType("graphviz")
    module.Digraph = Digraph
    monkeypatch.setitem(sys.modules, "graphviz", module)


@pytest.mark.usefixtures("graphviz")
def test_picture(symbol):
    """What MXNet tells Graphviz."""
    picture = mx.viz.plot_network(symbol, title="net", shape={"data": (2, 3, 8, 8)})
    assert picture.calls == [
        ("net", "pdf"),
        ("data", "data", "oval", "#8dd3c7"),
        ("conv", "Convolution\n3x3/1, 4", "box", "#fb8072"),
        ("bn", "bn", "box", "#bebada"),
        ("relu", "Activation\nrelu", "box", "#ffffb3"),
        ("sum", "sum", "box", "#fccde5"),
        ("fc", "FullyConnected\n10", "box", "#fb8072"),
        ("softmax_label", "softmax_label", "oval", "#8dd3c7"),
        ("softmax", "softmax", "box", "#fccde5"),
        ("conv", "data", "3x8x8"),
        ("bn", "conv", "4x6x6"),
        ("relu", "bn", "4x6x6"),
        ("sum", "relu", "4x6x6"),
        ("sum", "conv", "4x6x6"),
        ("fc", "sum", "4x6x6"),
        ("softmax", "fc", "10"),
        ("softmax", "softmax_label", ""),
    ]


@pytest.mark.usefixtures("graphviz")
def test_picture_with_weights(symbol):
    picture = mx.viz.plot_network(symbol, hide_weights=False, node_attrs={"shape": "circle"})
    assert ("fc_bias", "fc_bias", "oval", "#8dd3c7") in picture.calls
    assert ("fc", "fc_bias", "") in picture.calls
    assert ("bn", "bn", "circle", "#bebada") in picture.calls


@pytest.mark.skipif(importlib.util.find_spec("graphviz") is not None, reason="graphviz is there")
def test_without_graphviz(symbol):
    with pytest.raises(ImportError, match=r"the package graphviz.*symbol.draw\(\)"):
        mx.viz.plot_network(symbol)


@pytest.mark.usefixtures("graphviz")
@pytest.mark.filterwarnings("ignore:Cannot decide shape")
def test_errors(symbol):
    with pytest.raises(TypeError, match="print_summary: symbol must be a Symbol, got str"):
        mx.viz.print_summary("x")
    with pytest.raises(TypeError, match="plot_network: symbol must be a Symbol, got int"):
        mx.viz.plot_network(3)
    with pytest.raises(ValueError, match="print_summary: Input shape is incomplete"):
        mx.viz.print_summary(symbol, {})
