#!/usr/bin/env bash
# Makes tests/reference/version_0_1, files that mola 0.1 saved, with the programs of that version:
#
#   tests/reference/make_version_0_1.sh BIN_OF_0_1
#
# run/ is a run that can be resumed from checkpoint-2 (its config has the key `recompute`), with the
# adapter that it ended with and that adapter's logits. resumed_without_dropout.safetensors is the
# adapter that steps 3 and 4 give with `dropout` 0: the last version with 0.1's dropout made it, and
# this script does not, since 0.1 refuses to resume with another value. base/ is a pretrained base model with its
# tokenizer, and its logits.
set -euo pipefail
bin=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")"
export OMP_NUM_THREADS=1
find version_0_1 -mindepth 1 ! -name resumed_without_dropout.safetensors -delete
mkdir -p version_0_1
cd version_0_1

python3 - << 'END'
import json

with open("rows.jsonl", "w") as file:
    for row in range(6):
        ids = [1] + [3 + (row + 7 * t) % 61 for t in range(4 + row % 3)]
        file.write(json.dumps({"input_ids": ids}) + "\n")
with open("text.jsonl", "w") as file:
    for i in range(60):
        words = " ".join("the cat saw a dog near an old house".split()[j % 9] for j in range(i, i + 6))
        file.write(json.dumps({"text": words + "."}) + "\n")
END
cat > run.json << 'END'
{
  "model": {"path": "../llama/gqa", "dtype": "f32", "device": "cpu"},
  "adapter": {"allocation": "24", "rank": 2, "dropout": 0.1, "target_modules": ["q_proj", "down_proj"]},
  "data": {"task": "tokens", "path": "rows.jsonl"},
  "train": {"max_steps": 4, "batch_size": 3, "micro_batch_size": 2, "warmup_steps": 1,
            "learning_rate": 0.01, "recompute": true},
  "output": {"dir": "run", "save_every": 2, "log_every": 1}
}
END
cat > pretrain.json << 'END'
{
  "model": {"vocab_size": 290, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2,
            "num_attention_heads": 2, "tie_word_embeddings": true},
  "data": {"path": "text.jsonl", "max_length": 32},
  "train": {"max_steps": 2, "batch_size": 4},
  "output": {"dir": "base"}
}
END
"$bin/finetune" run.json --quiet
"$bin/pretrain" pretrain.json --quiet
mv base/model model && rm -r base && mv model base
python3 - << 'END'
import json
import struct

ids = [[1, 5, 9, 13, 17], [1, 60, 2, 33, 4]]
data = struct.pack("<10q", *(i for row in ids for i in row))
header = json.dumps({"input_ids": {"dtype": "I64", "shape": [2, 5], "data_offsets": [0, 80]}}).encode()
header += b" " * (-len(header) % 8)
open("ids.safetensors", "wb").write(struct.pack("<Q", len(header)) + header + data)
END
logits() { "$bin/logits" --dtype f32 --device cpu --input ids.safetensors --quiet "$@"; }
logits --model ../llama/gqa --adapter run/adapter --output adapter_logits.safetensors
logits --model base --output base_logits.safetensors
rm pretrain.json text.jsonl
