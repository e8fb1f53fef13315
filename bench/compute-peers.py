"""W1, W2 and W3 of compute.ts (see there) by numpy, jax and torch, float32; names those that are missing."""
import importlib
import time

INPUTS, HIDDEN, BATCH, SECONDS = 32, 303, 256, 2.0


def best(run):
    run(), run()
    least, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        began = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - began)
    return least


def report(name, step, gradient, loss):
    print(f"{name:18} {best(step) * 1e6:<18.0f}{best(gradient) * 1e3:<18.2f}{best(loss) * 1e3:.2f}", flush=True)


def with_numpy(np):
    rng = np.random.default_rng(0)
    normal = lambda *shape: rng.standard_normal(shape, dtype=np.float32)
    x, y, x3, y3 = normal(5000, INPUTS), normal(5000), normal(20000, INPUTS), normal(20000)
    w, b, v, c = normal(INPUTS, HIDDEN), normal(HIDDEN), normal(HIDDEN), normal(1)

    def gradient(x, y):
        z = x @ w + b
        h = np.maximum(z, 0)
        r = (2 / len(y)) * (h @ v + c - y)
        d = np.outer(r, v) * (z > 0)
        return x.T @ d, d.sum(0), h.T @ r, r.sum()

    def step():
        rows = rng.integers(0, 5000, BATCH)
        for p, g in zip((w, b, v, c), gradient(x[rows], y[rows])):
            p -= np.float32(1e-9) * g - np.float32(1e-6) * normal(*p.shape)

    report("numpy", step, lambda: gradient(x, y),
           lambda: (((np.maximum(x3 @ w + b, 0) @ v + c) - y3) ** 2).mean())


def with_jax(jax):
    jnp, random = jax.numpy, jax.random
    key = random.PRNGKey(0)
    x, y = random.normal(key, (5000, INPUTS)), random.normal(key, (5000,))
    x3, y3 = random.normal(key, (20000, INPUTS)), random.normal(key, (20000,))
    p = [random.normal(key, s) for s in ((INPUTS, HIDDEN), (HIDDEN,), (HIDDEN,), (1,))]
    mse = lambda p, x, y: ((jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2).mean()
    gradient, loss = jax.jit(jax.grad(mse)), jax.jit(mse)

    @jax.jit
    def step(p, key):
        keys = random.split(key, 5)
        rows = random.randint(keys[4], (BATCH,), 0, 5000)
        g = jax.grad(mse)(p, x[rows], y[rows])
        return [q - 1e-9 * d + 1e-6 * random.normal(k, q.shape) for q, d, k in zip(p, g, keys)]

    report("jax", lambda: jax.block_until_ready(step(p, key)),
           lambda: jax.block_until_ready(gradient(p, x, y)), lambda: loss(p, x3, y3).block_until_ready())


def with_torch(torch):
    torch.set_num_threads(1)
    x, y, x3, y3 = torch.randn(5000, INPUTS), torch.randn(5000), torch.randn(20000, INPUTS), torch.randn(20000)
    p = [torch.randn(*s, requires_grad=True) for s in ((INPUTS, HIDDEN), (HIDDEN,), (HIDDEN,), (1,))]
    mse = lambda x, y: ((torch.relu(x @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2).mean()

    def step():
        rows = torch.randint(0, 5000, (BATCH,))
        gradients = torch.autograd.grad(mse(x[rows], y[rows]), p)
        with torch.no_grad():
            for q, g in zip(p, gradients):
                q.add_(g, alpha=-1e-9).add_(torch.randn_like(q), alpha=1e-6)

    @torch.no_grad()
    def loss():
        return mse(x3, y3)

    report("torch", step, lambda: torch.autograd.grad(mse(x, y), p), loss)


for name, run in (("numpy", with_numpy), ("jax", with_jax), ("torch", with_torch)):
    try:
        library = importlib.import_module(name)
    except ImportError:
        print(f"{name:18} missing")
        continue
    run(library)
