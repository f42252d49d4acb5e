"""Keras: compile, fit, evaluate. Variants: tensorflow, jax."""

import os

from bench import MEAN, STD, Bench, Stopwatch

bench = Bench("keras")
os.environ["KERAS_BACKEND"] = bench.args.variant
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
from keras import layers  # noqa: E402

epochs, lr, batch = bench.recipe(epochs=3, lr=6e-3)
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
rate = lr
if bench.own:  # up for a quarter of the steps, and down along a cosine
    steps = epochs * -(-len(train_x) // batch)
    rate = keras.optimizers.schedules.CosineDecay(lr / 25, steps - steps // 4, warmup_target=lr, warmup_steps=steps // 4)
network.compile(
    optimizer=keras.optimizers.Adam(rate, epsilon=1e-8),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
    steps_per_execution=10,  # with TensorFlow a fifth faster than 1
)

watch = Stopwatch()
for epoch in range(epochs):
    watch.lap()
    network.fit(train_x, train_y, batch_size=batch, initial_epoch=epoch, epochs=epoch + 1, verbose=0)
    trained = watch.lap()
    accuracy = network.evaluate(dev_x, dev_y, batch_size=1000, verbose=0)[1]
    if bench.epoch(trained, watch.lap(), accuracy):
        break
backend = {"tensorflow": "tensorflow-cpu", "jax": "jax"}[bench.args.variant]
bench.report(f"{'one cycle to' if bench.own else 'constant'} {lr}, batch {batch}, {epochs} epochs", "keras", backend, "numpy")
