"""Fine-tuning the small language model for its one task: a product's facts in one true sentence.

The sentences to learn come from the catalogue itself, put into words by rules, and from
conversations that staff approved. LoRA (Hu et al., 2021) on the projections of attention; the
adapter is merged, and what is served is a folder like that of the untrained model.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from assistant.local_llm import LocalChatModel
from assistant.local_weights import smollm2_folder, write_champion, write_merged
from assistant.naming import is_adjective
from assistant.verify import Verifier
from assistant.writing.plan import Pick
from assistant.writing.prompts import short_title, small_facts, small_prompt
from assistant.writing.sentences import stream_sentences
from retrieval.errors import ShopGuideError
from retrieval.product import Product

if TYPE_CHECKING:
    import torch

RANK = 16
LEARNING_RATE = 5e-4
BATCH = 8
EPOCHS = 2
HELD_OUT = 0.2
MOST_MEASURED = 60
FEWEST_FACTS = 2
FEWEST_EXAMPLES = 20

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class WriterExample:
    """A product and a true sentence on it."""

    product: Product
    sentence: str


@dataclass(frozen=True, slots=True)
class WriterMeasure:
    """How a model writes of products it was not trained on.

    `accepted` of `asked` sentences passed the verifier; the median milliseconds are those from
    the question to the end of the sentence's first word and of the sentence.
    """

    asked: int
    accepted: int
    first_word_ms: float
    sentence_ms: float

    @property
    def share(self) -> float:
        """Share of sentences accepted."""
        return self.accepted / max(1, self.asked)


@dataclass(frozen=True, slots=True)
class WriterReport:
    """What training came to; `version` names the folder under `models/writer`."""

    version: str
    examples: int
    approved: int
    held_out: int
    trained_parameters: int
    minutes: float
    loss: float
    before: WriterMeasure
    after: WriterMeasure
    promoted: bool

    def to_json(self) -> dict[str, object]:
        """As one JSON document."""
        shares = {"share_before": self.before.share, "share_after": self.after.share}
        return {**asdict(self), **shares}


def catalogue_examples(products: Iterable[Product], seed: int = 0) -> list[WriterExample]:
    """One sentence for a variant of each product that has facts enough, put together by rules."""
    dice = Random(seed)  # noqa: S311
    first: dict[str, Product] = {}
    for product in products:
        first.setdefault(product.variant_group, product)
    found: list[WriterExample] = []
    for product in first.values():
        facts = small_facts(Pick(product, product.title))
        if len(facts) >= FEWEST_FACTS:
            found.append(WriterExample(product, _sentence(product.title, facts, dice)))
    return found


def approved_examples(
    chats: Sequence[Path], products: Sequence[Product], strict: frozenset[str]
) -> list[WriterExample]:
    """Sentences on one product out of approved conversations (`export chat --label approved`).

    Only what the verifier still accepts is learnt.

    Raises:
        ShopGuideError: naming file and line of what is no conversation.
    """
    titles = {short_title(product.title).casefold(): product for product in products}
    found: list[WriterExample] = []
    for path in chats:
        for number, line in enumerate(_lines(path), start=1):
            for text in _answers(path, number, line):
                for sentence in stream_sentences(iter([text])):
                    low = sentence.casefold()
                    named = [product for title, product in titles.items() if title in low]
                    if len(named) != 1:
                        continue
                    verdict = Verifier(named, strict).check(sentence, "en", [named[0].id])
                    if not verdict.reason:
                        found.append(WriterExample(named[0], sentence.strip()))
    return found


def train_writer(
    models: Path,
    products: Sequence[Product],
    strict: frozenset[str],
    chats: Sequence[Path] = (),
    *,
    epochs: int = EPOCHS,
    seed: int = 0,
    progress: Progress = lambda what, done, total: None,
) -> WriterReport:
    """Train, compare with the untrained model on products kept aside, and serve what is better.

    Raises:
        ShopGuideError: where there are too few products to learn from.
        MissingWeightsError: where the model's package is not installed.
    """
    examples = catalogue_examples(products, seed)
    kept = {each.product.variant_group for each in _held_out(examples, seed)}
    approved = [
        each
        for each in approved_examples(chats, products, strict)
        if each.product.variant_group not in kept
    ]
    train = [each for each in examples if each.product.variant_group not in kept] + approved
    held_out = [each.product for each in examples if each.product.variant_group in kept]
    if len(train) < FEWEST_EXAMPLES:
        raise ShopGuideError(
            f"only {len(train)} products have facts enough to learn from; "
            f"{FEWEST_EXAMPLES} are needed"
        )
    base = smollm2_folder(models)
    progress("Measuring the untrained model", 0, 1)
    before = measure(LocalChatModel.load(base, "base"), held_out[:MOST_MEASURED], strict)
    since = time.monotonic()
    version = _next_version(models / "writer")
    folder = models / "writer" / version
    parameters, loss = _tuned(base, folder, train, epochs, seed, progress)
    minutes = (time.monotonic() - since) / 60
    progress("Measuring the tuned model", 0, 1)
    after = measure(LocalChatModel.load(folder, version), held_out[:MOST_MEASURED], strict)
    promoted = after.accepted >= before.accepted
    if promoted:
        write_champion(models, version)
    return WriterReport(
        version=version,
        examples=len(train),
        approved=len(approved),
        held_out=len(held_out),
        trained_parameters=parameters,
        minutes=round(minutes, 2),
        loss=round(loss, 4),
        before=before,
        after=after,
        promoted=promoted,
    )


def measure(
    model: LocalChatModel, products: Sequence[Product], strict: frozenset[str]
) -> WriterMeasure:
    """Let a model write one sentence on each product, and verify it as the guide would."""
    accepted = 0
    firsts: list[float] = []
    wholes: list[float] = []
    for product in products:
        pick = Pick(product, product.title)
        since = time.perf_counter()
        pieces = _timed(model, small_prompt(pick, bare=model.is_tuned), since, firsts)
        sentence = next(iter(stream_sentences(pieces)), "")
        wholes.append((time.perf_counter() - since) * 1000)
        verdict = Verifier([product], strict).check(sentence, "en", [product.id])
        accepted += bool(sentence) and not verdict.reason
    return WriterMeasure(len(products), accepted, _median(firsts), _median(wholes))


def _timed(
    model: LocalChatModel, prompt: Sequence[Any], since: float, firsts: list[float]
) -> Iterable[str]:
    begun = False
    for chunk in model.stream(list(prompt)):
        if not begun and " " in chunk.text.strip(" ") + " ":
            begun = True
            firsts.append((time.perf_counter() - since) * 1000)
        yield chunk.text


def _tuned(
    base: Path,
    folder: Path,
    examples: Sequence[WriterExample],
    epochs: int,
    seed: int,
    progress: Progress,
) -> tuple[int, float]:
    """Train and write the merged model; gives the trained parameters and the last mean loss."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(seed)
    torch.set_num_threads(max(1, torch.get_num_threads()))
    tokenizer: Any = AutoTokenizer.from_pretrained(base, local_files_only=True)  # nosec B615
    plain: Any = AutoModelForCausalLM.from_pretrained(  # nosec B615
        base, dtype=torch.float32, local_files_only=True, use_safetensors=True
    )
    names = ["q_proj", "k_proj", "v_proj", "o_proj"]
    model: Any = get_peft_model(
        plain, LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules=names, task_type="CAUSAL_LM")
    )
    trained = [each for each in model.parameters() if each.requires_grad]
    parameters = sum(each.numel() for each in trained)
    optimizer = torch.optim.AdamW(trained, lr=LEARNING_RATE)
    rows = [_tokens(tokenizer, each) for each in examples]
    dice = Random(seed)  # noqa: S311
    steps = epochs * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=LEARNING_RATE, total_steps=steps, pct_start=0.1
    )
    losses: list[float] = []
    model.train()
    for _ in range(epochs):
        dice.shuffle(rows)
        for at in range(0, len(rows), BATCH):
            inputs, labels = _batch(rows[at : at + BATCH], tokenizer.pad_token_id or 0)
            loss = model(
                input_ids=inputs, attention_mask=torch.ones_like(inputs), labels=labels
            ).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            progress("Training", len(losses), steps)
    write_merged(model, base, folder, {"examples": len(rows)})
    last = losses[-max(1, steps // epochs) :]
    return parameters, sum(last) / len(last)


def _tokens(tokenizer: Any, example: WriterExample) -> tuple[list[int], int]:
    """The tokens of question and answer, and where the answer begins."""
    prompt = small_prompt(Pick(example.product, example.product.title), bare=True)
    roles = {"system": "system", "human": "user"}
    chat = [{"role": roles[each.type], "content": each.text} for each in prompt]
    asked: list[int] = tokenizer.apply_chat_template(
        chat, add_generation_prompt=True, return_dict=True
    )["input_ids"]
    answer: list[int] = tokenizer(example.sentence, add_special_tokens=False)["input_ids"]
    return [*asked, *answer, tokenizer.eos_token_id], len(asked)


def _batch(
    rows: Sequence[tuple[list[int], int]], padding: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs and labels of shape (batch, longest); what is no answer has the label -100.

    Padding stands behind the answer, where a causal model sees it from no label's place.
    """
    import torch

    longest = max(len(tokens) for tokens, _ in rows)
    inputs = torch.full((len(rows), longest), padding)
    labels = torch.full((len(rows), longest), -100)
    for at, (tokens, begin) in enumerate(rows):
        inputs[at, : len(tokens)] = torch.tensor(tokens)
        labels[at, begin : len(tokens)] = torch.tensor(tokens[begin:])
    return inputs, labels


def _sentence(title: str, facts: Sequence[str], dice: Random) -> str:
    """ "The Halm Lantern is foldable and has a hook.", in one of a few orders."""
    name = short_title(title)
    many = _is_plural(name)
    clauses: list[str] = []
    for fact in facts:
        if fact.startswith("made of "):
            clauses.append(f"{'are' if many else 'is'} {fact}")
        elif fact.startswith("for "):
            clauses.append(f"{'are' if many else 'is'} good {fact}")
        elif fact.startswith("comes in "):
            clauses.append(fact.replace("comes", "come", 1) if many else fact)
        elif fact.startswith("has "):
            clauses.append(fact.replace("has", "have", 1) if many else fact)
        elif is_adjective(fact):
            clauses.append(f"{'are' if many else 'is'} {fact}")
        else:
            clauses.append(f"{'have' if many else 'has'} {fact}")
    if dice.random() < 0.5:
        dice.shuffle(clauses)
    return f"The {name} {_joined(clauses)}."


def _joined(clauses: Sequence[str]) -> str:
    return ", ".join(clauses[:-1]) + (" and " if len(clauses) > 1 else "") + clauses[-1]


def _is_plural(name: str) -> bool:
    last = name.split()[-1].casefold()
    return last.endswith("s") and not last.endswith(("ss", "us", "is"))


def _held_out(examples: Sequence[WriterExample], seed: int) -> list[WriterExample]:
    count = round(HELD_OUT * len(examples))
    return Random(seed).sample(list(examples), count)  # noqa: S311


def _next_version(folder: Path) -> str:
    numbers = [
        int(each.name[1:])
        for each in (folder.iterdir() if folder.is_dir() else ())
        if each.name[:1] == "w" and each.name[1:].isdigit()
    ]
    return f"w{max(numbers, default=0) + 1}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ShopGuideError(f"{path}: cannot be read ({error})") from error


def _answers(path: Path, number: int, line: str) -> list[str]:
    if not line.strip():
        return []
    try:
        messages = json.loads(line)["messages"]
        return [each["content"] for each in messages if each["role"] == "assistant"]
    except (ValueError, KeyError, TypeError) as error:
        raise ShopGuideError(
            f"{path}, line {number}: field messages: no conversation as `export chat` writes it"
        ) from error


def _median(values: Sequence[float]) -> float:
    import statistics

    return round(statistics.median(values), 1) if values else 0.0
