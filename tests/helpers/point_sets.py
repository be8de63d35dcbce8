"""Sets of known correlation dimension: attractors from their equations, manifolds, and manifolds among 128 noisy units."""

import numpy as np
from numba import njit


@njit(cache=True)
def henon(n, x, y):
    """x' = 1 - 1.4 x² + y, y' = 0.3 x."""
    orbit = np.empty((n, 2))
    for k in range(n + 100):
        x, y = 1 - 1.4 * x * x + y, 0.3 * x
        if k >= 100:
            orbit[k - 100] = x, y
    return orbit


@njit(cache=True)
def ikeda(n, x, y):
    """z' = 1 + 0.9 z exp(i (0.4 - 6 / (1 + |z|²)))."""
    orbit = np.empty((n, 2))
    for k in range(n + 100):
        t = 0.4 - 6 / (1 + x * x + y * y)
        x, y = 1 + 0.9 * (x * np.cos(t) - y * np.sin(t)), 0.9 * (x * np.sin(t) + y * np.cos(t))
        if k >= 100:
            orbit[k - 100] = x, y
    return orbit


@njit(cache=True)
def lorenz_flow(s):
    return np.array([10 * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - 8 / 3 * s[2]])


@njit(cache=True)
def roessler_flow(s):
    return np.array([-s[1] - s[2], s[0] + 0.2 * s[1], 0.2 + s[2] * (s[0] - 5.7)])


@njit(cache=True)
def _orbit(flow, start, n, h, every):
    s, orbit = start.copy(), np.empty((n, 3))
    for k in range(n + 500):
        for _ in range(every):
            k1 = flow(s)
            k2 = flow(s + h / 2 * k1)
            k3 = flow(s + h / 2 * k2)
            s = s + h / 6 * (k1 + 2 * k2 + 2 * k3 + flow(s + h * k3))
        if k >= 500:
            orbit[k - 500] = s
    return orbit


def lorenz(n, rng):
    """Sampled every 0.2, by Runge and Kutta's rule with steps of 0.01."""
    return _orbit(lorenz_flow, np.array([1.0, 1.0, 20.0]) + rng.standard_normal(3), n, 0.01, 20)


def roessler(n, rng):
    """Sampled every 1, by Runge and Kutta's rule with steps of 0.02."""
    return _orbit(roessler_flow, np.array([1.0, 1.0, 0.0]) + 0.1 * rng.standard_normal(3), n, 0.02, 50)


@njit(cache=True)
def mackey_glass(n, tau, every, x):
    """x'(t) = 0.2 x(t - tau) / (1 + x(t - tau)^10) - 0.1 x(t) from x on, by Runge and Kutta's rule with steps of 0.1."""
    h = 0.1
    lag = int(tau / h + 0.5)
    past = np.full(lag + 1, x)  # a ring: the value now, and those back to tau ago
    out = np.empty(n)
    at, kept, count = lag, 0, 0
    while kept < n:
        old, after = past[(at + 1) % (lag + 1)], past[(at + 2) % (lag + 1)]
        f0, f1 = 0.2 * old / (1 + old**10), 0.2 * after / (1 + after**10)
        middle = (f0 + f1) / 2
        x = past[at]
        k1 = f0 - 0.1 * x
        k2 = middle - 0.1 * (x + h / 2 * k1)
        k3 = middle - 0.1 * (x + h / 2 * k2)
        k4 = f1 - 0.1 * (x + h * k3)
        at = (at + 1) % (lag + 1)
        past[at] = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        count += 1
        if count > 20000 and count % every == 0:
            out[kept] = past[at]
            kept += 1
    return out


def circle(n, rng):
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def torus(n, rng):
    """Flat: two circles."""
    return np.concatenate([circle(n, rng), circle(n, rng)], axis=1)


def sphere3(n, rng):
    points = rng.standard_normal((n, 4))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def ball5(n, rng):
    points = rng.standard_normal((n, 5))
    return points / np.linalg.norm(points, axis=1, keepdims=True) * rng.random((n, 1)) ** (1 / 5)


def among_units(points, n_units, share, rng):
    """Turn points into a space of that many units, and add noise whose sd a unit is a share of the set's size (rms)."""
    turned = np.linalg.qr(rng.standard_normal((n_units, points.shape[1])))[0]
    size = np.sqrt(np.mean(np.sum((points - points.mean(axis=0)) ** 2, axis=1)))
    return points @ turned.T + share * size * rng.standard_normal((len(points), n_units))


def delayed(series, lag, n_dims):
    """Give vectors of values `lag` apart."""
    n = len(series) - lag * (n_dims - 1)
    return np.stack([series[lag * k : lag * k + n] for k in range(n_dims)], axis=1)
