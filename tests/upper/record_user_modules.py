"""Programs with modules and executors of their own: ``python tests/upper/record_user_modules.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/user_modules.json``.  The tests run the programs too.
"""

from record_module import labels, mlp, numbers, shown, start
from recording import write_lines


def slices(mx):
    """How batches are divided among devices."""
    split = mx.executor_manager._split_input_slice
    found = {}
    for size, work in (
        (8, [1]), (8, [1, 1]), (5, [1, 1, 1]), (7, [1, 1, 1]), (10, [1, 2]), (9, [0.5, 0.5]),
        (3, [1, 1, 1]), (10, [3, 1, 1, 1]), (2, [1, 1, 1]), (4, [1, 100]), (6, [1, 1, 1, 1]),
    ):  # fmt: skip
        try:
            parts = [[part.start, part.stop] for part in split(size, work)]
        except ValueError:
            parts = "ValueError"
        found[f"{size} {work}"] = parts
    return found


def uneven(mx):
    """A module on two devices that do not take the same part of a batch."""
    module = mx.mod.Module(mlp(mx), context=[mx.cpu(0), mx.cpu(1)], work_load_list=[1, 2])
    module.bind([("data", (5, 4))], [("softmax_label", (5,))])
    args, auxs = start(mx, mlp(mx), data=(5, 4))
    module.init_params(arg_params=args, aux_params=auxs, initializer=None)
    module.forward(mx.io.DataBatch([mx.nd.array(numbers((5, 4), 0))], [mx.nd.array(labels(5))]))
    module.backward()
    group = module._exec_group
    return [
        [part.stop for part in group.slices],
        shown(module.get_outputs(merge_multi_context=False)),
        shown(group.grad_arrays),
    ]


def manager(mx):
    """Training as before there were modules, on two devices, with and without a store."""
    symbol, found = mlp(mx), []
    data = mx.io.NDArrayIter(numbers((10, 4), 0), labels(10), batch_size=5)
    given, states = start(mx, symbol, data=(5, 4))
    names = [name for name in symbol.list_arguments() if name in given]
    for kvstore in (None, "local", mx.kv.create("device")):
        args = {name: x.copy() for name, x in given.items()}
        executors = mx.executor_manager.DataParallelExecutorManager(
            symbol=symbol, ctx=[mx.cpu(0), mx.cpu(1)], train_data=data,
            arg_names=symbol.list_arguments(), param_names=names,
            aux_names=symbol.list_auxiliary_states(),
        )  # fmt: skip
        executors.set_params(args, states)
        store, inside = mx.model._create_kvstore(kvstore, 2, args)
        optimizer = mx.optimizer.create("sgd", learning_rate=0.5, momentum=0.9, rescale_grad=0.2)
        updater = mx.optimizer.get_updater(optimizer)
        if store:
            mx.model._initialize_kvstore(
                kvstore=store, param_arrays=executors.param_arrays, arg_params=args,
                param_names=executors.param_names, update_on_kvstore=inside,
            )  # fmt: skip
        if inside:
            store.set_optimizer(optimizer)
        metric = mx.metric.create("acc")
        for _ in range(2):
            data.reset()
            for batch in data:
                executors.load_data_batch(batch)
                executors.forward(is_train=True)
                executors.backward()
                if inside:
                    mx.model._update_params_on_kvstore(
                        executors.param_arrays, executors.grad_arrays, store, executors.param_names
                    )
                else:
                    mx.model._update_params(
                        executors.param_arrays, executors.grad_arrays, updater=updater,
                        num_device=2, kvstore=store, param_names=executors.param_names,
                    )  # fmt: skip
                executors.update_metric(metric, batch.label)
        executors.copy_to(args, states)
        found.append([store is not None, inside, metric.get()[1], shown(args)])
    return found


def buckets(mx):
    """Executors for several keys, which share parameters."""

    def symbol(length):
        x = mx.sym.var("data")
        x = mx.sym.FullyConnected(mx.sym.sum(x, axis=1), name="fc", num_hidden=2)
        return mx.sym.SoftmaxOutput(x * (1.0 / length), name="softmax")

    def batch(length):
        return mx.io.DataBatch(
            [mx.nd.array(numbers((4, 6, 3), length))], [mx.nd.array(labels(4))],
            bucket_key=length, provide_data=[("data", (4, 6, 3))],
            provide_label=[("softmax_label", (4,))],
        )  # fmt: skip

    first = batch(6)
    first.default_bucket_key, first.batch_size = 6, 4
    args, states = start(mx, symbol(6), data=(4, 6, 3))
    executors = mx.executor_manager.DataParallelExecutorManager(
        symbol(6), [mx.cpu()], first, symbol(6).list_arguments(), [*args], [*states],
        sym_gen=symbol,
    )  # fmt: skip
    executors.set_params(args, states)
    updater, found = mx.optimizer.get_updater(mx.optimizer.SGD(learning_rate=1.0)), []
    for length in (6, 2, 4, 2):
        executors.load_data_batch(batch(length))
        executors.forward(is_train=True)
        executors.backward()
        found.append(shown(executors.curr_execgrp.train_execs[0].outputs))
        mx.model._update_params(executors.param_arrays, executors.grad_arrays, updater, 1)
    return found


def unnamed(mx):
    """Buckets whose layers have no names: they share parameters by their order."""

    def symbol(key):
        x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3)
        x = mx.sym.Activation(x * (1.0 / key), act_type="tanh")
        x = mx.sym.FullyConnected(x, num_hidden=2)
        return mx.sym.SoftmaxOutput(x, name="softmax"), ["data"], ["softmax_label"]

    module = mx.mod.BucketingModule(symbol, default_bucket_key=4)
    module.bind([("data", (4, 5))], [("softmax_label", (4,))])
    module.init_params(mx.init.Constant(0.5))
    module.init_optimizer(optimizer_params={"learning_rate": 1.0})
    found = []
    for key in (4, 1, 2, 1, 4):
        module.forward(mx.io.DataBatch(
            [mx.nd.array(numbers((4, 5), key))], [mx.nd.array(labels(4))], bucket_key=key,
            provide_data=[("data", (4, 5))], provide_label=[("softmax_label", (4,))],
        ), is_train=True)  # fmt: skip
        module.backward()
        module.update()
        found.append(shown(module.get_outputs()))
    return [found, shown(module.get_params()[0])]


def own_bind(mx):
    """A module that binds itself, as programs of reinforcement learning and detection do."""
    from_pairs = mx.module.base_module._parse_data_desc

    class Own(mx.mod.Module):
        def bind(
            self, data_shapes, label_shapes=None, for_training=True, inputs_need_grad=False,
            force_rebind=False, shared_module=None, grad_req="write",
        ):  # fmt: skip
            if force_rebind:
                self._reset_bind()
            if self.binded:
                return
            self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
            self.binded, self._grad_req = True, grad_req
            self._data_shapes, self._label_shapes = from_pairs(
                self.data_names, self.label_names, data_shapes, label_shapes
            )
            shared = None if shared_module is None else shared_module._exec_group
            self._exec_group = mx.module.executor_group.DataParallelExecutorGroup(
                self._symbol, self._context, self._work_load_list, self._data_shapes,
                self._label_shapes, self._param_names, for_training, inputs_need_grad, shared,
                logger=self.logger, fixed_param_names=self._fixed_param_names, grad_req=grad_req,
                state_names=self._state_names, group2ctxs=self._group2ctxs,
            )  # fmt: skip
            self._total_exec_bytes = self._exec_group._total_exec_bytes
            if shared_module is not None:
                self.params_initialized = True
                self._arg_params, self._aux_params = (
                    shared_module._arg_params, shared_module._aux_params
                )  # fmt: skip
                if shared_module.optimizer_initialized:
                    self.borrow_optimizer(shared_module)
            elif self.params_initialized:
                self._exec_group.set_params(self._arg_params, self._aux_params)
            else:
                for names, arrays, what in (
                    (self._param_names, self._exec_group.param_arrays, "_arg_params"),
                    (self._aux_names, self._exec_group.aux_arrays, "_aux_params"),
                ):
                    zeros = [mx.nd.zeros(x[0].shape, dtype=x[0].dtype) for x in arrays]
                    setattr(self, what, dict(zip(names, zeros)))  # noqa: B905

    def batch(count):
        return mx.io.DataBatch(
            [mx.nd.array(numbers((count, 4), 0))], [mx.nd.array(labels(count))],
            provide_data=[("data", (count, 4))], provide_label=[("softmax_label", (count,))],
        )  # fmt: skip

    module = Own(mlp(mx), fixed_param_names=["fc1_bias"])
    module.bind([("data", (6, 4))], [("softmax_label", (6,))], inputs_need_grad=True)
    args, auxs = start(mx, mlp(mx), data=(6, 4))
    module.init_params(arg_params=args, aux_params=auxs, initializer=None)
    module.init_optimizer(optimizer_params={"learning_rate": 0.5, "momentum": 0.9})
    found = []
    for size in (6, 3, 6):
        if size != module.data_shapes[0].shape[0]:
            module.binded = False
            given = batch(size)
            module.bind(
                given.provide_data, given.provide_label, inputs_need_grad=True, shared_module=module
            )
        module.forward(batch(size), is_train=True)
        module.backward()
        module.update()
        found.append([shown(module.get_outputs()), shown(module.get_input_grads())])
    smaller = batch(2)
    module.forward(smaller, is_train=False)
    only_data = Own(mlp(mx).get_internals()["fc2_output"], label_names=None)
    only_data.bind([("data", (6, 4))], for_training=False)
    only_data.set_params(*module.get_params())
    only_data.bind([("data", (6, 4))], for_training=False, force_rebind=True)
    only_data.forward(batch(6), is_train=False)
    return [
        found, shown(module.get_outputs()), shown(module.get_params()[0]),
        shown(only_data.get_outputs()),
    ]  # fmt: skip


def loads(mx):
    """Batches copied to arrays of devices."""
    load = mx.module.executor_group._load_general
    x = mx.nd.array(numbers((4, 6), 1))
    parts = [mx.nd.zeros((2, 6)), mx.nd.zeros((2, 6))]
    columns = [mx.nd.zeros((4, 2)), mx.nd.zeros((4, 4))]
    whole, alone = [mx.nd.zeros((4, 6)), mx.nd.zeros((4, 6))], mx.nd.zeros((4, 6))
    given = [mx.nd.zeros((4, 6)), mx.nd.zeros((4, 6))]
    cut = [slice(0, 2), slice(2, 4)]
    load(
        [x, x, x, x],
        [
            list(zip(cut, parts)),  # noqa: B905
            list(zip([slice(0, 2), slice(2, 6)], columns)),  # noqa: B905
            list(zip(cut, whole)),  # noqa: B905
            alone,
        ],
        [0, 1, -1, 0],
    )
    batches = [mx.io.DataBatch([x * k], [x * -k]) for k in (1, 2)]
    mx.module.executor_group._load_data(batches, [list(zip(cut, given))], [0])  # noqa: B905
    merge = mx.module.executor_group._merge_multi_context
    return [shown(merge([parts, columns, whole, given, [alone]], [0, 1, -1, 0, 0]))]


PROGRAMS = {
    program.__name__: program
    for program in (slices, uneven, manager, buckets, unnamed, own_bind, loads)
}

if __name__ == "__main__":
    import warnings

    import mxnet

    warnings.simplefilter("ignore")
    write_lines("user_modules", {name: run(mxnet) for name, run in PROGRAMS.items()})
