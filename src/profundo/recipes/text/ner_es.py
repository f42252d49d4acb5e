"""A BiLSTM-CRF finds the people, places and organisations in Spanish news (S07).

profundo train ner_es
profundo tag runs/ner_es-s0 "Gabriela Mistral nació en Vicuña."
profundo train ner_es --data tagged.conll                  your own: a word and its tag a line, an empty line between sentences
profundo compare ner_es --network.crf true,false           what the field is worth
profundo compare ner_es --network.both_ways true,false     what reading from the right is worth (S03)

The baseline that its F1 stands beside knows all entities of training by heart.
"""

from profundo.core import Choice, Claim, Log, Recipe
from profundo.data.tagged import Tagged
from profundo.evaluation.entities import Entities
from profundo.networks.recurrent.bilstm_crf import BiLSTMCRFConfig
from profundo.training.gradient_descent import GradientDescent
from profundo.training.optimizers import Adam
from profundo.training.schedules import OneCycle
from profundo.training.tagging import tag_sequence

RECIPE = Recipe(
    data=Tagged(),
    network=BiLSTMCRFConfig(),
    rule=GradientDescent(tag_sequence, epochs=15, batch_size=16, optimizer=Adam(lr=5e-3), schedule=OneCycle(), clip=5.0),
    evaluate=Entities(),
    claim=Claim(
        "f1",
        0.8575,
        "Lample et al. 2016, table 4: LSTM-CRF, Spanish",
        lower_is_better=False,
        note="its word vectors were pretrained on a large corpus; these are drawn by lot",
    ),
    quick={"data.drawn": True, "data.words": 100, "network.vocabulary": 100, "rule.epochs": 6},
    space={
        "rule.optimizer.lr": Log(5e-4, 2e-2),
        "network.units": Choice(50, 100, 200),
        "network.dropout": Choice(0.0, 0.3, 0.5),
    },
)
