"""
A curve fit with its uncertainty
================================

The Gauss-Newton method fits a damped oscillation to noisy measurements. The Jacobian matrix that it
needs also says how well the parameters are known.
"""

import matplotlib.pyplot as plt

import ndgrad as mx
from ndgrad import autograd, nd

mx.random.seed(3)


def model(t, parameters):
    """Amplitude, decay, frequency and phase stand in the columns of *parameters*."""
    amplitude, decay, frequency, phase = nd.split(parameters, 4, axis=1, squeeze_axis=True)
    return amplitude * nd.exp(-decay * t) * nd.cos(frequency * t + phase)


truth = nd.array([[1.5, 0.35, 3.0, 0.4]])
t = nd.random.uniform(0, 6, shape=40).sort()
y = model(t, truth) + nd.random.normal(0, 0.15, shape=t.shape)

# %%
# Each measurement gets a copy of the parameters, so that a row of the gradient is the derivative of
# one prediction: one call of ``backward`` gives the whole Jacobian matrix.


def prediction_and_jacobian(t, parameters):
    copies = nd.broadcast_to(parameters, (len(t), 4))
    copies.attach_grad()
    with autograd.record():
        prediction = model(t, copies)
    prediction.backward()
    return prediction, copies.grad


# %%
# A step solves the linear least-squares problem that the Jacobian matrix describes.

parameters = nd.array([[1.0, 0.1, 2.7, 0.0]])
for _ in range(12):
    prediction, jacobian = prediction_and_jacobian(t, parameters)
    inverse = nd.linalg.inverse(nd.dot(jacobian, jacobian, transpose_a=True))
    parameters = parameters + nd.dot(nd.dot(y - prediction, jacobian), inverse)

# %%
# The variance of the noise times that inverse is the covariance of the parameters; the Jacobian
# matrix at other times makes of it the variance of the curve.

variance = nd.square(y - prediction).sum() / (len(t) - 4)
covariance = variance * inverse
deviations = nd.sqrt(nd.diag(covariance))
for name, *values in zip(
    ("amplitude", "decay", "frequency", "phase"),
    parameters[0].tolist(),
    deviations.tolist(),
    truth[0].tolist(),
    strict=True,
):
    print("{:9}  {:.3f} ± {:.3f}  (truth {:.2f})".format(name, *values))

times = nd.linspace(0, 8, 200)
curve, jacobian = prediction_and_jacobian(times, parameters)
band = 2 * nd.sqrt((nd.dot(jacobian, covariance) * jacobian).sum(axis=1))

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
axes.fill_between(
    times.asnumpy(),
    (curve - band).asnumpy(),
    (curve + band).asnumpy(),
    color="#0072b2",
    alpha=0.25,
    linewidth=0,
    label="two standard deviations",
)
axes.plot(times.asnumpy(), curve.asnumpy(), color="#0072b2", label="fit")
axes.plot(times.asnumpy(), model(times, truth).asnumpy(), "--", color="#d55e00", label="truth")
axes.scatter(t.asnumpy(), y.asnumpy(), s=14, color="#555555", label="measurements", zorder=3)
axes.set(xlabel="time", ylabel="deflection")
axes.legend(frameon=False)
