"""Words a second of our skip-gram and CBOW beside gensim's, on the same words with the same settings, in alternating runs.

uv run --with gensim python benchmarks/word2vec.py                     three rounds of each on Brown
uv run --with gensim python benchmarks/word2vec.py --text quijote --rounds 5

Both read the training part, one epoch a round, with 100 features, windows up to 5, 5 noise words, t = 1e-3. gensim's inner loop
is C without the interpreter's lock, one thread a core as here. Every word counts, left out for being frequent or not.
"""

import argparse
import logging
import statistics
import time

import torch

import records
from profundo.core import Splits, TrainState
from profundo.data.around import Around
from profundo.evaluation.analogies import Analogies
from profundo.networks.embeddings.word2vec import Word2Vec, Word2VecConfig
from profundo.training.negative_sampling import NegativeSampling

SENTENCE = 1000
"""Words that gensim takes at a time."""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--text", default="brown", choices=("brown", "shakespeare", "quijote"))
    words.add_argument("--rounds", type=int, default=3)
    arguments = words.parse_args()
    logging.disable(logging.CRITICAL)
    splits = Around((arguments.text,), questions=False).open()
    print(f"{len(splits.train.words):,} words of {arguments.text}, {torch.get_num_threads()} threads")
    for reads in ("word", "neighbours"):
        ours, theirs, losses = [], [], {}
        for round_ in range(arguments.rounds):
            network, seconds = _ours(splits, reads, round_)
            ours.append(len(splits.train.words) / seconds)
            losses["ours"] = Analogies().score(network, splits.dev)["loss"]
            network, seconds = _gensim(splits, reads, round_)
            theirs.append(len(splits.train.words) / seconds)
            losses["gensim"] = Analogies().score(network, splits.dev)["loss"]
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        print(
            f"{reads:10}  ours {statistics.median(ours):10,.0f} words/s  gensim {statistics.median(theirs):10,.0f}  "
            f"ratio {ratio:.2f}  dev loss {losses['ours']:.3f} and {losses['gensim']:.3f}"
        )
        records.append(
            "word2vec",
            text=arguments.text,
            reads=reads,
            ours=ours,
            gensim=theirs,
            ratio=ratio,
            dev_loss=losses,
            threads=torch.get_num_threads(),
        )


def _ours(splits: Splits, reads: str, seed: int) -> tuple[Word2Vec, float]:
    torch.manual_seed(seed)
    network = Word2VecConfig(splits.facts["vocabulary"], reads=reads).build()  # type: ignore[arg-type]
    state = TrainState(network, splits, torch.device("cpu"), seed)
    began = time.perf_counter()
    for _step in NegativeSampling(epochs=1).steps(state):
        pass
    return network, time.perf_counter() - began


def _gensim(splits: Splits, reads: str, seed: int) -> tuple[Word2Vec, float]:
    """gensim's vectors in a network of ours, so that both are judged alike."""
    from gensim.models import Word2Vec as Theirs

    text = splits.train.words
    sentences = [[str(word) for word in part.tolist()] for part in text.split(SENTENCE)]
    model = Theirs(
        vector_size=100,
        window=5,
        negative=5,
        sample=1e-3,
        min_count=1,
        sg=int(reads == "word"),
        seed=seed,
        workers=torch.get_num_threads(),
    )
    model.build_vocab(sentences)
    began = time.perf_counter()
    model.train(sentences, total_examples=len(sentences), epochs=1)
    seconds = time.perf_counter() - began
    network = Word2VecConfig(splits.facts["vocabulary"], reads=reads).build()  # type: ignore[arg-type]
    network.counts.copy_(torch.bincount(text, minlength=len(network.counts)))
    order = torch.tensor([int(str(word)) for word in model.wv.index_to_key])
    with torch.no_grad():
        network.v[order] = torch.tensor(model.wv.vectors)
        network.u[order] = torch.tensor(model.syn1neg)
    return network, seconds


if __name__ == "__main__":
    main()
