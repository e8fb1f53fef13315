"""W1, W2 and W3 of compute.ts (see there) by numpy, jax, blackjax, torch and devinterp, a line of JSON each; names those
that are missing."""
import importlib
import json
import math
import time

INPUTS, HIDDEN, BATCH, SECONDS = 32, 303, 256, 2.0


def best(run, calls=1):
    run(), run()
    least, end = math.inf, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        began = time.perf_counter()
        run()
        least = min(least, time.perf_counter() - began)
    return least / calls


def report(name, dtype, *seconds):
    print(json.dumps({"name": name, "dtype": dtype, "seconds": seconds}), flush=True)


def with_numpy(dtype):
    np = importlib.import_module("numpy")
    rng = np.random.default_rng(0)
    normal = lambda *shape: rng.standard_normal(shape, dtype=dtype)
    x, y, x3, y3 = normal(5000, INPUTS), normal(5000), normal(20000, INPUTS), normal(20000)
    w, b, v, c = normal(INPUTS, HIDDEN), normal(HIDDEN), normal(HIDDEN), normal(1)
    number = np.dtype(dtype).type

    def gradient(x, y):
        z = x @ w + b
        h = np.maximum(z, 0)
        r = number(2 / len(y)) * (h @ v + c - y)
        d = np.outer(r, v) * (z > 0)
        return x.T @ d, d.sum(0), h.T @ r, r.sum()

    def step():
        rows = rng.integers(0, 5000, BATCH)
        for p, g in zip((w, b, v, c), gradient(x[rows], y[rows])):
            p -= number(1e-9) * g - number(1e-6) * normal(*p.shape)

    report("numpy", dtype, best(step), best(lambda: gradient(x, y)),
           best(lambda: (((np.maximum(x3 @ w + b, 0) @ v + c) - y3) ** 2).mean()))


STEPS = 100


def jax_problem(jax, dtype):
    jax.config.update("jax_enable_x64", dtype == "float64")
    key = jax.random.PRNGKey(0)
    normal = lambda *shape: jax.random.normal(key, shape, dtype)
    p = [normal(INPUTS, HIDDEN), normal(HIDDEN), normal(HIDDEN), normal(1)]
    mse = lambda p, x, y: ((jax.nn.relu(x @ p[0] + p[1]) @ p[2] + p[3] - y) ** 2).mean()
    return key, normal, p, mse


def with_jax(dtype):
    jax = importlib.import_module("jax")
    random, wait = jax.random, jax.block_until_ready
    key, normal, p, mse = jax_problem(jax, dtype)
    x, y, x3, y3 = normal(5000, INPUTS), normal(5000), normal(20000, INPUTS), normal(20000)
    gradient, loss = jax.jit(jax.grad(mse)), jax.jit(mse)

    def step(p, key):
        keys = random.split(key, 5)
        rows = random.randint(keys[4], (BATCH,), 0, 5000)
        g = jax.grad(mse)(p, x[rows], y[rows])
        return [q - 1e-9 * d + 1e-6 * random.normal(k, q.shape, dtype) for q, d, k in zip(p, g, keys)], None

    steps = jax.jit(lambda p, key: jax.lax.scan(step, p, random.split(key, STEPS))[0])
    report("jax", dtype, best(lambda: wait(steps(p, key)), STEPS), best(lambda: wait(gradient(p, x, y))),
           best(lambda: wait(loss(p, x3, y3))))


def with_blackjax(dtype):
    blackjax, jax = importlib.import_module("blackjax"), importlib.import_module("jax")
    random, wait = jax.random, jax.block_until_ready
    key, normal, p, mse = jax_problem(jax, dtype)
    x, y = normal(5000, INPUTS), normal(5000)
    log_likelihood = lambda p, row: -((jax.nn.relu(row[0] @ p[0] + p[1]) @ p[2] + p[3] - row[1]) ** 2).sum()
    log_prior = lambda p: -0.5 * sum((q**2).sum() for q in p)
    sgld = blackjax.sgld(blackjax.sgmcmc.gradients.grad_estimator(log_prior, log_likelihood, 5000))

    def step(p, key):
        batch_key, noise_key = random.split(key)
        rows = random.randint(batch_key, (BATCH,), 0, 5000)
        return sgld.step(noise_key, p, (x[rows], y[rows]), 1e-9), None

    steps = jax.jit(lambda p, key: jax.lax.scan(step, p, random.split(key, STEPS))[0])
    report("blackjax", dtype, best(lambda: wait(steps(p, key)), STEPS))


def with_torch(dtype):
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
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

    report("torch", dtype, best(step), best(lambda: torch.autograd.grad(mse(x, y), p)), best(loss))


def with_devinterp(dtype):
    torch, optim = importlib.import_module("torch"), importlib.import_module("devinterp.optim")
    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
    x, y = torch.randn(5000, INPUTS), torch.randn(5000)
    model = torch.nn.Sequential(torch.nn.Linear(INPUTS, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
    sgld = optim.SGLD(model.parameters(), lr=1e-9, nbeta=100.0, localization=1.0)

    def step():
        rows = torch.randint(0, 5000, (BATCH,))
        sgld.zero_grad()
        ((model(x[rows])[:, 0] - y[rows]) ** 2).mean().backward()
        sgld.step()

    report("devinterp", dtype, best(step))


for dtype in ("float32", "float64"):
    for run in (with_numpy, with_jax, with_blackjax, with_torch, with_devinterp):
        try:
            run(dtype)
        except Exception as error:  # A peer of another version is as good as missing.
            why = f"{type(error).__name__}: {error}"[:200]
            print(json.dumps({"name": run.__name__[5:], "dtype": dtype, "missing": why}), flush=True)
