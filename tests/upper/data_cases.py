"""Samplers, datasets and batches: expressions that MXNet and ndgrad evaluate."""

SAMPLERS = """
D.SequentialSampler(4)
D.SequentialSampler(3, 5)
D.RandomSampler(10)
D.FilterSampler(lambda x: x % 3 == 0, D.SimpleDataset(list(range(10))))
D.BatchSampler(D.SequentialSampler(10), 4, 'keep')
D.BatchSampler(D.SequentialSampler(10), 4, 'discard')
D.BatchSampler(D.SequentialSampler(10), 4, 'rollover')
D.BatchSampler(D.RandomSampler(9), 3)
IntervalSampler(10, 3)
IntervalSampler(10, 3, False)
""".strip().split("\n")

_S = "D.SimpleDataset(list(range(11)))"
DATASETS = f"""
{_S}.shard(3, 0)
{_S}.shard(3, 1)
{_S}.shard(3, 2)
{_S}.take(3)
{_S}.take(30)
{_S}.take(None)
{_S}.sample(D.SequentialSampler(3, 4))
{_S}.filter(lambda x: x % 2)
{_S}.transform(lambda x: x * 2)
{_S}.transform(lambda x: x * 2, lazy=False)
{_S}.take(4).filter(lambda x: x > 1).transform(lambda x: x + 0.5)
D.ArrayDataset([1, 2], [3, 4])
D.ArrayDataset([1, 2], [3, 4]).transform(lambda x, y: x + y)
D.ArrayDataset([1, 2], [3, 4]).transform_first(lambda x: x * 10)
D.ArrayDataset([1, 2]).transform_first(lambda x: x * 10)
D.ArrayDataset(nd.array([1, 2]), D.ArrayDataset([1, 2]))
""".strip().split("\n")

BATCHES = """
[0, 1]
[1.5, 2.0]
[True, False]
[np.float32(1), np.float32(2)]
[np.arange(3), np.arange(3)]
[np.ones((2, 1), 'float16'), np.zeros((2, 1), 'float16')]
[[1, 2], [3, 4]]
[(1,), (2,)]
[(1, 2.0), (3, 4.0)]
[(1, (2, nd.ones(2))), (1, (2, nd.ones(2)))]
[nd.ones((2, 1)), nd.zeros((2, 1))]
[nd.ones(2, dtype='uint8'), nd.zeros(2, dtype='uint8')]
""".strip().split("\n")


def described(batch):
    """A batch as nested lists, with the arrays' dtypes."""
    if isinstance(batch, (list, tuple)):
        return [type(batch).__name__, [described(x) for x in batch]]
    return [str(batch.asnumpy().dtype), batch.asnumpy().tolist()]
