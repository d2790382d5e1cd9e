namespace Brink.Torch;

/// <content>What layers of networks compute, with PyTorch's conventions for shapes.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>x Wᵀ + b.</summary>
    /// <param name="weight">W, outputs × inputs.</param>
    /// <param name="bias">b, outputs; or none.</param>
    /// <returns>Samples × outputs.</returns>
    public Tensor Linear(Tensor weight, Tensor? bias) => Operators.Linear.Call(this, weight, bias);

    /// <summary>Two-dimensional cross-correlation.</summary>
    /// <param name="weight">Filters, outputs × (inputs / groups) × height × width.</param>
    /// <param name="bias">One number per output; or none.</param>
    /// <param name="stride">Step between positions, in both directions.</param>
    /// <param name="padding">Zeros around the image, in both directions.</param>
    /// <param name="dilation">Distance between taps.</param>
    /// <param name="groups">Groups of channels that do not mix.</param>
    /// <returns>Samples × outputs × height × width.</returns>
    public Tensor Convolution(Tensor weight, Tensor? bias, long stride = 1, long padding = 0, long dilation = 1, long groups = 1) =>
        Operators.Convolution.Call(
            this, weight, bias, new[] { stride, stride }, new[] { padding, padding }, new[] { dilation, dilation }, groups);

    /// <summary>Batch normalisation over samples and positions.</summary>
    /// <param name="weight">Scale per channel; or none.</param>
    /// <param name="bias">Shift per channel; or none.</param>
    /// <param name="runningMean">Running mean, updated in training; or none.</param>
    /// <param name="runningVariance">Running variance, updated in training; or none.</param>
    /// <param name="training">Whether the batch's own statistics are used.</param>
    /// <param name="momentum">Share of the batch in the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The normalised tensor.</returns>
    public Tensor BatchNormalization(
        Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVariance, bool training, double momentum, double epsilon) =>
        Operators.BatchNormalization.Call(
            this, weight, bias, runningMean, runningVariance, training, momentum, epsilon, false);

    /// <summary>Layer normalisation over the last dimensions.</summary>
    /// <param name="shape">The dimensions normalised over.</param>
    /// <param name="weight">Scale; or none.</param>
    /// <param name="bias">Shift; or none.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>The normalised tensor.</returns>
    public Tensor LayerNormalization(long[] shape, Tensor? weight, Tensor? bias, double epsilon = 1e-5) =>
        Operators.LayerNormalization.Call(this, shape, weight, bias, epsilon, false);

    /// <summary>Largest element of each window.</summary>
    /// <param name="size">Side of the window.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Padding around the image.</param>
    /// <returns>The maxima.</returns>
    public Tensor MaxPooling(long size, long stride, long padding = 0) =>
        Operators.MaxPooling.Call(this, new[] { size, size }, new[] { stride, stride }, new[] { padding, padding });

    /// <summary>Mean of each window.</summary>
    /// <param name="size">Side of the window.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Padding around the image.</param>
    /// <returns>The means.</returns>
    public Tensor AveragePooling(long size, long stride, long padding = 0) =>
        Operators.AveragePooling.Call(this, new[] { size, size }, new[] { stride, stride }, new[] { padding, padding });

    /// <summary>Means over windows chosen so that the result has a given size.</summary>
    /// <param name="height">Height of the result.</param>
    /// <param name="width">Width of the result.</param>
    /// <returns>The means.</returns>
    public Tensor AdaptiveAveragePooling(long height, long width) =>
        Operators.AdaptiveAveragePooling.Call(this, new[] { height, width });

    /// <summary>max(x, 0).</summary>
    /// <returns>The activations.</returns>
    public Tensor Relu() => Operators.Relu.Call(this);

    /// <summary>Hyperbolic tangent.</summary>
    /// <returns>The activations.</returns>
    public Tensor Tanh() => Operators.Tanh.Call(this);

    /// <summary>1 / (1 + e^−x).</summary>
    /// <returns>The activations.</returns>
    public Tensor Sigmoid() => Operators.Sigmoid.Call(this);

    /// <summary>x Φ(x), with the exact normal distribution function.</summary>
    /// <returns>The activations.</returns>
    public Tensor Gelu() => Operators.Gelu.Call(this);

    /// <summary>x where positive, α(e^x − 1) elsewhere.</summary>
    /// <param name="alpha">α.</param>
    /// <returns>The activations.</returns>
    public Tensor Elu(double alpha = 1) => Operators.Elu.Call(this, alpha);

    /// <summary>log(1 + e^βx) / β, linear above the threshold.</summary>
    /// <param name="beta">β.</param>
    /// <param name="threshold">βx above which the identity is used.</param>
    /// <returns>The activations.</returns>
    public Tensor Softplus(double beta = 1, double threshold = 20) => Operators.Softplus.Call(this, beta, threshold);

    /// <summary>x cut to [low, high].</summary>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <returns>The activations.</returns>
    public Tensor HardTanh(double low = -1, double high = 1) => Operators.HardTanh.Call(this, low, high);

    /// <summary>Softmax along a dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <returns>Probabilities.</returns>
    public Tensor Softmax(long dimension) => Operators.Softmax.Call(this, dimension);

    /// <summary>Logarithm of the softmax along a dimension.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <returns>Log-probabilities.</returns>
    public Tensor LogSoftmax(long dimension) => Operators.LogSoftmax.Call(this, dimension);

    /// <summary>Sum over the samples of the cross-entropy of logits against class labels.</summary>
    /// <param name="labels">Int64 class of each sample.</param>
    /// <returns>A scalar tensor.</returns>
    public Tensor CrossEntropySum(Tensor labels) =>
        Operators.CrossEntropy.Call(this, labels, Interop.Argument.None, 2L);
}
