"""Element-wise operators: one line each, the formula and its derivative.

In a formula ``x`` (or ``a`` and ``b``) are the inputs, ``y`` is the output and ``g`` the incoming
gradient.  Values at kinks and ties are MXNet's: ``relu`` and ``abs`` have derivative 0 at 0,
``maximum`` gives a tie to its first input, ``clip`` is 1 on both bounds.  Only a power's at 0 are
not: they are what the mathematics says, where MXNet's are NaN.  Derivatives without a
source are school calculus; the others are in Abramowitz and Stegun, chapters 4, 6 and 7.
"""

from __future__ import annotations

from ..declare import elementwise, unary
from ..storage import on_elements
from ..table import Sample

_POSITIVE = (0.1, 3.0)
_OPEN_UNIT = (-0.9, 0.9)

# --- copies and constants -------------------------------------------------------------------------

unary(
    "identity",
    "x",
    "g",
    aliases=("_copy",),
    sparse=on_elements,
    doc="A copy of the input.",
)
unary(
    "BlockGrad",
    "x",
    None,
    aliases=("stop_gradient",),
    sparse=on_elements,
    doc="A copy that gradients do not pass.",
)

# --- arithmetic -----------------------------------------------------------------------------------

unary("negative", "-x", "-g", aliases=("_np_negative",), sparse=on_elements, doc="-x.")
unary("reciprocal", "reciprocal(x)", "-g * y * y", domain=_POSITIVE, methods=True, doc="1 / x.")
unary("square", "x * x", "2 * g * x", methods=True, sparse=on_elements, doc="x squared.")
unary(
    "sqrt",
    "sqrt(x)",
    "0.5 * g / y",
    domain=_POSITIVE,
    methods=True,
    sparse=on_elements,
    doc="The square root.",
)
unary("rsqrt", "rsqrt(x)", "-0.5 * g * y / x", domain=_POSITIVE, methods=True, doc="1 / sqrt(x).")
unary(
    "cbrt",
    "cbrt(x)",
    "g / (3 * y * y)",
    domain=_POSITIVE,
    methods=True,
    sparse=on_elements,
    doc="The cube root.",
)
unary("rcbrt", "rcbrt(x)", "-g * y / (3 * x)", domain=_POSITIVE, methods=True, doc="1 / cbrt(x).")
unary(
    "abs",
    "abs(x)",
    "g * sign(x)",
    domain=_POSITIVE,
    methods=True,
    sparse=on_elements,
    doc="The absolute value.",
)
unary("sign", "sign(x)", None, methods=True, sparse=on_elements, doc="-1, 0 or 1; 0 for NaN.")
unary(
    "round",
    "round(x)",
    None,
    methods=True,
    sparse=on_elements,
    doc="The nearest integer; halves go away from zero.",
)
unary(
    "rint",
    "rint(x)",
    None,
    methods=True,
    sparse=on_elements,
    doc="The nearest integer; halves go down.",
)
unary(
    "ceil", "ceil(x)", None, methods=True, sparse=on_elements, doc="The least integer not below x."
)
unary(
    "floor",
    "floor(x)",
    None,
    methods=True,
    sparse=on_elements,
    doc="The greatest integer not above x.",
)
unary("trunc", "trunc(x)", None, methods=True, sparse=on_elements, doc="The integer part.")
unary(
    "fix",
    "trunc(x)",
    None,
    methods=True,
    sparse=on_elements,
    doc="The nearest integer towards zero.",
)
unary(
    "degrees",
    "x * 57.29577951308232",
    "g * 57.29577951308232",
    methods=True,
    sparse=on_elements,
    doc="Radians to degrees.",
)
unary(
    "radians",
    "x * 0.017453292519943295",
    "g * 0.017453292519943295",
    methods=True,
    sparse=on_elements,
    doc="Degrees to radians.",
)

# --- exponentials and logarithms ------------------------------------------------------------------

unary("exp", "exp(x)", "g * y", methods=True, doc="e to the power x.")
unary(
    "expm1",
    "expm1(x)",
    "g * (y + 1)",
    methods=True,
    sparse=on_elements,
    doc="exp(x) - 1, accurate near 0.",
)
unary("log", "log(x)", "g / x", domain=_POSITIVE, methods=True, doc="The natural logarithm.")
unary(
    "log1p",
    "log1p(x)",
    "g / (1 + x)",
    domain=_POSITIVE,
    methods=True,
    sparse=on_elements,
    doc="log(1 + x), accurate near 0.",
)
unary(
    "log2",
    "log2(x)",
    "g / (x * 0.6931471805599453)",
    domain=_POSITIVE,
    methods=True,
    doc="To base 2.",
)
unary(
    "log10",
    "log10(x)",
    "g / (x * 2.302585092994046)",
    domain=_POSITIVE,
    methods=True,
    doc="To base 10.",
)

# --- trigonometric and hyperbolic -----------------------------------------------------------------

unary(
    "sin", "sin(x)", "g * cos(x)", methods=True, sparse=on_elements, doc="The sine; x in radians."
)
unary("cos", "cos(x)", "-g * sin(x)", methods=True, doc="The cosine; x in radians.")
unary(
    "tan",
    "tan(x)",
    "g * (1 + y * y)",
    domain=(-1.2, 1.2),
    methods=True,
    sparse=on_elements,
    doc="The tangent; x in radians.",
)
unary(
    "arcsin",
    "arcsin(x)",
    "g / sqrt(1 - x * x)",
    domain=_OPEN_UNIT,
    methods=True,
    sparse=on_elements,
    doc="In radians.",
)
unary(
    "arccos",
    "arccos(x)",
    "-g / sqrt(1 - x * x)",
    domain=_OPEN_UNIT,
    methods=True,
    doc="In radians.",
)
unary("arctan", "arctan(x)", "g / (1 + x * x)", methods=True, sparse=on_elements, doc="In radians.")
unary(
    "sinh", "sinh(x)", "g * cosh(x)", methods=True, sparse=on_elements, doc="The hyperbolic sine."
)
unary("cosh", "cosh(x)", "g * sinh(x)", methods=True, doc="The hyperbolic cosine.")
unary(
    "tanh",
    "tanh(x)",
    "g * (1 - y * y)",
    methods=True,
    sparse=on_elements,
    doc="The hyperbolic tangent.",
)
unary(
    "arcsinh",
    "arcsinh(x)",
    "g / hypot(x, 1)",
    methods=True,
    sparse=on_elements,
    doc="The inverse hyperbolic sine.",
)
unary(
    "arccosh",
    "arccosh(x)",
    "g / (sqrt(abs(x) - 1) * sqrt(abs(x) + 1))",
    domain=(1.2, 4.0),
    methods=True,
    doc="Of x >= 1.",
)
unary(
    "arctanh",
    "arctanh(x)",
    "g / (1 - x * x)",
    domain=_OPEN_UNIT,
    methods=True,
    sparse=on_elements,
    doc="Of |x| < 1.",
)

# --- special functions ----------------------------------------------------------------------------

unary("erf", "erf(x)", "g * 1.1283791670955126 * exp(-x * x)", doc="The error function.")
unary(
    "erfinv",
    "erfinv(x)",
    "g * 0.886226925452758 * exp(y * y)",
    domain=_OPEN_UNIT,
    doc="The inverse error function.",
)
unary("gamma", "gamma(x)", "g * y * digamma(x)", domain=(0.5, 4.0), doc="The gamma function.")
unary("gammaln", "gammaln(x)", "g * digamma(x)", domain=(0.5, 4.0), doc="log |gamma(x)|.")
unary("digamma", "digamma(x)", "g * polygamma(1, x)", domain=(0.5, 4.0), doc="(log gamma)'.")
elementwise(
    "polygamma",
    "n x",
    "polygamma(n, x)",
    {"x": "g * polygamma(n + 1, x)"},
    samples=(Sample((1, (3, 4))), Sample((2, (3, 4)))),
    domain=(0.5, 4.0),
    doc="The n-th derivative of digamma.",
)

# --- activations ----------------------------------------------------------------------------------

unary(
    "relu",
    "maximum(x, 0)",
    "where(x > 0, g, where(x != x, x, 0))",
    methods=True,
    sparse=on_elements,
    doc="max(x, 0).",
)
unary("sigmoid", "sigmoid(x)", "g * y * (1 - y)", methods=True, doc="1 / (1 + exp(-x)).")
unary("softrelu", "softrelu(x)", "g * sigmoid(x)", doc="log(1 + exp(x)), also called softplus.")
unary(
    "softsign",
    "x / (1 + abs(x))",
    "g / ((1 + abs(x)) * (1 + abs(x)))",
    doc="x / (1 + |x|).",
)
unary(
    "hard_sigmoid",
    "maximum(minimum(alpha * x + beta, 1), 0)",
    "where(y > 0, where(y < 1, alpha * g, 0), 0)",
    params={"alpha": 0.2, "beta": 0.5},
    doc="alpha * x + beta, cut to [0, 1].",
)
unary(
    "_activation_relu",
    "where(x > 0, x, 0)",
    "where(y > 0, g, 0)",
    doc="`Activation`'s relu, which treats NaN unlike `relu`.",
)
unary(
    "_leaky",
    "where(x > 0, x, slope * x)",
    "where(x <= 0, slope * g, g)",
    params={"slope": 0.25},
    doc="x, or slope * x below 0.",
)
unary(
    "_elu",
    "where(x > 0, x, slope * expm1(x))",
    "where(x > 0, g, g * (y + slope))",
    params={"slope": 0.25},
    doc="x, or slope * (exp(x) - 1) below 0 (Clevert et al. 2015).",
)
_SELU = "1.0507009873554805"
_SELU_ALPHA = "1.7580993408473766"  # the product of the two constants of Klambauer et al. 2017
unary(
    "_selu",
    f"where(x > 0, {_SELU} * x, {_SELU_ALPHA} * expm1(x))",
    f"where(x > 0, {_SELU} * g, g * (y + {_SELU_ALPHA}))",
    doc="The self-normalising elu (Klambauer et al. 2017).",
)
unary(
    "_gelu",
    "0.5 * x * (1 + erf(x * 0.7071067811865476))",
    "g * (0.5 * (1 + erf(x * 0.7071067811865476)) + x * exp(-0.5 * x * x) * 0.3989422804014327)",
    doc="x times the normal distribution's cumulative probability (Hendrycks and Gimpel 2016).",
)
elementwise(
    "_prelu",
    "x slope",
    "where(x > 0, x, slope * x)",
    {"x": "where(x > 0, g, slope * g)", "slope": "where(x > 0, 0, g * x)"},
    doc="x, or slope * x below 0, with a slope to be learnt (He et al. 2015).",
)
unary(
    "clip",
    "where(x > a_max, a_max, where(x < a_min, a_min, x))",
    "where(x > a_max, 0, where(x < a_min, 0, g))",
    params={"a_min": None, "a_max": None},
    samples=(Sample(((3, 4),), {"a_min": -1.0, "a_max": 1.0}),),
    methods=True,
    sparse=on_elements,
    doc="x, cut to [a_min, a_max].",
)
unary(
    "smooth_l1",
    "where(abs(x) * scalar * scalar < 1, 0.5 * (x * scalar) * (x * scalar), "
    "abs(x) - 0.5 / (scalar * scalar))",
    "where(abs(x) * scalar * scalar >= 1, g * sign(x), g * x * scalar * scalar)",
    params={"scalar": 1.0},
    doc="Quadratic within 1 / scalar^2 of zero, linear beyond (Girshick 2015).",
)

unary(
    "_contrib_quadratic",
    "a * x * x + b * x + c",
    "g * (2 * a * x + b)",
    params={"a": 0.0, "b": 0.0, "c": 0.0},
    samples=(Sample(((3, 4),), {"a": 2.0, "b": -3.0, "c": 1.0}),),
    doc="a * x^2 + b * x + c.",
)
unary(
    "_contrib_gradientmultiplier",
    "x",
    "g * scalar",
    params={"scalar": 1.0, "is_int": True},
    samples=(Sample(((3, 4),), {"scalar": -0.5}),),
    ignores_head=True,  # no derivative of its forward, which is the point of it
    doc="A copy; gradients that pass it are multiplied by scalar.",
)

for _name, _doc in (
    ("round", "The nearest integer; halves go away from zero."),
    ("sign", "-1, 0 or 1; 0 for NaN."),
):
    unary(
        f"_contrib_{_name}_ste",
        f"{_name}(x)",
        "g",
        aliases=(f"_sparse__contrib_{_name}_ste",),
        ignores_head=True,  # as above
        doc=f"{_doc} Gradients pass it as they are (Bengio et al. 2013).",
    )

# --- tests of an element --------------------------------------------------------------------------

unary("logical_not", "x == 0", None, doc="1 where x is 0, else 0.")
unary("isnan", "isnan(x)", None, aliases=("_contrib_isnan",), doc="1 where x is NaN, else 0.")
unary("isinf", "isinf(x)", None, aliases=("_contrib_isinf",), doc="1 where x is infinite, else 0.")
unary(
    "isfinite",
    "isfinite(x)",
    None,
    aliases=("_contrib_isfinite",),
    doc="1 where x is neither infinite nor NaN, else 0.",
)
