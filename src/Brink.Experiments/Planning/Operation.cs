namespace Brink.Experiments.Planning;

/// <summary>What an iteration asks of an objective: each is a pass over a rank's samples.</summary>
public enum Operation
{
    /// <summary>A loss at a new point.</summary>
    Loss,

    /// <summary>A loss with its gradient, in one sweep.</summary>
    LossAndGradient,

    /// <summary>The first trial along a ray, which also readies what the trials share.</summary>
    FirstTrial,

    /// <summary>A further trial.</summary>
    Trial,

    /// <summary>The gradient where the loss is known.</summary>
    Gradient,

    /// <summary>The first Hessian-vector product at a point, which also records the graph.</summary>
    FirstProduct,

    /// <summary>A further product.</summary>
    Product,

    /// <summary>Third derivatives.</summary>
    ThirdDerivatives,

    /// <summary>How many samples are classified rightly, from outputs that are there already.</summary>
    Accuracy,

    /// <summary>Loss and accuracy on the other split.</summary>
    Test,
}
