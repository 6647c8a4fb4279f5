"""Arguments of `mx.io.ImageRecordIter`, for which MXNet and ndgrad give batches."""

CASES = """
dict()
dict(mean_r=1, mean_g=2, mean_b=3, std_r=2, scale=0.5)
dict(resize=9)
dict(num_parts=2, part_index=0)
dict(num_parts=2, part_index=1)
dict(dtype='uint8', mirror=True)
dict(path_imgidx=FOLDER + 'images.idx', path_imglist=FOLDER + 'images.lst', data_name='x')
dict(pad=2, fill_value=7)
""".strip().split("\n")


def epochs(text, mx, folder):
    """Descriptions, and of two epochs labels, pads and some elements."""
    iterator = mx.io.ImageRecordIter(
        path_imgrec=folder + "images.rec",
        data_shape=(3, 8, 8),
        batch_size=2,
        **eval(text, {"FOLDER": folder}),
    )
    found = [repr(iterator.provide_data), repr(iterator.provide_label)]
    for _ in range(2):
        found.append(
            [
                [b.label[0].asnumpy().tolist(), b.pad, b.data[0][:, :, 1, 1:5].asnumpy().tolist()]
                for b in iterator
            ]
        )
        iterator.reset()
    return found
