#!/usr/bin/env python3
"""Makes a small Marian model, as Hugging Face's transformers saves it, and what it computes.

Tests/Fixtures/marian has config.json, generation_config.json and model.safetensors as `save_pretrained` writes them, and

    expected.safetensors   input.source, input.target (padded with the pad token) and their lengths, logits
    expected.json          greedy and beam outputs: token numbers without start and end tokens, and the beams' scores

The arithmetic is float32, as everybody's who uses the library.

Needs torch, transformers and safetensors.
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import MarianConfig, MarianMTModel

FOLDER = pathlib.Path(__file__).resolve().parent / "marian"
VOCABULARY, PAD, END = 29, 28, 0
SOURCES = [[5, 6, 7, 8, 9, END], [10, 11, END], [4, 4, 12, 13, END], [20, END]]
TARGETS = [[PAD, 3, 4, 5], [PAD, 6], [PAD, 7, 8], [PAD, 9, 10, 11]]


def padded(rows):
    width = max(map(len, rows))
    return torch.tensor([row + [PAD] * (width - len(row)) for row in rows])


def train(model):
    """A little of the task to reverse sequences, so that outputs differ, end, and have close rivals."""
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for _ in range(250):
        lengths = torch.randint(1, 6, (32,)).tolist()
        rows = [torch.randint(1, PAD, (length,)).tolist() for length in lengths]
        source = padded([row + [END] for row in rows])
        target = padded([row[::-1] + [END] for row in rows])
        labels = target.masked_fill(target == PAD, -100)
        model(input_ids=source, attention_mask=(source != PAD).long(), labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def main():
    torch.manual_seed(6)
    config = MarianConfig(
        vocab_size=VOCABULARY, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=24, decoder_ffn_dim=24, activation_function="swish",
        max_position_embeddings=32, pad_token_id=PAD, eos_token_id=END, decoder_start_token_id=PAD,
        forced_eos_token_id=END, bad_words_ids=[[PAD]], scale_embedding=True, dropout=0.1, init_std=0.2,
        num_beams=4, max_length=16)
    model = MarianMTModel(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
        model.final_logits_bias.copy_(0.5 * torch.randn(1, VOCABULARY))
    train(model)
    model.eval()
    FOLDER.mkdir(exist_ok=True)
    model.save_pretrained(FOLDER)

    source, target = padded(SOURCES), padded(TARGETS)
    mask = (source != PAD).long()
    # The start token is the pad token, so the decoder's mask has to be given.
    target_mask = torch.tensor(
        [[int(i < len(row)) for i in range(target.shape[1])] for row in TARGETS])
    with torch.no_grad():
        logits = model(
            input_ids=source, attention_mask=mask, decoder_input_ids=target,
            decoder_attention_mask=target_mask).logits
    lengths = lambda rows: torch.tensor([len(row) for row in rows])
    save_file(
        {
            "input.source": source, "input.source_lengths": lengths(SOURCES), "input.target": target,
            "input.target_lengths": lengths(TARGETS), "output.logits": logits.float().contiguous(),
        },
        FOLDER / "expected.safetensors")

    def clean(row):
        row = row.tolist()[1:]
        return row[: row.index(END)] if END in row else [t for t in row if t != PAD]

    expected = []
    for row in SOURCES:
        one = torch.tensor([row])
        common = dict(max_new_tokens=12, forced_eos_token_id=None, return_dict_in_generate=True, output_scores=True)
        greedy = model.generate(one, num_beams=1, do_sample=False, **common)
        beams = model.generate(
            one, num_beams=4, num_return_sequences=4, length_penalty=1.0, early_stopping="never", **common)
        expected.append({
            "source": row, "greedy": clean(greedy.sequences[0]),
            "beams": [clean(row) for row in beams.sequences],
            "scores": beams.sequences_scores.tolist(),
                    })
    (FOLDER / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
