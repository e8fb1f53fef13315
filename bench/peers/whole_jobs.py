"""The transitions of whole jobs (see jobs.ts, which hands in their numbers as JSON) by BlackJAX, devinterp and torch, a
line of JSON each; names those that are missing."""
import importlib
import json
import sys
import time

INPUTS, HIDDEN = 32, 303
TASK = json.load(sys.stdin)
ROWS, CHAINS = TASK["rows"], TASK["chains"]
# Python's own loops take long, and each turn as long as the last: a tenth of the steps is done.
SHARE = 10


def tell(name, sampler, seconds):
    print(json.dumps({"name": name, "sampler": sampler, "seconds": seconds}), flush=True)


class WithJax:
    """The default network and its posterior in JAX, chains in one batch (vmap), steps in one program (scan)."""

    def __init__(self, dtype):
        self.jax = jax = importlib.import_module("jax")
        self.blackjax = importlib.import_module("blackjax")
        jax.config.update("jax_enable_x64", dtype == "float64")
        key = jax.random.PRNGKey(0)
        normal = lambda *shape: jax.random.normal(key, shape, dtype)
        self.x, self.y = normal(ROWS, INPUTS), normal(ROWS)
        stack = lambda *shape: 0.1 * normal(CHAINS, *shape)
        self.start = [stack(INPUTS, HIDDEN), stack(HIDDEN), stack(HIDDEN), stack()]
        self.keys = jax.random.split(key, CHAINS)

    def loss(self, p):
        return ((self.jax.nn.relu(self.x @ p[0] + p[1]) @ p[2] + p[3] - self.y) ** 2).mean()

    def log_density(self, p):
        return -100.0 * self.loss(p) - 0.5 * sum((q**2).sum() for q in p)

    def timed(self, chain):
        began = time.perf_counter()
        self.jax.block_until_ready(self.jax.jit(self.jax.vmap(chain))(self.start, self.keys))
        return time.perf_counter() - began

    def scan(self, step, state, key, count):
        return self.jax.lax.scan(step, state, self.jax.random.split(key, count))

    def sgld(self, s):
        jax, random = self.jax, self.jax.random
        row = lambda p, row: -((jax.nn.relu(row[0] @ p[0] + p[1]) @ p[2] + p[3] - row[1]) ** 2).sum()
        prior = lambda p: -0.5 * sum((q**2).sum() for q in p)
        gradient = self.blackjax.sgmcmc.gradients.grad_estimator(prior, row, ROWS)
        sgld = self.blackjax.sgld(gradient)

        def step(p, key):
            rows_key, noise_key = random.split(key)
            rows = random.randint(rows_key, (s["batch_size"],), 0, ROWS)
            return sgld.step(noise_key, p, (self.x[rows], self.y[rows]), 1e-9), None

        def recorded(p, key):
            p = self.scan(step, p, key, s["eval_every"])[0]
            return p, self.loss(p)

        return lambda p, key: self.scan(recorded, p, key, s["steps"] // s["eval_every"])[1]

    def hmc(self, s):
        import jax.numpy as jnp
        metric = jnp.ones(INPUTS * HIDDEN + 2 * HIDDEN + 1)
        hmc = self.blackjax.hmc(self.log_density, 1e-5, metric, int(s["integration_steps"]))

        def step(state, key):
            state, _ = hmc.step(key, state)
            return state, state.logdensity

        return lambda p, key: self.scan(step, hmc.init(p), key, s["draws"] + s["warmup"])[1]

    def mclmc(self, s):
        mclmc = self.blackjax.mclmc(self.log_density, L=1.0, step_size=1e-4)

        def step(state, key):
            state, _ = mclmc.step(key, state)
            return state, state.logdensity

        return lambda p, key: self.scan(step, mclmc.init(p, key), key, s["draws"] + s["tune_steps"])[1]


def with_blackjax(sampler, s):
    jaxed = WithJax(s["dtype"])
    tell("blackjax", sampler, jaxed.timed(getattr(jaxed, sampler)(s)))


def torch_network(dtype):
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
    torch.manual_seed(0)
    x, y = torch.randn(ROWS, INPUTS), torch.randn(ROWS)
    model = torch.nn.Sequential(torch.nn.Linear(INPUTS, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
    return torch, x, y, model, lambda rows: ((model(x[rows])[:, 0] - y[rows]) ** 2).mean()


def langevin(name, s, update_of):
    torch, x, y, model, loss = torch_network(s["dtype"])
    update = update_of(torch, model)
    everything = slice(None)
    began = time.perf_counter()
    for step in range(CHAINS * s["steps"] // SHARE):
        rows = torch.randint(0, ROWS, (s["batch_size"],))
        model.zero_grad()
        loss(rows).backward()
        update()
        if step % s["eval_every"] == 0:
            with torch.no_grad():
                loss(everything).item()
    tell(name, "sgld", SHARE * (time.perf_counter() - began))


def with_torch(sampler, s):
    def update_of(torch, model):
        @torch.no_grad()
        def update():
            for p in model.parameters():
                p.add_(p.grad, alpha=-1e-9).add_(torch.randn_like(p), alpha=1e-6)

        return update

    langevin("torch", s, update_of)


def with_devinterp(sampler, s):
    def update_of(_, model):
        optim = importlib.import_module("devinterp.optim")
        return optim.SGLD(model.parameters(), lr=1e-9, nbeta=100.0, localization=1.0).step

    langevin("devinterp", s, update_of)


for run, sampler in (
    (with_blackjax, "sgld"),
    (with_devinterp, "sgld"),
    (with_torch, "sgld"),
    (with_blackjax, "hmc"),
    (with_blackjax, "mclmc"),
):
    try:
        run(sampler, TASK[sampler])
    except Exception as error:  # A peer of another version is as good as missing.
        why = f"{type(error).__name__}: {error}"[:200]
        print(json.dumps({"name": run.__name__[5:], "sampler": sampler, "missing": why}), flush=True)
