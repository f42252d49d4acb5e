"""Why does a network say what it says of a picture? One file a method, each as short as its paper's idea.

Axes      C channels, H height, W width of the picture; K classes; M maps of a layer, h x w their size.

All methods ask after the same number: S_k, what the network says of class k before the softmax.
"""
