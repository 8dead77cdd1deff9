"""Checks both protocols of `evaluate` against transformers, on 50 rows of CoLA, untuned and tuned.

    MOLA_TEST_DATA=DIR python check_evaluate.py PROGRAM

DIR/data holds stories260K/hf and glue/CoLA. An adapter is trained for some steps first. Exits with 1
unless all predictions agree and scores differ by at most 1e-3 (sums of about ten log-probabilities);
with 77, which ctest shows as skipped, without the data or where this Python has no transformers.
"""

import json
import os
import re
import tempfile
from pathlib import Path

from checks import check, run, skip, torch
from load_mola import load_mola
from sentencepiece import SentencePieceProcessor
from transformers import AutoModelForCausalLM

ROWS = 50
NEW_TOKENS = 24
ANSWERS = ("acceptable", "unacceptable")
PROMPT = (
    "Below is an instruction that describes a task. Write a response that appropriately completes "
    "the request.\n\n### Instruction:\nTell me if the statement unacceptable, acceptable.\n"
    "Sentence: {}\n\n\n### Response:\n"
)


def rows_of(data: Path) -> list[tuple[str, str]]:
    """Sentence and answer of the first rows of dev.tsv."""
    lines = (data / "glue" / "CoLA" / "dev.tsv").read_text().splitlines()[:ROWS]
    cells = [line.split("\t") for line in lines]
    return [(row[3], "acceptable" if row[1] == "1" else "unacceptable") for row in cells]


class Plain:
    """The two protocols, a row at a time."""

    def __init__(self, model: torch.nn.Module, tokenizer: SentencePieceProcessor) -> None:
        self.model = model
        self.tokenizer = tokenizer

    def ids(self, text: str) -> list[int]:
        return [self.tokenizer.bos_id(), *self.tokenizer.encode(text)]

    def response(self, prompt: str) -> str:
        ids = torch.tensor([self.ids(prompt)])
        output = self.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            eos_token_id=self.tokenizer.eos_id(),
            pad_token_id=0,
        )[0].tolist()
        whole, before = self.tokenizer.decode(output), self.tokenizer.decode(output[: ids.shape[1]])
        return whole[len(before) :]

    def score(self, prompt: str, response: str) -> float:
        ids = self.ids(prompt + response)
        log_p = torch.log_softmax(self.model(torch.tensor([ids])).logits[0].float(), dim=-1)
        begin = len(self.ids(prompt))
        return sum(log_p[t - 1, ids[t]].item() for t in range(begin, len(ids)))


def answer_in(text: str) -> str | None:
    """The first whole answer behind its marker."""
    found = re.search(r"(?:Answer:|The answer is) *((?:un)?acceptable)(?!\w)", text)
    return found and found.group(1)


@torch.inference_mode()
def compare(arguments: list[object], plain: Plain, rows: list[tuple[str, str]], name: str) -> None:
    """Runs `evaluate` with these arguments and goes through its predictions."""
    for protocol in ("generate", "score"):
        output = Path(tempfile.mkdtemp()) / "figures.json"
        length = ["--max-new-tokens", NEW_TOKENS] if protocol == "generate" else []
        run("evaluate", *arguments, *length, "--protocol", protocol, "--json", output)
        figures = json.loads(output.read_text())
        correct = 0
        for i, ((sentence, answer), row) in enumerate(zip(rows, figures["predictions"], strict=True)):
            where = f"{name}, {protocol}, row {i}"
            prompt = PROMPT.format(sentence)
            check(f"{where}: prompt", row["prompt"], prompt)
            check(f"{where}: answer", row["expected"], answer)
            if protocol == "generate":
                whole = plain.response(prompt)  # ours ends where its answer is certain
                predicted = answer_in(whole)
                expected = whole if predicted is None else whole[: len(row["response"])]
                check(f"{where}: response", row["response"], expected)
            else:
                scores = {a: plain.score(prompt, f"Answer: {a}.") for a in ANSWERS}
                for a in ANSWERS:
                    if abs(scores[a] - row["scores"][a]) > 1e-3:
                        check(f"{where}: score of {a}", row["scores"][a], scores[a])
                predicted = max(scores, key=scores.get)
            check(f"{where}: prediction", row["predicted"], predicted)
            correct += predicted == answer
        check(f"{name}, {protocol}: accuracy", figures["accuracy"]["value"], correct / len(rows))
        print(f"{name}, {protocol}: {correct} of {len(rows)} right, all as transformers has it")


def main() -> None:
    if "MOLA_TEST_DATA" not in os.environ:
        skip("MOLA_TEST_DATA is not set; it names a folder with data/ and reference/")
    data = Path(os.environ["MOLA_TEST_DATA"]) / "data"
    model, cola = data / "stories260K" / "hf", data / "glue" / "CoLA"
    tokenizer = SentencePieceProcessor(model_file=str(model / "tokenizer.model"))
    rows = rows_of(data)
    evaluate = ["--model", model, "--task", "cola", "--data", cola]
    evaluate += ["--limit", ROWS, "--dtype", "f32"]
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    compare(evaluate, Plain(base, tokenizer), rows, "untuned")
    with tempfile.TemporaryDirectory() as folder:
        config = {
            "model": {"path": str(model), "dtype": "f32", "device": "cpu"},
            "adapter": {"allocation": "2468"},
            "data": {"task": "cola", "path": str(cola), "on_bad_row": "skip"},
            "train": {"max_steps": 40, "batch_size": 16, "warmup_steps": 4, "learning_rate": 3e-3},
            "output": {"dir": f"{folder}/run"},
        }
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(config))
        run("finetune", path)
        adapter = Path(folder) / "run" / "adapter"
        tuned = Plain(load_mola(base, adapter), tokenizer)
        compare([*evaluate, "--adapter", adapter], tuned, rows, "tuned")


if __name__ == "__main__":
    main()
