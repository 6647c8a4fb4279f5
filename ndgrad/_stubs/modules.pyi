# Made by tools/write_stubs.py from the table of operators; do not edit.


__all__ = [
    'attribute',
    'callback',
    'contrib',
    'engine',
    'error',
    'executor',
    'executor_manager',
    'gluon',
    'image',
    'img',
    'init',
    'initializer',
    'io',
    'kv',
    'kvstore',
    'libinfo',
    'log',
    'lr_scheduler',
    'metric',
    'misc',
    'mod',
    'model',
    'module',
    'mon',
    'monitor',
    'name',
    'ndarray',
    'notebook',
    'opt',
    'optimizer',
    'profiler',
    'recordio',
    'registry',
    'rnd',
    'rnn',
    'runtime',
    'sym',
    'test_utils',
    'testing',
    'visualization',
    'viz',
]

import ndgrad.attribute as attribute
import ndgrad.callback as callback
import ndgrad.contrib as contrib
import ndgrad.gluon as gluon
import ndgrad.image as image
import ndgrad.image as img
import ndgrad.initializer as init
import ndgrad.initializer as initializer
import ndgrad.io as io
import ndgrad.kvstore as kv
import ndgrad.kvstore as kvstore
import ndgrad.libinfo as libinfo
import ndgrad.log as log
import ndgrad.lr_scheduler as lr_scheduler
import ndgrad.metric as metric
import ndgrad.misc as misc
import ndgrad.module as mod
import ndgrad.model as model
import ndgrad.module as module
import ndgrad.monitor as mon
import ndgrad.monitor as monitor
import ndgrad.name as name
import ndgrad.notebook as notebook
import ndgrad.optimizer as opt
import ndgrad.optimizer as optimizer
import ndgrad.profiler as profiler
import ndgrad.recordio as recordio
import ndgrad.registry as registry
import ndgrad.rnn as rnn
import ndgrad.runtime as runtime
import ndgrad.test_utils as test_utils
import ndgrad.testing as testing
import ndgrad.visualization as visualization
import ndgrad.visualization as viz
import ndgrad.engine as engine
import ndgrad.base as error
import ndgrad.symbol.executor as executor
import ndgrad.module.executor_manager as executor_manager
import ndgrad.nd as ndarray
import ndgrad.random as rnd
import ndgrad.symbol as sym
