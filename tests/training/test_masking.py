"""Only asked places reach the head, and the loss is the one of all places."""

import torch
from torch.testing import assert_close

from profundo.networks.attention.bert import BertConfig
from profundo.training.masking import masked_piece
from profundo.training.objectives import next_token


def test_the_loss_is_that_of_every_place_with_the_others_left_out():
    torch.manual_seed(0)
    network = BertConfig(vocabulary=30, context=9, width=8, depth=1, heads=2, hidden=8, dropout=0.0).build()
    x, y = torch.randint(1, 30, (4, 9)), torch.randint(1, 30, (4, 9))
    y[torch.rand(4, 9) < 0.7] = -100
    values = masked_piece(network, (x, y))
    assert_close(values["loss"], next_token(network, (x, y))["loss"])
    right = network(x).argmax(-1) == y
    assert_close(values["error"], 1 - right[y != -100].float().mean())
