"""Where operators of quantization do not do what MXNet 1.9.1 does; see deviations.py."""

from __future__ import annotations

from deviation import Deviation, table

QUANTIZATION: dict[str, Deviation] = {
    **table(
        "MXNet convolves uint8 alone",
        {
            "quantization/quantized-conv-int8-plain": (
                "[int32([[[[10536, 9168], [5064, 3696]], [[2760, 3984], [7656, 8880]]]]), "
                "float32([-798865.5]), float32([798865.5])]"
            ),
            "quantization/quantized-conv-int8-bias": (
                "[int32([[[[10589, 9221], [5117, 3749]], [[2686, 3910], [7582, 8806]]]]), "
                "float32([-798865.5]), float32([798865.5])]"
            ),
            "quantization/quantized-conv-int8-steps": (
                "[int32([[[[5152, 6880], [3816, 3696]], [[-1184, -32], [4680, 8880]]]]), "
                "float32([-798865.5]), float32([798865.5])]"
            ),
        },
    ),
    **table(
        "MXNet takes the steps of uint8 for those of int8, and adds the bias without its range",
        {
            "quantization/quantized-conv-uint8-plain": (
                "[int32([[[[-11352, -12720], [-16824, -18192]], "
                "[[22344, 23568], [27240, 28464]]]]), "
                "float32([-397866.38]), float32([397866.38])]"
            ),
            "quantization/quantized-conv-uint8-bias": (
                "[int32([[[[-11246, -12614], [-16718, -18086]], "
                "[[22195, 23419], [27091, 28315]]]]), "
                "float32([-397866.38]), float32([397866.38])]"
            ),
            "quantization/quantized-conv-uint8-steps": (
                "[int32([[[[-2528, -5408], [-10008, -18192]], [[9568, 15328], [18504, 28464]]]]), "
                "float32([-397866.38]), float32([397866.38])]"
            ),
        },
    ),
    **table(
        "MXNet has no place for the results",
        {
            "quantization/quantized-mul": (
                "[int32([[1, 1, 1], [1, 1, 1]]), float32([-798865.5]), float32([798865.5])]"
            ),
        },
    ),
    **table(
        "MXNet ends the process",
        {"quantization/quantize-asym": "[uint8([0, 128, 255]), float32([85]), float32([85])]"},
    ),
    **table(
        "MXNet takes bytes from 128 on for negative numbers",
        {
            "quantization/quantized-act-uint8": (
                "[uint8([[1, 254, 3], [100, 128, 127]]), float32([-1]), float32([2])]"
            ),
        },
    ),
    **table(
        "MXNet reads the bytes of one array in the dtype of the other",
        {
            "quantization/quantized-add-mixed": (
                "[int32([[19633696, 537877632]]), float32([-3]), float32([3])]"
            ),
        },
    ),
}
