"""Times PyTorch on the CPU at the work that `bench` does. One JSON object a line on standard
output, a readable line on standard error."""

import argparse

import torch
import torch.nn.functional as F

import torch_models
from configurations import CONFIGURATIONS
from measuring import add_arguments, emit, emit_failure, host, measure

VARIANTS = ("eager", "compile")
PRECISIONS = ("float32", "bfloat16")


def training_step(model, c, variant: str, precision: str):
    """A whole step: forward, smoothed loss, backward, clipping, Adam with the paper's constants."""
    model.train()
    optimizer = torch.optim.Adam(
        model.parameters(), lr=1e-4, betas=(0.9, 0.98), eps=1e-9, fused=True)
    source = torch.randint(3, c.vocabulary, (c.batch, c.source))
    target = torch.randint(3, c.vocabulary, (c.batch, c.target + 1))
    forward = torch.compile(model) if variant == "compile" else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            logits = forward(source, target[:, :-1])
        loss = F.cross_entropy(
            logits.reshape(-1, c.vocabulary).float(), target[:, 1:].reshape(-1),
            label_smoothing=0.1)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


def train(arguments, facts, make_model, name):
    for configuration in arguments.configurations:
        c = CONFIGURATIONS[configuration]
        for variant in arguments.variants:
            for precision in arguments.precisions:
                torch.manual_seed(arguments.seed)
                model = make_model(c)
                run = dict(facts, suite=name, configuration=configuration, variant=variant,
                           precision=precision,
                           parameters=sum(p.numel() for p in model.parameters()))
                try:
                    samples = measure(training_step(model, c, variant, precision), arguments)
                    emit(run, samples, tokens=c.batch * c.target)
                except Exception as error:  # an unsupported variant is a hole, not the end
                    emit_failure(run, error)


def attention(arguments, facts):
    """Scaled dot-product attention alone, B 1, H 8, K 64, by length."""
    batch, heads, dimension = 1, 8, 64
    for length in arguments.lengths:
        torch.manual_seed(arguments.seed)
        q, k, v = (torch.randn(batch, heads, length, dimension) for _ in range(3))
        gradient = torch.randn_like(q)
        flops = 4 * batch * heads * length * length * dimension

        def forward(causal=False):
            with torch.no_grad():
                F.scaled_dot_product_attention(q, k, v, is_causal=causal)

        def plain():
            with torch.no_grad():
                torch.softmax(q @ k.transpose(-1, -2) / dimension**0.5, dim=-1) @ v

        def forward_backward():
            inputs = [x.detach().requires_grad_() for x in (q, k, v)]
            F.scaled_dot_product_attention(*inputs).backward(gradient)

        works = {
            "forward": (forward, flops),
            "causal forward": (lambda: forward(causal=True), flops / 2),
            "forward and backward": (forward_backward, 3.5 * flops),
        }
        if length <= 4096:  # the n x n weights of eight heads: 512 MiB at 4096
            works["plain forward"] = (plain, flops)
        for task, (work, cost) in works.items():
            run = dict(facts, suite="attention", task=task, batch=batch, heads=heads,
                       dimension=dimension, length=length)
            try:
                emit(run, measure(work, arguments), flops=cost)
            except Exception as error:
                emit_failure(run, error)


def product(arguments, facts):
    """Matrix products, m x k by k x n: what the library below reaches."""
    shapes = ((2048, 2048, 512), (1024, 1024, 1024), (2048, 512, 2048), (1, 512, 512),
              (4, 512, 512), (16, 512, 512))
    for m, n, k in shapes:
        a, b = torch.randn(m, k), torch.randn(n, k)
        run = dict(facts, suite="product", m=m, n=n, k=k)
        emit(run, measure(lambda: F.linear(a, b), arguments), flops=2 * m * n * k)


SUITES = {
    "product": product,
    "attention": attention,
    "gru": lambda a, f: train(a, f, torch_models.GRU, "gru"),
    "lstm": lambda a, f: train(a, f, torch_models.LSTM, "lstm"),
    "train": lambda a, f: train(a, f, torch_models.Transformer, "train"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", choices=[*SUITES, "all"])
    add_arguments(parser)
    parser.add_argument("--configurations", nargs="+", choices=list(CONFIGURATIONS),
                        default=list(CONFIGURATIONS), help="for train, lstm and gru (default: all)")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["eager"])
    parser.add_argument("--precisions", nargs="+", choices=PRECISIONS, default=["float32"])
    parser.add_argument("--lengths", nargs="+", type=int, default=[128, 256, 512, 1024, 2048, 4096],
                        help="for attention")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    facts = {"peer": "pytorch", "version": torch.__version__, "threads": arguments.threads,
             "seed": arguments.seed, "host": host()}
    chosen = list(SUITES) if arguments.suite == "all" else [arguments.suite]
    for suite in chosen:
        SUITES[suite](arguments, facts)


if __name__ == "__main__":
    main()
