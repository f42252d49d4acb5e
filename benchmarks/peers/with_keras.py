"""Keras: compile, fit, evaluate. Variants: tensorflow, jax."""

import os

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("keras")
os.environ["KERAS_BACKEND"] = bench.args.variant
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
from keras import layers  # noqa: E402

keras.utils.set_random_seed(bench.seed)
train_x, train_y, dev_x, dev_y = bench.digits()
train_x, dev_x = (((x.astype("float32") - MEAN) / STD)[..., None] for x in (train_x, dev_x))

network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(6, 5, padding="same", activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Flatten(),
        layers.Dense(120, activation="tanh"),
        layers.Dense(84, activation="tanh"),
        layers.Dense(10),
    ]
)
if bench.own:  # up within a tenth of the steps, and down along a cosine
    steps = bench.planned * -(-len(train_x) // bench.batch)
    rise = steps // 10
    rate = keras.optimizers.schedules.CosineDecay(bench.lr / 10, steps - rise, warmup_target=bench.lr, warmup_steps=rise)
    adam = keras.optimizers.AdamW(rate, beta_2=0.99, weight_decay=0.2)
else:
    adam = keras.optimizers.Adam(bench.lr, epsilon=1e-8)
network.compile(
    optimizer=adam,
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    steps_per_execution=10,  # with TensorFlow a fifth faster than 1
)

watch = Stopwatch()
for epoch in range(bench.planned):
    watch.lap()
    network.fit(train_x, train_y, batch_size=bench.batch, initial_epoch=epoch, epochs=epoch + 1, verbose=0)
    trained = watch.lap()
    accuracy = network.evaluate(dev_x, dev_y, batch_size=1000, verbose=0)[1]
    if bench.epoch(trained, watch.lap(), accuracy):
        break
backend = {"tensorflow": "tensorflow-cpu", "jax": "jax"}[bench.args.variant]
bench.report("keras", backend, "numpy")
