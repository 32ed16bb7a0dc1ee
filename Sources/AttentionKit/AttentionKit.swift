// Everything with one import. The modules stay importable one by one.
@_exported public import AttentionLayers
@_exported public import Autograd
@_exported public import CoreLayers
@_exported public import Decoding
@_exported public import FeedForwardLayers
@_exported public import Kernels
@_exported public import Metrics
@_exported public import ModelFiles
@_exported public import PositionalEncodings
@_exported public import RecurrentModels
@_exported public import ResidualLayers
@_exported public import SequenceModels
@_exported public import Tensors
@_exported public import TextProcessing
@_exported public import TiedEmbeddings
@_exported public import Training
@_exported public import TransformerModels
