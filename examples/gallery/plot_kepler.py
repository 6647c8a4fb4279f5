"""
A custom operator: Kepler's equation
====================================

Where a planet is on its ellipse at a given time follows from an equation without a closed
solution.  An operator of one's own solves it by iteration, and differentiates it without that.
"""

import matplotlib.pyplot as plt
import numpy as np

from ndgrad import autograd, nd

# %%
# The eccentric anomaly E solves M = E - e sin E. Forward is Newton's method, with recording off.
# For backward the equation itself is differentiated: dM = (1 - e cos E) dE - sin E de. The
# outputs may be used in backward, so higher derivatives follow.


class EccentricAnomaly(autograd.Function):
    def forward(self, mean_anomaly, eccentricity):
        anomaly = mean_anomaly + eccentricity * nd.sin(mean_anomaly)
        for _ in range(8):
            error = anomaly - eccentricity * nd.sin(anomaly) - mean_anomaly
            anomaly = anomaly - error / (1 - eccentricity * nd.cos(anomaly))
        self.save_for_backward(anomaly, eccentricity)
        return anomaly

    def backward(self, gradient):
        anomaly, eccentricity = self.saved_tensors
        by_mean_anomaly = gradient / (1 - eccentricity * nd.cos(anomaly))
        return by_mean_anomaly, by_mean_anomaly * nd.sin(anomaly)


# %%
# Positions on the ellipse are made of it by other operators. M grows evenly with time, so the
# gradient with respect to M is the velocity.


def orbit(mean_anomaly, eccentricity):
    anomaly = EccentricAnomaly()(mean_anomaly, eccentricity)
    x = nd.cos(anomaly) - eccentricity
    y = nd.sqrt(1 - eccentricity**2) * nd.sin(anomaly)
    return x, y


mean_anomaly = nd.arange(40, dtype="float64") * (2 * np.pi / 40)
eccentricity = nd.full(40, 0.7, dtype="float64")
mean_anomaly.attach_grad()
with autograd.record():
    x, y = orbit(mean_anomaly, eccentricity)
    (x_velocity,) = autograd.grad(x, [mean_anomaly], create_graph=True)
    (y_velocity,) = autograd.grad(y, [mean_anomaly], create_graph=True)
    (x_acceleration,) = autograd.grad(x_velocity, [mean_anomaly], retain_graph=True)

# %%
# Newton's law of gravitation gives the same acceleration, -x / r^3.

difference = x_acceleration + x / (x**2 + y**2) ** 1.5
print(f"largest difference from Newton's law: {abs(difference).max().asscalar():.1e}")

figure, axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
axes.quiver(
    *(array.detach().asnumpy() for array in (x, y, x_velocity, y_velocity)),
    color="#0072b2",
    angles="xy",
    width=0.004,
    label="velocity",
)
axes.plot(x.detach().asnumpy(), y.detach().asnumpy(), ".", color="#333333", label="equal times")
axes.plot(0, 0, "o", color="#d55e00", markersize=12, label="sun")
axes.set(xlabel="x", ylabel="y", aspect="equal", xlim=(-2.2, 1), ylim=(-1.1, 1.1))
axes.legend(frameon=False, fontsize=8, loc="center")
