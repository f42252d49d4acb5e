"""BERT is Hugging Face's BERT, and filling changes nothing."""

import dataclasses
import warnings

import pytest
import torch
from torch.testing import assert_close

from profundo.networks.attention.bert import BertClassifierConfig, BertConfig
from profundo.training import checkpoints
from profundo.training.masking import masked_piece

TINY = BertConfig(vocabulary=50, context=16, width=24, depth=3, heads=4, hidden=40, dropout=0.0)


@pytest.fixture(scope="module")
def theirs(torchvision):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import transformers
    config = transformers.BertConfig(
        vocab_size=50,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=40,
        max_position_embeddings=16,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.3,  # of 0.02 no difference would be seen
    )
    torch.manual_seed(0)
    return transformers.BertForMaskedLM(config).eval(), transformers.BertForSequenceClassification(config).eval()


def copied(config, theirs):
    network = config.build().eval()
    weights = checkpoints.renamed(theirs.state_dict(), config)
    network.load_state_dict({name: weights[name] for name in network.state_dict()})
    return network


def batch():
    torch.manual_seed(1)
    x = torch.randint(1, 50, (3, 11))
    x[0, 7:] = x[2, 4:] = 0
    return x


def test_masked_language_model_equals_hugging_faces(theirs):
    masked, _classifier = theirs
    ours, x = copied(TINY, masked), batch()
    with torch.no_grad():
        said = masked(x, attention_mask=(x != 0).long()).logits
    assert said.std() > 0.1
    assert_close(ours(x)[x != 0], said[x != 0], atol=1e-5, rtol=0)


def test_classifier_pooler_and_two_segments_equal_hugging_faces(theirs):
    _masked, classifier = theirs
    ours, x = copied(BertClassifierConfig(TINY), classifier), batch()
    second = torch.arange(11).expand(3, 11).ge(5).long()
    with torch.no_grad():
        pooled = classifier.bert(x, (x != 0).long(), second).pooler_output
        said = classifier(x, (x != 0).long()).logits
    assert_close(ours.pool(x, second), pooled, atol=1e-5, rtol=0)
    assert_close(ours(x), said, atol=1e-5, rtol=0)


def test_tensorflows_names_are_read_too():
    found = checkpoints.renamed({"bert.encoder.layer.0.output.LayerNorm.gamma": torch.ones(24)}, TINY)
    assert list(found) == ["encoder.blocks.0.norm2.weight"]


def test_filling_changes_no_loss_and_no_gradient():
    torch.manual_seed(0)
    network = TINY.build()
    x = torch.randint(1, 50, (2, 6))
    y = torch.full((2, 6), -100)
    y[:, 2] = torch.tensor([7, 8])
    gradients = []
    for fill in (0, 5):
        network.zero_grad()
        filled = [torch.nn.functional.pad(t, (0, fill), value=value) for t, value in ((x, 0), (y, -100))]
        values = masked_piece(network, tuple(filled))
        values["loss"].backward()
        gradients.append([values["loss"].detach(), *(p.grad.clone() for p in network.parameters())])
    for without, with_ in zip(*gradients, strict=True):
        assert_close(with_, without, atol=1e-6, rtol=1e-5)


def test_every_piece_reads_both_sides_and_no_filling():
    network = TINY.build().eval()
    x = torch.randint(1, 50, (1, 8))
    x[0, 6:] = 0
    takes = network.encoder.attention(x)
    assert takes.shape == (3, 1, 4, 8, 8)
    assert_close(takes.sum(-1), torch.ones(3, 1, 4, 8))
    assert (takes[..., :6] > 0).all()
    assert not takes[..., 6:].any()


def test_bert_base_has_110_million_parameters():
    with torch.device("meta"):
        network = BertClassifierConfig().build()
    blocks = 12 * (4 * (768 * 768 + 768) + 2 * 768 * 3072 + 3072 + 768 + 4 * 768)
    embeddings = (30_522 + 512 + 2) * 768 + 2 * 768
    assert sum(p.numel() for p in network.parameters()) == blocks + embeddings + 768 * 768 + 768 + 2 * 768 + 2
    assert blocks + embeddings + 768 * 768 + 768 == 109_482_240  # BertModel's


def test_a_width_that_heads_cannot_share_is_refused():
    with pytest.raises(ValueError, match="cannot be shared"):
        dataclasses.replace(TINY, heads=5)
