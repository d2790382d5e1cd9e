namespace Brink.Experiments;

/// <content>The step-size method and its parameters.</content>
public sealed partial record Specification
{
    /// <summary>Name of the step-size method (math.md §2).</summary>
    public string Method
    {
        get => Value(MethodFields.Method);
        init => Set(MethodFields.Method, value);
    }

    /// <summary>η of a fixed-step method, above 0; null for the others.</summary>
    public double? Eta
    {
        get => Number(MethodFields.Eta);
        init => Set(MethodFields.Eta, value);
    }

    /// <summary>η₀, the first trial step, above 0.</summary>
    public double InitialEta
    {
        get => Value(MethodFields.InitialEta);
        init => Set(MethodFields.InitialEta, value);
    }

    /// <summary>Smallest starting step of a search, above 0.</summary>
    public double MinEta
    {
        get => Value(MethodFields.MinEta);
        init => Set(MethodFields.MinEta, value);
    }

    /// <summary>Largest step of a search, at least <see cref="MinEta"/>.</summary>
    public double MaxEta
    {
        get => Value(MethodFields.MaxEta);
        init => Set(MethodFields.MaxEta, value);
    }

    /// <summary>c of the acceptance test, in (0, 1).</summary>
    public double C
    {
        get => Value(MethodFields.C);
        init => Set(MethodFields.C, value);
    }

    /// <summary>δ, the factor of a backtrack, in (0, 1).</summary>
    public double Delta
    {
        get => Value(MethodFields.Delta);
        init => Set(MethodFields.Delta, value);
    }

    /// <summary>Rejected trials after which a search gives up, at least 1.</summary>
    public int MaxBacktracks
    {
        get => Value(MethodFields.MaxBacktracks);
        init => Set(MethodFields.MaxBacktracks, value);
    }

    /// <summary><c>zhang-hager</c>, <c>grippo</c> or <c>monotone</c>: the reference value R.</summary>
    public string Reference
    {
        get => Value(MethodFields.Reference);
        init => Set(MethodFields.Reference, value);
    }

    /// <summary>ξ of Zhang and Hager's average, in [0, 1].</summary>
    public double Xi
    {
        get => Value(MethodFields.Xi);
        init => Set(MethodFields.Xi, value);
    }

    /// <summary>M of Grippo's reference value, at least 1.</summary>
    public int Memory
    {
        get => Value(MethodFields.Memory);
        init => Set(MethodFields.Memory, value);
    }

    /// <summary>Bound of the extrapolation of <c>nls-ub</c>, above 0; null until resolved to the loss's own.</summary>
    public double? UpperBound
    {
        get => Number(MethodFields.UpperBound);
        init => Set(MethodFields.UpperBound, value);
    }

    /// <summary>c_p of Polyak's starting step, above 0.</summary>
    public double Cp
    {
        get => Value(MethodFields.Cp);
        init => Set(MethodFields.Cp, value);
    }

    /// <summary>f* of Polyak's starting step.</summary>
    public double FStar
    {
        get => Value(MethodFields.FStar);
        init => Set(MethodFields.FStar, value);
    }

    /// <summary>σ of <c>cdat</c>, above 0.</summary>
    public double Sigma
    {
        get => Value(MethodFields.Sigma);
        init => Set(MethodFields.Sigma, value);
    }

    /// <summary>ρ of <c>sam</c>, above 0.</summary>
    public double Rho
    {
        get => Value(MethodFields.Rho);
        init => Set(MethodFields.Rho, value);
    }

    /// <summary>β of the velocity, in [0, 1).</summary>
    public double Momentum
    {
        get => Value(MethodFields.Momentum);
        init => Set(MethodFields.Momentum, value);
    }

    /// <summary>Whether momentum is Nesterov's, in PyTorch's form.</summary>
    public bool Nesterov
    {
        get => Value(MethodFields.Nesterov);
        init => Set(MethodFields.Nesterov, value);
    }

    /// <summary>Dampening of <c>sgd</c>'s velocity, in [0, 1].</summary>
    public double Dampening
    {
        get => Value(MethodFields.Dampening);
        init => Set(MethodFields.Dampening, value);
    }

    /// <summary>Multiple of the weights added to the gradient, at least 0.</summary>
    public double WeightDecay
    {
        get => Value(MethodFields.WeightDecay);
        init => Set(MethodFields.WeightDecay, value);
    }

    /// <summary>Decay of <c>adam</c>'s mean gradient, in [0, 1).</summary>
    public double Beta1
    {
        get => Value(MethodFields.Beta1);
        init => Set(MethodFields.Beta1, value);
    }

    /// <summary>Decay of <c>adam</c>'s mean square, in [0, 1).</summary>
    public double Beta2
    {
        get => Value(MethodFields.Beta2);
        init => Set(MethodFields.Beta2, value);
    }

    /// <summary>Decay of <c>rmsprop</c>'s mean square, in [0, 1).</summary>
    public double Alpha
    {
        get => Value(MethodFields.Alpha);
        init => Set(MethodFields.Alpha, value);
    }

    /// <summary>Added to the root of the mean square, above 0.</summary>
    public double Epsilon
    {
        get => Value(MethodFields.Epsilon);
        init => Set(MethodFields.Epsilon, value);
    }

    /// <summary><c>small</c> or <c>large</c>: how <c>warmup</c> goes on.</summary>
    public string Schedule
    {
        get => Value(MethodFields.Schedule);
        init => Set(MethodFields.Schedule, value);
    }

    /// <summary>Growth of <c>warmup</c>'s step an iteration, above 1.</summary>
    public double WarmupFactor
    {
        get => Value(MethodFields.WarmupFactor);
        init => Set(MethodFields.WarmupFactor, value);
    }

    /// <summary>First step of <c>warmup</c>, above 0.</summary>
    public double WarmupStart
    {
        get => Value(MethodFields.WarmupStart);
        init => Set(MethodFields.WarmupStart, value);
    }
}
