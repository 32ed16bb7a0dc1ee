"""PyTorch's side of `bench peers`: training steps, attention and matrix products on the CPU. `bench`
starts it and tells it what to do; peer_worker.py has the protocol."""

import contextlib
import os
import re

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import peer_worker
from torch_models import MODELS, load


def precision(arguments: dict) -> torch.dtype:
    return getattr(torch, arguments["precision"])


class TrainingStep:
    """Forward, smoothed loss, backward, clipping, Adam with the paper's constants."""

    def __init__(self, a: dict):
        self.arguments = a
        self.values = load_file(a["inputs"])
        self.batch = [self.values[f"batch.{name}"] for name in ("source", "input", "expected")]
        self.model = MODELS[a["model"]](a)
        load(self.model, self.values)
        self.optimizer = torch.optim.Adam(
            self.model.parameters(), lr=a["learningRate"], betas=(0.9, 0.98), eps=1e-9, fused=True)
        self.compiled = torch.compile(self.loss) if a["compiles"] else self.loss
        if a["compiles"]:
            # The first step compiles; the weights are ours again after it.
            self.run()
            self.optimizer.state.clear()
            load(self.model, self.values)

    def loss(self, source, target, expected):
        with torch.autocast(
                "cpu", torch.bfloat16, enabled=precision(self.arguments) == torch.bfloat16):
            logits = self.model(source, target)
        return F.cross_entropy(
            logits.flatten(0, 1).float(), expected.flatten(),
            label_smoothing=self.arguments["labelSmoothing"])

    def run(self):
        self.compiled(*self.batch).backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.arguments["maximumNorm"])
        self.optimizer.step()
        # Here and not before the loss, so that between two steps there are no gradients, as in ours.
        self.optimizer.zero_grad(set_to_none=True)

    def check(self, _) -> dict:
        """Loss and gradients' norms without dropout; and with dropout, compiled and not."""
        self.model.eval()
        result = {"plain": self.gradients(self.loss)}
        self.model.train()
        if self.arguments["compiles"]:
            result["dropped"] = self.gradients(self.loss)
            result["compiled"] = self.gradients(self.compiled)
        return result

    def gradients(self, loss) -> dict:
        value = loss(*self.batch)
        value.backward()
        norms = {}
        for name, (parameter, rows) in self.model.parts().items():
            gradient = parameter.grad if rows is None else parameter.grad[rows]
            norms[name] = gradient.double().norm().item()
        self.optimizer.zero_grad(set_to_none=True)
        return {"loss": value.item(), "norms": norms}


class Attention:
    """Scaled dot-product attention alone. Inputs come as [1, n, H, K] and are [1, H, n, K] here,
    contiguous and in the precision asked for, before anything is timed."""

    def __init__(self, a: dict):
        values = load_file(a["inputs"])

        def heads(name):
            x = values[name].transpose(1, 2).contiguous().to(precision(a))
            return x.requires_grad_(a["isBackward"] and name != "gradient")

        self.query, self.key, self.value = (heads(name) for name in ("query", "key", "value"))
        self.gradient = heads("gradient") if a["isBackward"] else None
        self.is_causal = a["isCausal"]

    def run(self):
        with contextlib.nullcontext() if self.gradient is not None else torch.no_grad():
            output = F.scaled_dot_product_attention(
                self.query, self.key, self.value, is_causal=self.is_causal)
        if self.gradient is not None:
            for x in (self.query, self.key, self.value):
                x.grad = None
            output.backward(self.gradient)
        return output

    def check(self, arguments: dict) -> dict:
        results = {"output": self.run()}
        if self.gradient is not None:
            for name in ("query", "key", "value"):
                results[name] = getattr(self, name).grad
        save_file(
            {name: x.detach().transpose(1, 2).float().contiguous() for name, x in results.items()},
            arguments["output"])
        return {}


class Product:
    """a bᵀ, with a [m, k] and b [n, k] as the weight of a linear layer."""

    def __init__(self, a: dict):
        values = load_file(a["inputs"])
        self.a, self.b = (values[name].to(precision(a)) for name in ("a", "b"))

    def run(self):
        with torch.no_grad():
            return F.linear(self.a, self.b)

    def check(self, arguments: dict) -> dict:
        save_file({"output": self.run().float()}, arguments["output"])
        return {}


def libraries() -> str:
    """What PyTorch multiplies matrices with, from its description of itself."""
    text = torch.__config__.show()
    names = {"MKL": r"Math Kernel Library Version ([\d.]+)", "oneDNN": r"MKL-DNN v([\d.]+)"}
    found = [(name, re.search(pattern, text)) for name, pattern in names.items()]
    versions = [f"{name} {match.group(1)}" for name, match in found if match]
    return ", ".join(versions + [torch.backends.cpu.get_cpu_capability()])


def main():
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    torch.manual_seed(1)
    facts = {"PyTorch": torch.__version__, "threads": torch.get_num_threads(),
             "libraries": libraries()}
    peer_worker.serve(
        facts, {"training": TrainingStep, "attention": Attention, "product": Product})


if __name__ == "__main__":
    main()
