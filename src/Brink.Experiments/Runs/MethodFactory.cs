using Brink.Flows;
using Brink.Methods;

namespace Brink.Experiments;

/// <summary>Makes the method that a specification names, with its parameters.</summary>
internal static class MethodFactory
{
    /// <summary>Makes the method.</summary>
    /// <param name="specification">A resolved specification.</param>
    /// <returns>The method, to be disposed by the caller.</returns>
    internal static Method Create(Specification specification)
    {
        Method method = OnAllSamples(specification);
        return specification.IsStochastic ? new StochasticMethod(method, specification.BatchSize, (ulong)specification.Seed) : method;
    }

    private static Method OnAllSamples(Specification s)
    {
        double momentum = s.Momentum;
        double decay = s.WeightDecay;
        return s.Method switch
        {
            "gd" => new GradientDescent(s.Eta!.Value, momentum, s.Nesterov, decay),
            "warmup" => new Warmup(s.Schedule, s.WarmupStart, s.WarmupFactor),
            "ls" or "nls" => new ExtrapolatingSearch(s.Method, Reference(s), Search(s)),
            "nls-ub" => new BoundedSearch(Reference(s), Search(s), s.UpperBound),
            "ponls" => new PolyakSearch(Reference(s), Search(s), s.Cp, s.FStar),
            "cdat" => new CurvatureDynamicsAwareTuning(s.Sigma),
            "sam" => new SharpnessAwareMinimization(s.Eta!.Value, s.Rho, momentum, decay),
            "sgd" => new StochasticGradientDescent(s.Eta!.Value, momentum, s.Dampening, s.Nesterov, decay),
            "rmsprop" => new RmsProp(s.Eta!.Value, s.Alpha, s.Epsilon, decay),
            "adam" => new Adam(s.Eta!.Value, s.Beta1, s.Beta2, s.Epsilon, decay),
            "central-flow" => new CentralFlow(new CentralFlowOptions
            {
                StepSize = s.Eta!.Value,
                Bound = s.Bound,
                Substeps = s.Substeps,
                Share = s.CentralShare,
                Most = s.CentralMost,
                Tolerance = s.CentralTolerance,
            }),
            "flow" => new GradientFlow(
                FlowIntegrator.Named(s.Integrator, s.Tolerance, s.StepFraction), s.Interval, s.UntilTime, s.CompareEta),
            _ => throw new BrinkException($"method '{s.Method}' is in the table of fields but has no implementation"),
        };
    }

    private static ReferenceValue Reference(Specification s) => ReferenceValue.Named(s.Reference, s.Xi, s.Memory);

    private static SearchParameters Search(Specification s) =>
        new(s.C, s.Delta, s.InitialEta, s.MinEta, s.MaxEta, s.MaxBacktracks);
}
