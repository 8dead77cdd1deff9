"""Makes tests/reference/parquet: a few rows of each task, in the columns of the Hugging Face hub.

Needs pyarrow. The same rows in their publishers' layouts stand in tests/data/parquet_test.cpp.
"""

import decimal
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent / "parquet"
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def write(name: str, rows: list[dict], **types: pa.DataType) -> None:
    path = FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows)
    for column, kind in types.items():
        index = table.schema.get_field_index(column)
        cells = pa.array([row[column] for row in rows], kind)
        table = table.set_column(index, column, cells)
    # Row groups of two, so that readers go over their borders.
    pq.write_table(table, path, row_group_size=2)


def pair(first: str, second: str, label: int) -> dict:
    return {"sentence1": first, "sentence2": second, "label": label, "idx": 0}


def question(column: str, text: str, options: list[str], answer: str) -> dict:
    labels = list("ABCDE")[: len(options)]
    return {
        "id": "7",
        column: text,
        "choices": {"label": labels, "text": options},
        "answerKey": answer,
    }


write("mrpc/train-00000-of-00001.parquet", [pair("It rains .", 'He said " no .', 1)])
write("mrpc/validation-00000-of-00001.parquet", [pair("A .", "B .", 0)])
write(
    "rte/train-00000-of-00002.parquet",
    [pair("It rains.", "It is wet.", 0), pair("It rains.", "It is dry.", 1)],
)
write("rte/train-00001-of-00002.parquet", [pair("It pours.", "It rains.", 0)])
write(
    "cola/train-00000-of-00001.parquet",
    [
        {"sentence": "The cat sat.", "label": 1, "idx": 0},
        {"sentence": "Cat\tthe \\ sät.", "label": 0, "idx": 1},
        {"sentence": "It rains.", "label": -1, "idx": 2},
    ],
)
write(
    "scienceqa/data/test-00000-of-00001.parquet",
    [
        {
            "image": None,
            "question": "Which?",
            "choices": ["one", "two", "three"],
            "answer": 1,
            "hint": "",
        },
        {
            "image": {"bytes": b"\x89PNG", "path": None},
            "question": "What is seen?",
            "choices": ["a", "b"],
            "answer": 0,
            "hint": "",
        },
        {
            "image": None,
            "question": "How?\nSo?",
            "choices": ["yes", "no"],
            "answer": 0,
            "hint": "Look.",
        },
    ],
    answer=pa.int8(),
    image=IMAGE,
)
write(
    "commonsenseqa/data/validation-00000-of-00001.parquet",
    [question("question", "Where?", ["here", "there", "nowhere", "sea", "air"], "E")],
)
write(
    "openbookqa/main/test-00000-of-00001.parquet",
    [question("question_stem", "The sun is", ["hot", "cold", "wet", "near"], "A")],
)
write(
    "text/1M-GPT4-Augmented.parquet",
    [
        {"id": "flan.1", "system_prompt": "Be brief.", "question": "Why?", "response": "So."},
        {"id": "cot.2", "system_prompt": "", "question": "How?", "response": " "},
        {"id": "t0.3", "system_prompt": None, "question": "When?", "response": "Now."},
    ],
)
# The types that other writers give to texts, and bytes that are none.
write(
    "types/train.parquet",
    [
        {"question": "Why?", "response": "So.", "about": "x", "image": b"\x89PNG"},
        {"question": "How?", "response": "Thus.", "about": None, "image": b"\xff"},
    ],
    question=pa.dictionary(pa.int32(), pa.string()),
    response=pa.large_string(),
    about=pa.string_view(),
    image=pa.binary(),
)
# Values without a form in JSON, in columns that no task reads.
write(
    "unsupported/train.parquet",
    [
        {"question": "Why?", "response": "So.", "score": float("nan"), "more": {"x": [1.5]}},
        {"question": "How?", "response": "Thus.", "score": 2.5, "more": {"x": [float("inf")]}},
        {"question": "When?", "response": "Now.", "score": float("-inf"), "more": {"x": []}},
    ],
    score=pa.float32(),
)
write(
    "decimal/train.parquet",
    [{"question": "Why?", "response": [decimal.Decimal("1.5")]}],
    response=pa.list_(pa.decimal128(3, 1)),
)
# Latin-1 in a column of strings, as careless writers leave it.
latin1 = pa.array([b"caf\xe9", b"tea"], pa.binary()).view(pa.string())
responses = pa.array(["x", "y"])
(FOLDER / "broken").mkdir(exist_ok=True)
pq.write_table(
    pa.table({"question": latin1, "response": responses}), FOLDER / "broken/train.parquet"
)
