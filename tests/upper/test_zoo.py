"""The model zoo: names, shapes, layers and outputs of MXNet, and files of trained parameters."""

import hashlib
import json
import zipfile

import numpy as np
import pytest
from record_zoo import RECORDED, SMALL, describe, scores

import ndgrad as mx
from ndgrad import MXNetError
from ndgrad.gluon.model_zoo import model_store, vision

RECORDS = json.loads(RECORDED.read_text())


@pytest.mark.parametrize("name", RECORDS["networks"])
def test_parameters_and_layers_are_those_of_mxnet(name):
    assert describe(mx, name) == RECORDS["networks"][name]


@pytest.mark.parametrize("name", SMALL)
def test_outputs_are_those_of_mxnet(name):
    np.testing.assert_allclose(scores(mx, name), RECORDS["scores"][name], rtol=1e-4, atol=1e-5)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A folder in the place of MXNet's repository, where the parameters of one network lie."""
    net = vision.squeezenet1_1(classes=2)
    net.initialize()
    net(mx.nd.zeros((1, 3, 224, 224)))
    file = tmp_path / "trained.params"
    net.save_parameters(str(file))
    digest = hashlib.sha1(file.read_bytes()).hexdigest()
    monkeypatch.setitem(model_store._model_sha1, "squeezenet1.1", digest)
    monkeypatch.setenv("MXNET_GLUON_REPO", tmp_path.as_uri())
    monkeypatch.setenv("MXNET_HOME", str(tmp_path / "home"))
    folder = tmp_path / "gluon" / "models"
    folder.mkdir(parents=True)
    title = f"squeezenet1.1-{digest[:8]}"
    with zipfile.ZipFile(folder / f"{title}.zip", "w") as files:
        files.write(file, f"{title}.params")
    return net, folder / f"{title}.zip", tmp_path / "home" / "models" / f"{title}.params"


def test_trained_parameters_are_fetched_and_kept(repository):
    net, archive, kept = repository
    first = vision.get_model("squeezenet1.1", classes=2, pretrained=True)
    assert kept.exists()
    archive.unlink()
    again = vision.squeezenet1_1(classes=2, pretrained=True, root=str(kept.parent), ctx=mx.cpu())
    weight = net.features[0].weight.data().asnumpy()
    for loaded in (first, again):
        assert (loaded.features[0].weight.data().asnumpy() == weight).all()
    model_store.purge()
    assert not kept.exists()


def test_missing_parameters_are_named(repository):
    _, archive, kept = repository
    archive.unlink()
    with pytest.raises(MXNetError, match=f"{kept.name}' in '{kept.parent}' is not there") as error:
        vision.squeezenet1_1(classes=2, pretrained=True)
    assert "Put it into that folder by hand" in str(error.value)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"something else")
    with pytest.raises(MXNetError, match="has another SHA-1 digest"):
        model_store.get_model_file("squeezenet1.1")


def test_names_of_networks():
    with pytest.raises(ValueError, match=r"Model resnet19 is not supported(.|\n)*\tdensenet121\n"):
        vision.get_model("resnet19")
    with pytest.raises(ValueError, match=r"Pretrained model for mobilenet0\.33 is not available"):
        vision.get_mobilenet(0.33, pretrained=True)
    with pytest.raises(AssertionError, match="Invalid number of layers: 19"):
        vision.get_resnet(1, 19)
    with pytest.raises(AssertionError, match="Invalid resnet version: 3"):
        vision.get_resnet(3, 18)
    with pytest.raises(AssertionError, match="Unsupported SqueezeNet version 2"):
        vision.SqueezeNet("2.0")
    assert vision.get_model("ResNet18_v2", classes=7).output._units == 7
