using Brink.Torch;

namespace Brink.Objectives;

/// <summary>A network's loss at one point: forward passes per micro-batch, their graphs while they are needed, the gradient.</summary>
internal sealed partial class NetworkEvaluation : Evaluation
{
    /// <summary>Names under which the line products stand in a checkpoint.</summary>
    internal const string ProductsName = "line_products";

    /// <summary>Steps since the line products were computed afresh.</summary>
    internal const string AgeName = "line_products_age";

    private readonly NetworkObjective _objective;
    private readonly Tensor?[] _losses;
    private readonly Tensor[] _outputs;
    private readonly double[] _values;
    private Tensor[]? _leaves;
    private Tensor? _gradient;
    private Tensor? _allProducts;
    private Tensor? _productsAge;
    private double? _value;
    private double? _accuracy;

    /// <summary>Evaluates.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="weights">w, taken over.</param>
    /// <param name="products">z of each micro-batch, taken over; null to compute them.</param>
    /// <param name="age">Steps since the products were computed afresh.</param>
    /// <param name="wanted">What is needed at once.</param>
    internal NetworkEvaluation(NetworkObjective objective, Tensor weights, Tensor[]? products, int age, Wanted wanted)
    {
        _objective = objective;
        Weights = weights.Unscoped();
        Age = age;
        int count = objective.Batches.Count;
        _losses = new Tensor?[count];
        _outputs = new Tensor[count];
        _values = new double[count];
        if (objective.Prefix is not null)
        {
            Products = products ?? new Tensor[count];
        }

        // Recorded passes have leaves of their own; else they are made here, before threads ask for them.
        if (objective.Passes is null)
        {
            _ = Leaves;
        }

        if (wanted == Wanted.ValueAndGradient)
        {
            Gradient();
        }
        else if (wanted == Wanted.Value)
        {
            ComputeValue();
        }
    }

    /// <inheritdoc/>
    public override Tensor Weights { get; }

    /// <inheritdoc/>
    public override double Value
    {
        get
        {
            if (_value is null)
            {
                ComputeValue();
            }

            return _value!.Value;
        }
    }

    /// <inheritdoc/>
    public override double? Accuracy => _accuracy ??= _objective.SumOverRanks(CountCorrect()) / _objective.Samples;

    /// <summary>Outputs of the linear first layer per micro-batch; null where line products are not used.</summary>
    internal Tensor[]? Products { get; }

    /// <summary>Steps since <see cref="Products"/> were computed afresh.</summary>
    internal int Age { get; }

    /// <summary>Parameters that are differentiated inside the graph: all but the linear first layer's.</summary>
    internal ReadOnlySpan<Tensor> InnerLeaves => Leaves.AsSpan(InnerStart);

    private Tensor[] Leaves => _leaves ??= _objective.Leaves(Weights);

    internal int InnerStart => _objective.Prefix?.ParameterCount ?? 0;

    /// <inheritdoc/>
    public override Tensor Gradient()
    {
        if (_gradient is null)
        {
            if (_objective.Passes is { } passes)
            {
                ComputeValue();
                _gradient = passes.Gradient(this, Weights);
            }
            else if (_losses[0] is not null)
            {
                Backward();
            }
            else
            {
                ComputeWithGradient();
            }
        }

        return _gradient!;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> CachedProducts()
    {
        // Products of age 0, computed already or not, are computed from w alone, with the same bits.
        if (Products is null || Age == 0 || Array.Exists(Products, product => product is null))
        {
            return new Dictionary<string, Tensor>();
        }

        using var off = GradientMode.Off();
        using var scope = new TensorScope();
        _allProducts ??= _objective.OfAllRanks(Tensor.Concatenate(Products, 0).Detach()).Unscoped();
        _productsAge ??= Tensor.From([(long)Age]).Unscoped();
        return new Dictionary<string, Tensor> { [ProductsName] = _allProducts, [AgeName] = _productsAge };
    }

    /// <summary>Computes z of a micro-batch, where line products are used and it is not there yet.</summary>
    internal void EnsureProduct(int batch)
    {
        if (Products is not null && Products[batch] is null)
        {
            using GradientMode off = GradientMode.Off();
            Products[batch] = _objective.Prefix!.Product(batch, Leaves).Unscoped();
        }
    }

    /// <summary>Lets the network compute at this point.</summary>
    internal void Bind() => _objective.Layout.Bind(Leaves);

    /// <summary>z of a micro-batch as a leaf of its own, where line products are used.</summary>
    internal Tensor? ProductLeaf(int batch)
    {
        if (Products is null)
        {
            return null;
        }

        EnsureProduct(batch);
        Tensor leaf = Products[batch].Detach();
        leaf.RequiresGrad = true;
        return leaf;
    }

    /// <summary>What the recorded graph of a micro-batch is differentiated with respect to.</summary>
    internal Tensor[] Inputs(Tensor? productLeaf) => productLeaf is null ? Leaves : [productLeaf, .. InnerLeaves];

    /// <summary>Adds what <see cref="Inputs"/> gave to a vector in the parameters' layout.</summary>
    internal void Accumulate(int batch, ReadOnlySpan<Tensor?> gradients, ReadOnlySpan<Tensor> views)
    {
        if (Products is null)
        {
            NetworkObjective.Accumulate(gradients, views, 0);
            return;
        }

        if (gradients[0] is { } cotangent)
        {
            _objective.Prefix!.AddGradient(batch, cotangent, views);
        }

        NetworkObjective.Accumulate(gradients[1..], views, InnerStart);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        ReleaseCurvature();
        foreach (Tensor? tensor in _outputs.Concat(_leaves ?? []).Concat(_losses).Concat(Products ?? []).Append(_gradient).Append(_allProducts).Append(_productsAge).Append(Weights))
        {
            tensor?.Dispose();
        }
    }

    private void ComputeValue()
    {
        if (_objective.Passes is { } passes)
        {
            if (_value is null)
            {
                (_value, _outputs[0]) = passes.Value(this, Weights);
            }

            return;
        }

        Bind();
        bool keep = _objective.Plan.KeepGraph;
        _objective.Workers.Run(worker =>
        {
            using GradientMode mode = keep ? GradientMode.On() : GradientMode.Off();
            for (int batch = worker; batch < _values.Length; batch += _objective.Workers.Count)
            {
                using var scope = new TensorScope();
                EnsureProduct(batch);
                (Tensor loss, Tensor output) = _objective.Forward(batch, keep ? RecordedProduct(batch) : Products?[batch]);
                Note(batch, loss, output);
                if (keep)
                {
                    _losses[batch] = loss.Unscoped();
                }
            }
        });
        _value = _objective.SumOverRanks(_values.Sum());
    }

    private void ComputeWithGradient()
    {
        Bind();
        _gradient = _objective.SumOverWorkers((worker, views) =>
        {
            using GradientMode mode = GradientMode.On();
            for (int batch = worker; batch < _values.Length; batch += _objective.Workers.Count)
            {
                using var scope = new TensorScope();
                EnsureProduct(batch);
                Tensor? leaf = ProductLeaf(batch);
                (Tensor loss, Tensor output) = _objective.Forward(batch, leaf);
                Note(batch, loss, output);
                Accumulate(batch, Autograd.Gradients([loss], Inputs(leaf)), views);
            }
        }).Unscoped();
        _value ??= _objective.SumOverRanks(_values.Sum());
    }

    private void Backward()
    {
        _gradient = _objective.SumOverWorkers((worker, views) =>
        {
            for (int batch = worker; batch < _values.Length; batch += _objective.Workers.Count)
            {
                using var scope = new TensorScope();
                Tensor loss = _losses[batch]!;
                Accumulate(batch, Autograd.Gradients([loss], Inputs(Products?[batch])), views);
                loss.Dispose();
                _losses[batch] = null;
            }
        }).Unscoped();
    }

    /// <summary>z itself as a leaf, so that the kept graph ends in it.</summary>
    private Tensor? RecordedProduct(int batch)
    {
        if (Products is null)
        {
            return null;
        }

        Products[batch].RequiresGrad = true;
        return Products[batch];
    }

    private void Note(int batch, Tensor loss, Tensor output)
    {
        _values[batch] = loss.Item();
        _outputs[batch] ??= output.Detach().Unscoped();
    }

    private long CountCorrect()
    {
        _ = Value;
        long correct = 0;
        for (int batch = 0; batch < _outputs.Length; batch++)
        {
            using var scope = new TensorScope();
            correct += (long)_outputs[batch].ArgMax(1).EqualElements(_objective.Batches.Labels(batch)).Sum().Item();
        }

        return correct;
    }
}
